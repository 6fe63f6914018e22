package koine.engine.template;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The variables of a rendering, and the functions that every template has. */
final class Globals {
    private static final Signature RANGE = Signature.of("range", "start", "stop=", "step=");
    private static final Signature MESSAGE = Signature.of("raise_exception", "message");
    private static final Signature FORMAT = Signature.of("strftime_now", "format");
    private static final Signature JOINER = Signature.of("joiner", "sep=");
    private static final Signature MAPPING = Signature.of("dict", "mapping=");

    static final Set<String> BUILT_IN =
            Set.of("range", "dict", "namespace", "raise_exception", "strftime_now", "cycler", "joiner", "lipsum");

    private final Map<String, Object> variables;

    Globals(Map<String, Object> variables) {
        this.variables = new HashMap<>(variables);
        builtIn("range", Globals::range);
        builtIn("dict", (rendering, arguments) -> dict(rendering, arguments));
        builtIn("namespace", Globals::namespace);
        builtIn("raise_exception", (rendering, arguments) -> {
            throw TemplateError.raised(Repr.str(MESSAGE.bind(arguments).get(0), rendering.budget()));
        });
        builtIn("strftime_now", (rendering, arguments) -> {
            String form = Values.text(FORMAT.bind(arguments).get(0));
            if (form == null) {
                throw TemplateError.type("strftime() argument 1 must be str");
            }
            rendering.budget().text(form.length() * 16L);
            return TimeFormat.format(form, rendering.now());
        });
        builtIn("cycler", (rendering, arguments) -> new Cycler(arguments.positional()));
        builtIn(
                "joiner",
                (rendering, arguments) -> joiner(JOINER.bind(arguments).get(0, ", ")));
        builtIn("lipsum", (rendering, arguments) -> {
            throw TemplateError.unsupported("lipsum");
        });
    }

    private void builtIn(String name, Callable body) {
        variables.putIfAbsent(name, new Function(name, body));
    }

    @Nullable
    Object get(String name) {
        return variables.get(name);
    }

    private static Object range(Rendering rendering, CallArguments arguments) {
        Signature.Bound bound = RANGE.bind(arguments);
        return bound.given(1)
                ? new RangeValue(bound(bound.get(0)), bound(bound.get(1)), bound(bound.get(2, 1L)))
                : new RangeValue(0, bound(bound.get(0)), 1);
    }

    private static long bound(Object value) {
        return switch (value) {
            case Long l -> l;
            case Undefined undefined -> throw undefined.error();
            default -> Numbers.index(value);
        };
    }

    private static DictValue dict(Rendering rendering, CallArguments arguments) {
        DictValue dict = new DictValue(rendering.budget());
        Object mapping = MAPPING.bind(new CallArguments(arguments.positional(), Map.of()))
                .get(0, None.NONE);
        if (mapping instanceof DictValue other) {
            rendering.budget().dict(other.size());
            other.entries().forEach(entry -> dict.put(entry.key(), entry.value()));
        } else if (mapping != None.NONE) {
            for (Iterator<Object> pairs = Values.iterate(mapping); pairs.hasNext(); ) {
                List<Object> pair = Values.toList(pairs.next(), rendering.budget());
                if (pair.size() != 2) {
                    throw TemplateError.value("dictionary update sequence element #" + dict.size() + " has length "
                            + pair.size() + "; 2 is required");
                }
                rendering.budget().dict(1);
                dict.put(pair.get(0), pair.get(1));
            }
        }
        rendering.budget().dict(arguments.named().size());
        arguments.named().forEach(dict::put);
        return dict;
    }

    private static Object namespace(Rendering rendering, CallArguments arguments) {
        NamespaceValue namespace = new NamespaceValue(rendering.budget());
        dict(rendering, arguments)
                .entries()
                .forEach(entry -> namespace.attributes().put(entry.key(), entry.value()));
        return namespace;
    }

    private static Object joiner(Object separator) {
        boolean[] used = {false};
        return new Function("joiner", (rendering, arguments) -> {
            Object text = used[0] ? separator : "";
            used[0] = true;
            return text;
        });
    }

    /** Gives its items in turn. */
    static final class Cycler {
        private final List<Object> items;
        private int position;

        Cycler(List<Object> items) {
            if (items.isEmpty()) {
                throw TemplateError.of("RuntimeError", "at least one item has to be provided");
            }
            this.items = items;
        }

        @Nullable
        Object attribute(String name) {
            return switch (name) {
                case "current" -> items.get(position);
                case "next" ->
                    new Function(name, (rendering, arguments) -> {
                        Object item = items.get(position);
                        position = (position + 1) % items.size();
                        return item;
                    });
                case "reset" ->
                    new Function(name, (rendering, arguments) -> {
                        position = 0;
                        return None.NONE;
                    });
                case "items" -> new TupleValue(items);
                case "pos" -> (long) position;
                default -> null;
            };
        }
    }
}
