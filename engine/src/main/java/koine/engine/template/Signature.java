package koine.engine.template;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names of a function's parameters; binds arguments to them as Python does. */
final class Signature {
    private final String function;
    private final List<String> names;
    private final int required;

    private Signature(String function, List<String> names, int required) {
        this.function = function;
        this.names = names;
        this.required = required;
    }

    /** @param parameters names in order; one that ends with {@code =} may be left out, and so may all after it */
    static Signature of(String function, String... parameters) {
        List<String> names = new ArrayList<>();
        int required = 0;
        for (String parameter : parameters) {
            boolean optional = parameter.endsWith("=");
            names.add(optional ? parameter.substring(0, parameter.length() - 1) : parameter);
            required += optional ? 0 : 1;
        }
        return new Signature(function, names, required);
    }

    /** @throws TemplateError TypeError when they do not fit */
    Bound bind(CallArguments arguments) {
        List<Object> positional = arguments.positional();
        if (positional.size() > names.size()) {
            throw TemplateError.type(function + "() takes " + names.size() + " positional argument"
                    + (names.size() == 1 ? "" : "s") + " but " + positional.size()
                    + (positional.size() == 1 ? " was given" : " were given"));
        }
        @Nullable Object[] values = new @Nullable Object[names.size()];
        for (int i = 0; i < positional.size(); i++) {
            values[i] = positional.get(i);
        }
        for (Map.Entry<String, Object> named : arguments.named().entrySet()) {
            int i = names.indexOf(named.getKey());
            if (i < 0) {
                throw TemplateError.type(
                        function + "() got an unexpected keyword argument " + Repr.quoted(named.getKey()));
            }
            if (values[i] != null) {
                throw TemplateError.type(
                        function + "() got multiple values for argument " + Repr.quoted(named.getKey()));
            }
            values[i] = named.getValue();
        }
        for (int i = 0; i < required; i++) {
            if (values[i] == null) {
                throw TemplateError.type(
                        function + "() missing 1 required positional argument: " + Repr.quoted(names.get(i)));
            }
        }
        return new Bound(Arrays.asList(values));
    }

    /** Arguments by the place of their parameter. */
    record Bound(List<@Nullable Object> values) {
        Object get(int index) {
            Object value = values.get(index);
            if (value == null) {
                throw new IllegalStateException("parameter " + index + " is not required");
            }
            return value;
        }

        Object get(int index, Object otherwise) {
            Object value = values.get(index);
            return value == null ? otherwise : value;
        }

        boolean given(int index) {
            return values.get(index) != null;
        }
    }
}
