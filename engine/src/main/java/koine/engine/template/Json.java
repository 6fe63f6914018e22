package koine.engine.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code tojson} as Hugging Face has it: Python's {@code json.dumps}, not escaped for HTML. */
final class Json {
    private static final Signature SIGNATURE =
            Signature.of("tojson", "value", "ensure_ascii=", "indent=", "separators=", "sort_keys=");

    private final Budget budget;
    private final boolean ascii;
    private final @Nullable String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sortKeys;
    private final StringBuilder out = new StringBuilder();

    private Json(Signature.Bound options, Budget budget) {
        this.budget = budget;
        this.ascii = Values.truthy(options.get(1, false), budget);
        this.indent = indent(options.get(2, None.NONE), budget);
        this.sortKeys = Values.truthy(options.get(4, false), budget);
        Object separators = options.get(3, None.NONE);
        if (separators == None.NONE) {
            itemSeparator = indent == null ? ", " : ",";
            keySeparator = ": ";
        } else {
            List<Object> pair = Values.toList(separators, budget);
            if (pair.size() != 2) {
                throw TemplateError.value(
                        pair.size() < 2
                                ? "not enough values to unpack (expected 2, got " + pair.size() + ")"
                                : "too many values to unpack (expected 2)");
            }
            itemSeparator = Repr.str(pair.get(0), budget);
            keySeparator = Repr.str(pair.get(1), budget);
        }
    }

    private static @Nullable String indent(Object indent, Budget budget) {
        if (indent == None.NONE) {
            return null;
        }
        String text = Values.text(indent);
        if (text != null) {
            return text;
        }
        int spaces = Math.max(0, Numbers.index(indent));
        budget.fits(spaces);
        return " ".repeat(spaces);
    }

    static String write(Object value, CallArguments options, Budget budget) {
        Json json = new Json(SIGNATURE.bind(options.withFirst(value)), budget);
        json.add(value, 0);
        return budget.made(json.out.toString());
    }

    private void add(Object value, int level) {
        budget.step();
        budget.enter();
        budget.fits(out.length());
        String text = Values.text(value);
        if (text != null) {
            addText(text);
        } else {
            switch (value) {
                case ListValue list -> addList(list.items(), level);
                case TupleValue tuple -> addList(tuple.items(), level);
                case DictValue dict -> addDict(dict, level);
                default -> {
                    String scalar = scalar(value);
                    if (scalar == null) {
                        throw TemplateError.type(
                                "Object of type " + Values.typeName(value) + " is not JSON serializable");
                    }
                    out.append(scalar);
                }
            }
        }
        budget.leave();
    }

    private static @Nullable String scalar(Object value) {
        return switch (value) {
            case None _ -> "null";
            case Boolean b -> b ? "true" : "false";
            case Double d when d.isNaN() -> "NaN";
            case Double d when d.isInfinite() -> d > 0 ? "Infinity" : "-Infinity";
            default -> Numbers.isNumber(value) ? Repr.number(value) : null;
        };
    }

    private void addList(List<Object> items, int level) {
        if (items.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append('[');
        for (int i = 0; i < items.size(); i++) {
            out.append(i == 0 ? "" : itemSeparator);
            newLine(level + 1);
            add(items.get(i), level + 1);
        }
        newLine(level);
        out.append(']');
    }

    private void addDict(DictValue dict, int level) {
        if (dict.size() == 0) {
            out.append("{}");
            return;
        }
        out.append('{');
        String separator = "";
        for (DictValue.Entry entry : entries(dict)) {
            out.append(separator);
            newLine(level + 1);
            addText(key(entry.key()));
            out.append(keySeparator);
            add(entry.value(), level + 1);
            separator = itemSeparator;
        }
        newLine(level);
        out.append('}');
    }

    private List<DictValue.Entry> entries(DictValue dict) {
        List<DictValue.Entry> entries = new ArrayList<>(dict.entries());
        return sortKeys ? Sorting.sorted(entries, Comparator.comparing(DictValue.Entry::key, order())) : entries;
    }

    private Comparator<Object> order() {
        return (left, right) -> Sorting.lessThan(left, right, budget) ? -1 : 1;
    }

    private static String key(Object key) {
        String text = Values.text(key);
        if (text == null) {
            text = scalar(key);
        }
        if (text == null) {
            throw TemplateError.type("keys must be str, int, float, bool or None, not " + Values.typeName(key));
        }
        return text;
    }

    private void newLine(int level) {
        if (indent != null) {
            budget.fits(out.length() + (long) level * indent.length());
            out.append('\n').repeat(indent, level);
        }
    }

    private void addText(String text) {
        budget.fits(out.length() + (long) text.length());
        quote(text, ascii, out);
    }

    /** Appends the text as Python's {@code json} writes it. */
    static void quote(String text, boolean ascii, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < 0x20 || (ascii && c > 0x7e)) {
                        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
