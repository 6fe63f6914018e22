package koine.engine.template;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;

/** {@code "%s is %d" % values}. */
final class PercentFormat {
    private final String form;
    private final Object values;
    private final boolean safe;
    private final Budget budget;
    private final StringBuilder out = new StringBuilder();
    private int at;
    private int used;

    private PercentFormat(String form, Object values, boolean safe, Budget budget) {
        this.form = form;
        this.values = values;
        this.safe = safe;
        this.budget = budget;
    }

    static Object format(Object form, Object values, Budget budget) {
        boolean safe = form instanceof Markup;
        String text = new PercentFormat(String.valueOf(Values.text(form)), values, safe, budget).run();
        return safe ? new Markup(text) : text;
    }

    private String run() {
        while (at < form.length()) {
            char c = form.charAt(at++);
            if (c == '%') {
                directive();
            } else {
                out.append(c);
            }
            budget.scan(1);
        }
        if (values instanceof TupleValue tuple ? used < tuple.items().size() : used == 0 && !isMapping()) {
            throw TemplateError.type("not all arguments converted during string formatting");
        }
        return budget.made(out.toString());
    }

    private boolean isMapping() {
        return values instanceof DictValue || values instanceof ListValue || values instanceof RangeValue;
    }

    private void directive() {
        Object value = null;
        if (charAt() == '(') {
            value = named();
        }
        String flags = "";
        while ("#0- +".indexOf(charAt()) >= 0) {
            flags += flags.indexOf(charAt()) >= 0 ? "" : charAt();
            at++;
        }
        int width = count();
        if (width < 0) {
            flags += "-";
            width = -width;
        }
        int precision = -1;
        if (charAt() == '.') {
            at++;
            precision = Math.max(0, count());
        }
        while ("hlL".indexOf(charAt()) >= 0) {
            at++;
        }
        char type = charAt();
        at++;
        if (type == '%') {
            out.append('%');
            return;
        }
        Object shown = value == null ? next() : value;
        budget.fits(out.length() + (long) width + Math.max(precision, 0));
        append(converted(type, shown, flags, precision), flags, width, type);
    }

    private char charAt() {
        if (at >= form.length()) {
            throw TemplateError.value("incomplete format");
        }
        return form.charAt(at);
    }

    private Object named() {
        int close = form.indexOf(')', at);
        if (close < 0) {
            throw TemplateError.value("incomplete format key");
        }
        if (!(values instanceof DictValue dict)) {
            throw TemplateError.type("format requires a mapping");
        }
        String key = form.substring(at + 1, close);
        Object value = dict.get(key);
        if (value == null) {
            throw TemplateError.of("KeyError", Repr.quoted(key));
        }
        at = close + 1;
        return value;
    }

    private int count() {
        if (charAt() == '*') {
            at++;
            return Numbers.index(next());
        }
        int value = 0;
        while (Character.isDigit(charAt())) {
            value = value * 10 + (charAt() - '0');
            budget.fits(value);
            at++;
        }
        return value;
    }

    private Object next() {
        if (values instanceof TupleValue tuple) {
            List<Object> items = tuple.items();
            if (used >= items.size()) {
                throw TemplateError.type("not enough arguments for format string");
            }
            return items.get(used++);
        }
        if (used++ > 0) {
            throw TemplateError.type("not enough arguments for format string");
        }
        return values;
    }

    /** With its sign. */
    private String converted(char type, Object value, String flags, int precision) {
        return switch (type) {
            case 's', 'r', 'a' -> text(type, value, precision);
            case 'c' -> character(value);
            case 'd', 'i', 'u', 'x', 'X', 'o' -> whole(type, value, flags, precision);
            case 'e', 'E', 'f', 'F', 'g', 'G' -> floating(type, value, flags, precision);
            default ->
                throw TemplateError.value("unsupported format character '" + type + "' (0x" + Integer.toHexString(type)
                        + ") at index " + (at - 1));
        };
    }

    private String text(char type, Object value, int precision) {
        String text = type == 's' ? Repr.str(value, budget) : Repr.repr(value, budget);
        if (type == 'a') {
            text = ascii(text);
        }
        if (safe && !(value instanceof Markup)) {
            text = Markup.escape(text, budget);
        }
        return precision < 0 ? text : Text.slice(text, 0, Math.min(precision, Text.length(text)));
    }

    private static String character(Object value) {
        String text = Values.text(value);
        if (text != null && Text.length(text) == 1) {
            return text;
        }
        int code = text == null && Numbers.isWhole(value) ? Numbers.index(value) : -1;
        if (!Character.isValidCodePoint(code)) {
            throw TemplateError.type("%c requires int or char");
        }
        return Character.toString(code);
    }

    private static String ascii(String text) {
        StringBuilder ascii = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (c < 128) {
                ascii.append((char) c);
            } else {
                String form = c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
                ascii.append(String.format(Locale.ROOT, form, c));
            }
        });
        return ascii.toString();
    }

    private String whole(char type, Object value, String flags, int precision) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        boolean decimal = type == 'd' || type == 'i' || type == 'u';
        Object number = decimal && value instanceof Double d ? Numbers.truncate(d) : value;
        BigInteger whole = Numbers.whole(number);
        if (whole == null) {
            throw TemplateError.type("%" + type + " format: " + (decimal ? "a real number" : "an integer")
                    + " is required, not " + Values.typeName(value));
        }
        int radix = decimal ? 10 : type == 'o' ? 8 : 16;
        String digits = whole.abs().toString(radix);
        if (digits.length() < precision) {
            digits = "0".repeat(precision - digits.length()) + digits;
        }
        if (flags.indexOf('#') >= 0 && !decimal) {
            digits = (type == 'o' ? "0o" : "0x") + digits;
        }
        return signed(whole.signum() < 0, flags, type == 'X' ? digits.toUpperCase(Locale.ROOT) : digits);
    }

    private String floating(char type, Object value, String flags, int precision) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (!Numbers.isNumber(value)) {
            throw TemplateError.type("must be real number, not " + Values.typeName(value));
        }
        double number = Numbers.toDouble(value);
        double size = Math.abs(number);
        int places = precision < 0 ? 6 : precision;
        String text;
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            text = Numbers.floatText(size);
        } else {
            text = switch (type) {
                case 'e', 'E' -> Numbers.scientific(size, places);
                case 'f', 'F' -> Numbers.fixed(size, places);
                default -> Numbers.general(size, places, flags.indexOf('#') >= 0);
            };
        }
        boolean negative = number < 0 || (number == 0 && 1 / number < 0);
        return signed(negative, flags, Character.isUpperCase(type) ? text.toUpperCase(Locale.ROOT) : text);
    }

    private static String signed(boolean negative, String flags, String digits) {
        String sign = negative ? "-" : flags.indexOf('+') >= 0 ? "+" : flags.indexOf(' ') >= 0 ? " " : "";
        return sign + digits;
    }

    private void append(String text, String flags, int width, char type) {
        int missing = width - Text.length(text);
        if (missing <= 0) {
            out.append(text);
        } else if (flags.indexOf('-') >= 0) {
            out.append(text).repeat(" ", missing);
        } else if (flags.indexOf('0') >= 0 && "srac".indexOf(type) < 0) {
            int digits = signLength(text);
            out.append(text, 0, digits).repeat("0", missing).append(text, digits, text.length());
        } else {
            out.repeat(" ", missing).append(text);
        }
    }

    private static int signLength(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        return "+- ".indexOf(text.charAt(0)) >= 0 ? 1 : 0;
    }
}
