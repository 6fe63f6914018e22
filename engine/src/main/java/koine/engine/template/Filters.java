package koine.engine.template;

import java.util.List;
import java.util.Set;

/** What can stand after {@code |}: finds the filter, and does the ones for single values. */
final class Filters {
    private static final Set<String> NAMES = Set.of(
            "abs",
            "attr",
            "batch",
            "capitalize",
            "center",
            "count",
            "d",
            "default",
            "dictsort",
            "e",
            "escape",
            "filesizeformat",
            "first",
            "float",
            "forceescape",
            "format",
            "groupby",
            "indent",
            "int",
            "items",
            "join",
            "last",
            "length",
            "list",
            "lower",
            "map",
            "max",
            "min",
            "reject",
            "rejectattr",
            "replace",
            "reverse",
            "round",
            "safe",
            "select",
            "selectattr",
            "slice",
            "sort",
            "string",
            "striptags",
            "sum",
            "title",
            "tojson",
            "trim",
            "truncate",
            "unique",
            "upper",
            "urlencode",
            "wordcount",
            "xmlattr");
    /** Jinja2 has these; we do not: chance, web pages and line breaking have no place in a prompt. */
    private static final Set<String> UNSUPPORTED = Set.of("pprint", "random", "urlize", "wordwrap");

    private static final Signature ALONE = Signature.of("filter", "value");
    private static final Signature DEFAULT = Signature.of("do_default", "value", "default_value=", "boolean=");
    private static final Signature INT = Signature.of("do_int", "value", "default=", "base=");
    private static final Signature FLOAT = Signature.of("do_float", "value", "default=");
    private static final Signature ROUND = Signature.of("do_round", "value", "precision=", "method=");
    private static final Signature ATTR = Signature.of("do_attr", "obj", "name");

    private final Rendering rendering;
    private final Budget budget;
    private final TextFilters texts;
    private final SequenceFilters sequences;

    Filters(Rendering rendering, ValueTests tests) {
        this.rendering = rendering;
        this.budget = rendering.budget();
        this.texts = new TextFilters(rendering);
        this.sequences = new SequenceFilters(rendering, this, tests);
    }

    static Set<String> names() {
        return NAMES;
    }

    /** @param lenient inside a condition, where only reaching it is an error */
    static void check(String name, int line, boolean lenient) {
        if (lenient || NAMES.contains(name)) {
            return;
        }
        if (UNSUPPORTED.contains(name)) {
            throw TemplateError.unsupported("the filter " + Repr.quoted(name), line);
        } else {
            throw TemplateError.assertion("No filter named " + Repr.quoted(name) + ".", line);
        }
    }

    Object apply(String name, Object value, CallArguments arguments) {
        budget.step();
        CallArguments all = arguments.withFirst(value);
        return switch (name) {
            case "abs" -> abs(ALONE.bind(all).get(0));
            case "attr" -> attr(ATTR.bind(all));
            case "count", "length" -> (long) Values.length(ALONE.bind(all).get(0), budget);
            case "d", "default" -> otherwise(DEFAULT.bind(all));
            case "float" -> toFloat(FLOAT.bind(all));
            case "int" -> toInt(INT.bind(all));
            case "round" -> round(ROUND.bind(all));
            case "tojson" -> Json.write(value, arguments, budget);
            case "batch",
                    "dictsort",
                    "first",
                    "groupby",
                    "items",
                    "join",
                    "last",
                    "list",
                    "map",
                    "max",
                    "min",
                    "reject",
                    "rejectattr",
                    "reverse",
                    "select",
                    "selectattr",
                    "slice",
                    "sort",
                    "sum",
                    "unique" -> sequences.apply(name, value, arguments);
            default -> {
                if (NAMES.contains(name)) {
                    yield texts.apply(name, value, arguments);
                }
                if (UNSUPPORTED.contains(name)) {
                    throw TemplateError.unsupported("the filter " + Repr.quoted(name));
                }
                throw TemplateError.of("TemplateRuntimeError", "No filter named " + Repr.quoted(name) + " found.");
            }
        };
    }

    private Object abs(Object value) {
        if (value instanceof Double d) {
            return Math.abs(d);
        }
        if (!Numbers.isWhole(value)) {
            throw TemplateError.type("bad operand type for abs(): " + Repr.quoted(Values.typeName(value)));
        }
        boolean negative = rendering.operators().compare("<", value, 0L);
        return rendering.operators().unary(negative ? "-" : "+", value);
    }

    private Object attr(Signature.Bound bound) {
        String name = Values.text(bound.get(1));
        if (name == null) {
            throw TemplateError.type(
                    "attribute name must be string, not " + Repr.quoted(Values.typeName(bound.get(1))));
        }
        return Attributes.attributeOnly(bound.get(0), name, rendering);
    }

    private Object otherwise(Signature.Bound bound) {
        Object value = bound.get(0);
        boolean replace = value instanceof Undefined
                || (Values.truthy(bound.get(2, false), budget) && !Values.truthy(value, budget));
        return replace ? bound.get(1, "") : value;
    }

    private Object toInt(Signature.Bound bound) {
        Object value = bound.get(0);
        Object otherwise = bound.get(1, 0L);
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        String text = Values.text(value);
        if (text != null) {
            budget.scan(text.length());
            Object whole = Numbers.parseWhole(text, Numbers.index(bound.get(2, 10L)));
            Double broken = whole == null ? Numbers.parseFloat(text) : null;
            if (whole != null) {
                return whole;
            }
            return broken == null || broken.isNaN() || broken.isInfinite() ? otherwise : Numbers.truncate(broken);
        }
        if (value instanceof Double d) {
            return d.isNaN() ? otherwise : Numbers.truncate(d);
        }
        return Numbers.isWhole(value) ? rendering.operators().unary("+", value) : otherwise;
    }

    private Object toFloat(Signature.Bound bound) {
        Object value = bound.get(0);
        Object otherwise = bound.get(1, 0.0);
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        String text = Values.text(value);
        if (text != null) {
            budget.scan(text.length());
            Double number = Numbers.parseFloat(text);
            return number == null ? otherwise : number;
        }
        return Numbers.isNumber(value) ? (Object) Numbers.toDouble(value) : otherwise;
    }

    private Object round(Signature.Bound bound) {
        Object value = bound.get(0);
        int precision = Numbers.clampedIndex(bound.get(1, 0L));
        String method = Repr.str(bound.get(2, "common"), budget);
        if (!List.of("common", "ceil", "floor").contains(method)) {
            throw TemplateError.of("FilterArgumentError", "method must be common, ceil or floor");
        }
        if (method.equals("common")) {
            return Numbers.round(value, precision);
        }
        Operators operators = rendering.operators();
        Object scale = operators.binary("**", 10L, (long) precision);
        Object scaled = operators.binary("*", value, scale);
        Object whole = scaled;
        if (scaled instanceof Double d) {
            whole = Numbers.truncate(method.equals("ceil") ? Math.ceil(d) : Math.floor(d));
        }
        return operators.binary("/", whole, scale);
    }
}
