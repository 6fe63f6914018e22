package koine.engine.template;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's format specification: what stands after the colon in {@code "{:>8.2f}"}. */
record FormatSpec(
        String fill,
        char align,
        char sign,
        boolean alternate,
        int width,
        char grouping,
        @Nullable Integer precision,
        char type) {
    private static final Pattern FORM = Pattern.compile(
            "(?:(.)?([<>=^]))?([-+ ])?z?(#)?(0)?(\\d{1,9})?([,_])?(?:\\.(\\d{1,9}))?([a-zA-Z%])?", Pattern.DOTALL);

    static FormatSpec parse(String text, Object value) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            throw TemplateError.value("Invalid format specifier '" + text + "' for object of type "
                    + Repr.quoted(Values.typeName(value)));
        }
        boolean zero = m.group(5) != null && m.group(2) == null;
        String fill = m.group(1) != null ? m.group(1) : m.group(5) != null ? "0" : " ";
        return new FormatSpec(
                fill,
                m.group(2) != null ? m.group(2).charAt(0) : zero && Values.text(value) == null ? '=' : 0,
                m.group(3) != null ? m.group(3).charAt(0) : '-',
                m.group(4) != null,
                m.group(6) == null ? 0 : Integer.parseInt(m.group(6)),
                m.group(7) == null ? 0 : m.group(7).charAt(0),
                m.group(8) == null ? null : Integer.valueOf(m.group(8)),
                m.group(9) == null ? 0 : m.group(9).charAt(0));
    }

    /** {@code format(value, spec)}. */
    static String format(Object value, String spec, Budget budget) {
        if (spec.isEmpty()) {
            return Repr.str(value, budget);
        }
        String text = Values.text(value);
        if (text != null) {
            return parse(spec, value).text(text, budget);
        }
        if (Numbers.isNumber(value)) {
            FormatSpec parsed = parse(spec, value);
            budget.fits(parsed.width + (long) parsed.precisionOr(0));
            return parsed.number(value);
        }
        throw TemplateError.type("unsupported format string passed to " + Values.typeName(value) + ".__format__");
    }

    private String text(String text, Budget budget) {
        if (type != 0 && type != 's') {
            throw unknownCode("str");
        }
        if (sign != '-' || align == '=') {
            throw TemplateError.value("Sign not allowed in string format specifier");
        }
        String shown = precision == null ? text : Text.slice(text, 0, Math.min(precision, Text.length(text)));
        budget.fits((long) width + shown.length());
        return padded("", shown, '<');
    }

    private String number(Object value) {
        return switch (type) {
            case 0 -> value instanceof Double d ? padNumber(d < 0 || 1 / d < 0, plain(d)) : integer(value, 10, "");
            case 'd' -> integer(value, 10, "");
            case 'n' -> value instanceof Double d ? padNumber(d < 0, general(d)) : integer(value, 10, "");
            case 'b' -> integer(value, 2, "0b");
            case 'o' -> integer(value, 8, "0o");
            case 'x' -> integer(value, 16, "0x");
            case 'X' -> upper(integer(value, 16, "0x"));
            case 'c' -> padded("", Character.toString(Numbers.index(value)), '<');
            case 'e', 'E', 'f', 'F', 'g', 'G', '%' -> floating(Numbers.toDouble(value));
            default -> throw unknownCode(Values.typeName(value));
        };
    }

    private TemplateError unknownCode(String typeName) {
        return TemplateError.value("Unknown format code '" + type + "' for object of type '" + typeName + "'");
    }

    private String integer(Object value, int radix, String prefix) {
        BigInteger whole = Numbers.whole(value);
        if (whole == null) {
            throw unknownCode("float");
        }
        if (value instanceof Boolean && type == 0 && grouping == 0) {
            return padded("", Repr.number(value), '<');
        }
        if (precision != null) {
            throw TemplateError.value("Precision not allowed in integer format specifier");
        }
        String digits = whole.abs().toString(radix);
        String shown = grouping == 0 ? digits : grouped(digits, radix == 10 ? 3 : 4);
        return padNumber(whole.signum() < 0, (alternate ? prefix : "") + shown);
    }

    private String grouped(String digits, int size) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < digits.length(); i++) {
            if (i > 0 && (digits.length() - i) % size == 0) {
                out.append(grouping);
            }
            out.append(digits.charAt(i));
        }
        return out.toString();
    }

    private String plain(double value) {
        double size = Math.abs(value);
        if (precision == null || Double.isNaN(value) || Double.isInfinite(value)) {
            return withGrouping(Numbers.floatText(size));
        }
        String general = Numbers.general(size, precision, alternate, Math.max(precision, 1) - 1);
        boolean bare = general.indexOf('.') < 0 && general.indexOf('e') < 0;
        return withGrouping(bare ? general + ".0" : general);
    }

    private String general(double value) {
        return Numbers.general(Math.abs(value), precisionOr(6), alternate);
    }

    private int precisionOr(int otherwise) {
        return Objects.requireNonNullElse(precision, otherwise);
    }

    private String floating(double value) {
        double size = Math.abs(value);
        String text;
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            text = Numbers.floatText(size) + (type == '%' ? "%" : "");
        } else {
            text = switch (type) {
                case 'e', 'E' -> Numbers.scientific(size, precisionOr(6));
                case 'f', 'F' -> Numbers.fixed(size, precisionOr(6));
                case '%' -> Numbers.fixed(size * 100, precisionOr(6)) + "%";
                default -> general(value);
            };
        }
        String grouped = withGrouping(text);
        boolean negative = value < 0 || (value == 0 && 1 / value < 0);
        return padNumber(negative, Character.isUpperCase(type) ? upper(grouped) : grouped);
    }

    private String withGrouping(String number) {
        if (grouping == 0) {
            return number;
        }
        int end = 0;
        while (end < number.length() && Character.isDigit(number.charAt(end))) {
            end++;
        }
        return grouped(number.substring(0, end), 3) + number.substring(end);
    }

    private static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    private String padNumber(boolean negative, String digits) {
        String shownSign = negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
        return padded(shownSign, digits, '>');
    }

    private String padded(String head, String body, char usual) {
        int missing = width - Text.length(head) - Text.length(body);
        if (missing <= 0) {
            return head + body;
        }
        return switch (align == 0 ? usual : align) {
            case '<' -> head + body + fill.repeat(missing);
            case '>' -> fill.repeat(missing) + head + body;
            case '=' -> head + fill.repeat(missing) + body;
            default -> fill.repeat(missing / 2) + head + body + fill.repeat(missing - missing / 2);
        };
    }
}
