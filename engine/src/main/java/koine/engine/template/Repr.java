package koine.engine.template;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code str} and {@code repr}. */
final class Repr {
    private final Budget budget;
    private final StringBuilder out = new StringBuilder();

    private Repr(Budget budget) {
        this.budget = budget;
    }

    /** {@code str(value)}: how it prints. */
    static String str(Object value, Budget budget) {
        String text = Values.text(value);
        return text != null ? text : value instanceof Undefined ? "" : repr(value, budget);
    }

    static String repr(Object value, Budget budget) {
        Repr repr = new Repr(budget);
        repr.add(value);
        return budget.made(repr.out.toString());
    }

    /** A number without quotes or budget, for messages. */
    static String number(Object value) {
        return switch (value) {
            case Boolean b -> b ? "True" : "False";
            case Double d -> Numbers.floatText(d);
            case BigInteger i -> whole(i);
            default -> value.toString();
        };
    }

    private static String whole(BigInteger value) {
        String digits = value.toString();
        if (digits.length() > Numbers.MAX_DIGITS + 1) {
            throw TemplateError.value("Exceeds the limit (" + Numbers.MAX_DIGITS
                    + " digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit");
        }
        return digits;
    }

    private void add(Object value) {
        budget.step();
        budget.enter();
        switch (value) {
            case None _ -> out.append("None");
            case Boolean _, Long _, Double _, BigInteger _ -> out.append(number(value));
            case String text -> addQuoted(text);
            case Markup markup -> {
                out.append("Markup(");
                addQuoted(markup.text());
                out.append(')');
            }
            case ListValue list -> addItems("[", list.items().iterator(), "]");
            case TupleValue tuple ->
                addItems("(", tuple.items().iterator(), tuple.items().size() == 1 ? ",)" : ")");
            case DictValue dict -> addDict(dict);
            case DictView view -> addItems(Values.typeName(view) + "([", view.items(), "])");
            case RangeValue range -> {
                out.append("range(").append(range.start()).append(", ").append(range.stop());
                if (range.step() != 1) {
                    out.append(", ").append(range.step());
                }
                out.append(')');
            }
            case Undefined _ -> out.append("Undefined");
            case NamespaceValue namespace -> {
                out.append("<Namespace ");
                addDict(namespace.attributes());
                out.append('>');
            }
            case MacroValue macro -> out.append(macro);
            case LoopValue loop -> out.append(loop);
            // Python prints a memory address here.
            default -> throw TemplateError.unsupported("printing a " + Values.typeName(value));
        }
        budget.leave();
    }

    private void addItems(String open, Iterator<Object> items, String close) {
        out.append(open);
        String separator = "";
        while (items.hasNext()) {
            out.append(separator);
            add(items.next());
            separator = ", ";
        }
        out.append(close);
    }

    private void addDict(DictValue dict) {
        out.append('{');
        String separator = "";
        for (DictValue.Entry entry : dict.entries()) {
            out.append(separator);
            add(entry.key());
            out.append(": ");
            add(entry.value());
            separator = ", ";
        }
        out.append('}');
    }

    private void addQuoted(String text) {
        // Checked as it grows: a small list can hold the same long text often.
        budget.fits(out.length() + (long) text.length());
        quote(text, out, false);
    }

    static String quoted(String text) {
        StringBuilder out = new StringBuilder();
        quote(text, out, false);
        return out.toString();
    }

    /** {@code ascii(text)} where asked for, else {@code repr(text)}. */
    static void quote(String text, StringBuilder out, boolean ascii) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        text.codePoints().forEach(c -> {
            @Nullable
            String escape = switch (c) {
                case '\n' -> "\\n";
                case '\r' -> "\\r";
                case '\t' -> "\\t";
                case '\\' -> "\\\\";
                default -> c == quote ? "\\" + quote : null;
            };
            if (escape != null) {
                out.append(escape);
            } else if (c == ' ' || (isPrintable(c) && (c < 128 || !ascii))) {
                out.appendCodePoint(c);
            } else {
                String form = c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
                out.append(String.format(Locale.ROOT, form, c));
            }
        });
        out.append(quote);
    }

    static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }
}
