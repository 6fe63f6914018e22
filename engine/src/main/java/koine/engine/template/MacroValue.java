package koine.engine.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A macro, or the body of a {@code call} block as its {@code caller}. */
final class MacroValue implements Callable {
    /** Runs the macro's body with its parameters; those that were not given are absent. */
    interface Body {
        String run(Map<String, Object> parameters);
    }

    private final @Nullable String name;
    private final List<String> parameters;
    private final Set<String> specials;
    private final Body body;

    MacroValue(@Nullable String name, List<String> parameters, Set<String> specials, Body body) {
        this.name = name;
        this.parameters = parameters;
        this.specials = specials;
        this.body = body;
    }

    @Nullable
    String name() {
        return name;
    }

    List<String> parameters() {
        return parameters;
    }

    boolean wants(String special) {
        return specials.contains(special);
    }

    @Override
    public Object call(Rendering rendering, CallArguments arguments) {
        rendering.budget().scan(8L * parameters.size());
        List<Object> positional = arguments.positional();
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < parameters.size(); i++) {
            String parameter = parameters.get(i);
            Object value = i < positional.size() ? positional.get(i) : named.remove(parameter);
            if (value != null) {
                values.put(parameter, value);
            }
        }
        if (wants("caller")) {
            Object caller = named.remove("caller");
            values.put("caller", caller == null || caller == None.NONE ? Undefined.hint("No caller defined") : caller);
        }
        if (wants("kwargs")) {
            DictValue rest = new DictValue(rendering.budget());
            named.forEach(rest::put);
            values.put("kwargs", rest);
        } else if (!named.isEmpty()) {
            throw unexpected(named.keySet());
        }
        if (wants("varargs")) {
            int taken = Math.min(parameters.size(), positional.size());
            values.put("varargs", new TupleValue(new ArrayList<>(positional.subList(taken, positional.size()))));
        } else if (positional.size() > parameters.size()) {
            throw TemplateError.type(
                    "macro " + quotedName() + " takes not more than " + parameters.size() + " argument(s)");
        }
        return body.run(values);
    }

    private TemplateError unexpected(Set<String> names) {
        if (names.contains("caller")) {
            return TemplateError.type("macro " + quotedName()
                    + " was invoked with two values for the special caller argument. This is most likely a bug.");
        }
        return TemplateError.type("macro " + quotedName() + " takes no keyword argument "
                + Repr.quoted(names.iterator().next()));
    }

    private String quotedName() {
        return name == null ? "None" : Repr.quoted(name);
    }

    @Override
    public String toString() {
        return "<Macro " + (name == null ? "anonymous" : Repr.quoted(name)) + ">";
    }
}
