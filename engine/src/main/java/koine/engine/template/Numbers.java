package koine.engine.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Python's numbers: whole ones are Long, or BigInteger where a Long is too small; the others are Double. */
final class Numbers {
    /** Python's own limit for turning a whole number into text. */
    static final int MAX_DIGITS = 4300;

    private static final int MAX_BITS = 16_384;
    private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);

    private Numbers() {}

    static Object normal(BigInteger value) {
        if (value.compareTo(LONG_MIN) >= 0 && value.compareTo(LONG_MAX) <= 0) {
            return value.longValueExact();
        }
        if (value.bitLength() > MAX_BITS) {
            throw TemplateError.limit("the template makes a number of more than " + MAX_BITS + " bits");
        }
        return value;
    }

    /** A whole number or a truth value as a number; null for anything else. */
    static @Nullable BigInteger whole(Object value) {
        return switch (value) {
            case Boolean b -> b ? BigInteger.ONE : BigInteger.ZERO;
            case Long l -> BigInteger.valueOf(l);
            case BigInteger i -> i;
            default -> null;
        };
    }

    static boolean isWhole(Object value) {
        return value instanceof Long || value instanceof Boolean || value instanceof BigInteger;
    }

    static boolean isNumber(Object value) {
        return value instanceof Double || isWhole(value);
    }

    static double toDouble(Object number) {
        return switch (number) {
            case Double d -> d;
            case Long l -> l;
            case Boolean b -> b ? 1 : 0;
            case BigInteger i -> {
                double d = i.doubleValue();
                if (Double.isInfinite(d)) {
                    throw TemplateError.of("OverflowError", "int too large to convert to float");
                }
                yield d;
            }
            default -> throw new IllegalArgumentException("not a number");
        };
    }

    /** @throws TemplateError TypeError when it is not whole, OverflowError when no index can be that large */
    static int index(Object value) {
        BigInteger whole = whole(value);
        if (whole == null) {
            throw TemplateError.type(
                    Repr.quoted(Values.typeName(value)) + " object cannot be interpreted as an integer");
        }
        if (whole.bitLength() > 31) {
            throw TemplateError.of("OverflowError", "Python int too large to convert to C ssize_t");
        }
        return whole.intValueExact();
    }

    /** As {@link #index}, but everything too large becomes the largest index: as slices read their bounds. */
    static int clampedIndex(Object value) {
        BigInteger whole = whole(value);
        if (whole != null && whole.bitLength() > 31) {
            return whole.signum() < 0 ? -Integer.MAX_VALUE : Integer.MAX_VALUE;
        }
        return index(value);
    }

    /** Compares exactly, also whole numbers with fractions; null when one of them is not a number (NaN). */
    static @Nullable Integer compare(Object left, Object right) {
        if (left instanceof Long a && right instanceof Long b) {
            return Long.compare(a, b);
        }
        if (left instanceof Double || right instanceof Double) {
            double a = left instanceof Double d ? d : 0;
            double b = right instanceof Double d ? d : 0;
            if (Double.isNaN(a) || Double.isNaN(b)) {
                return null;
            }
            if (Double.isInfinite(a) || Double.isInfinite(b)) {
                return Double.compare(a, b);
            }
        }
        return decimal(left).compareTo(decimal(right));
    }

    private static BigDecimal decimal(Object number) {
        if (number instanceof Double d) {
            return new BigDecimal(d);
        }
        BigInteger whole = whole(number);
        if (whole == null) {
            throw new IllegalArgumentException("not a number");
        }
        return new BigDecimal(whole);
    }

    /** {@code repr(float)}: the shortest digits that give the same number back. */
    static String floatText(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = shortest(Math.abs(value));
        String digits = shortest.unscaledValue().toString();
        int exponent = digits.length() - shortest.scale() - 1;
        String sign = value < 0 ? "-" : "";
        if (exponent < -4 || exponent >= 16) {
            String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
            return sign + mantissa + exponentText(exponent);
        }
        String plain = shortest.toPlainString();
        return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
    }

    private static BigDecimal shortest(double size) {
        BigDecimal digits = new BigDecimal(Double.toString(size)).stripTrailingZeros();
        // Java never gives fewer than two digits, which matters for the very smallest numbers.
        BigDecimal single = digits.round(new MathContext(1, RoundingMode.HALF_EVEN));
        return single.doubleValue() == size ? single.stripTrailingZeros() : digits;
    }

    private static String exponentText(int exponent) {
        int size = Math.abs(exponent);
        return (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
    }

    /** {@code "%.*e"}, with at least two digits of exponent. */
    static String scientific(double size, int precision) {
        BigDecimal exact = new BigDecimal(size);
        if (exact.signum() == 0) {
            return (precision == 0 ? "0" : "0." + "0".repeat(precision)) + "e+00";
        }
        BigDecimal rounded = exact.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        String digits = rounded.unscaledValue().toString();
        int exponent = digits.length() - rounded.scale() - 1;
        String padded = digits.length() > precision + 1
                ? digits.substring(0, precision + 1)
                : digits + "0".repeat(precision + 1 - digits.length());
        return padded.charAt(0) + (precision == 0 ? "" : "." + padded.substring(1)) + exponentText(exponent);
    }

    /** {@code "%.*f"}. */
    static String fixed(double size, int precision) {
        return new BigDecimal(size).setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
    }

    /** {@code "%.*g"}. */
    static String general(double size, int precision, boolean keepZeros) {
        return general(size, precision, keepZeros, Math.max(precision, 1));
    }

    /** @param tooLarge the first exponent that is written as one */
    static String general(double size, int precision, boolean keepZeros, int tooLarge) {
        int digits = Math.max(precision, 1);
        if (size == 0) {
            return keepZeros && digits > 1 ? "0." + "0".repeat(digits - 1) : "0";
        }
        String scientific = scientific(size, digits - 1);
        int e = scientific.indexOf('e');
        int exponent = Integer.parseInt(scientific, e + 1, scientific.length(), 10);
        if (exponent < -4 || exponent >= tooLarge) {
            String mantissa = scientific.substring(0, e);
            return (keepZeros ? mantissa : withoutTrailingZeros(mantissa)) + scientific.substring(e);
        }
        String fixed = fixed(size, digits - 1 - exponent);
        return keepZeros ? fixed : withoutTrailingZeros(fixed);
    }

    static String withoutTrailingZeros(String number) {
        if (number.indexOf('.') < 0) {
            return number;
        }
        int end = number.length();
        while (number.charAt(end - 1) == '0') {
            end--;
        }
        return number.substring(0, number.charAt(end - 1) == '.' ? end - 1 : end);
    }

    /** {@code round(value, digits)}: halves to even, whole numbers stay whole. */
    static Object round(Object value, int digits) {
        if (value instanceof Double d) {
            if (Double.isNaN(d) || Double.isInfinite(d) || digits > 340) {
                return d;
            }
            if (digits < -340) {
                return Math.copySign(0.0, d);
            }
            double rounded =
                    new BigDecimal(d).setScale(digits, RoundingMode.HALF_EVEN).doubleValue();
            return rounded == 0 ? Math.copySign(0.0, d) : rounded;
        }
        BigInteger whole = whole(value);
        if (whole == null) {
            throw TemplateError.type("type " + Values.typeName(value) + " doesn't define __round__ method");
        }
        if (digits >= 0) {
            return normal(whole);
        }
        if (digits < -MAX_DIGITS) {
            return 0L;
        }
        return normal(
                new BigDecimal(whole).setScale(digits, RoundingMode.HALF_EVEN).toBigIntegerExact());
    }

    /** {@code int(text, base)}; null when it is no number. */
    static @Nullable Object parseWhole(String text, int base) {
        String digits = Text.strip(text, null, true, true);
        boolean negative = digits.startsWith("-");
        if (negative || digits.startsWith("+")) {
            digits = digits.substring(1);
        }
        int radix = base;
        if (digits.length() > 1 && digits.charAt(0) == '0') {
            int marked = switch (digits.charAt(1)) {
                case 'x', 'X' -> 16;
                case 'o', 'O' -> 8;
                case 'b', 'B' -> 2;
                default -> 0;
            };
            if (marked != 0 && (base == marked || base == 0)) {
                radix = marked;
                digits = digits.startsWith("_", 2) ? digits.substring(3) : digits.substring(2);
            }
        }
        if (radix == 0) {
            radix = 10;
            if (digits.length() > 1 && digits.charAt(0) == '0' && !digits.matches("[0_]+")) {
                return null;
            }
        }
        if (radix < 2 || radix > 36) {
            throw TemplateError.value("int() base must be >= 2 and <= 36, or 0");
        }
        if (digits.isEmpty() || digits.startsWith("_") || digits.endsWith("_") || digits.contains("__")) {
            return null;
        }
        StringBuilder plain = new StringBuilder();
        for (int c : digits.codePoints().toArray()) {
            int digit = Character.digit(c, radix);
            if (c != '_') {
                if (digit < 0) {
                    return null;
                }
                plain.append(Character.forDigit(digit, radix));
            }
        }
        if (plain.length() > MAX_DIGITS) {
            return null;
        }
        BigInteger value = new BigInteger(plain.toString(), radix);
        return normal(negative ? value.negate() : value);
    }

    /** {@code float(text)}; null when it is no number. */
    static @Nullable Double parseFloat(String text) {
        String number = Text.strip(text, null, true, true);
        int start = number.startsWith("-") || number.startsWith("+") ? 1 : 0;
        boolean negative = number.startsWith("-");
        return switch (number.substring(start).toLowerCase(Locale.ROOT)) {
            case "inf", "infinity" -> negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            case "nan" -> Double.NaN;
            default ->
                number.length() > MAX_DIGITS || !isDecimal(number, start)
                        ? null
                        : Double.valueOf(number.replace("_", ""));
        };
    }

    /** Digits with single underscores between them, one point, an exponent. */
    private static boolean isDecimal(String number, int start) {
        int point = digitsEnd(number, start);
        int end = point < number.length() && number.charAt(point) == '.' ? digitsEnd(number, point + 1) : point;
        boolean hasDigits = point > start || end > point + 1;
        if (hasDigits && end < number.length() && (number.charAt(end) == 'e' || number.charAt(end) == 'E')) {
            int exponent = end + 1;
            if (exponent < number.length() && (number.charAt(exponent) == '-' || number.charAt(exponent) == '+')) {
                exponent++;
            }
            end = digitsEnd(number, exponent);
            hasDigits = end > exponent;
        }
        return hasDigits && end == number.length();
    }

    private static int digitsEnd(String number, int start) {
        int i = start;
        while (i < number.length()) {
            boolean underscore = number.charAt(i) == '_' && i > start && number.charAt(i - 1) != '_';
            int digit = underscore && i + 1 < number.length() ? i + 1 : i;
            if (number.charAt(digit) < '0' || number.charAt(digit) > '9') {
                break;
            }
            i = digit + 1;
        }
        return i;
    }

    /** {@code int(float)}. */
    static Object truncate(double value) {
        if (Double.isNaN(value)) {
            throw TemplateError.value("cannot convert float NaN to integer");
        }
        if (Double.isInfinite(value)) {
            throw TemplateError.of("OverflowError", "cannot convert float infinity to integer");
        }
        return normal(new BigDecimal(value).toBigInteger());
    }
}
