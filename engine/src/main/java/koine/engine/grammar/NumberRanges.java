package koine.engine.grammar;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decimal numbers within bounds, as expressions over their digits; exact, without exponents. */
final class NumberRanges {
    static final int MAX_DIGITS = 30;

    private static final int FRACTION = 16;
    private static final String ANY_DIGITS = "[0-9]{0," + FRACTION + "}";
    private static final String ANY_FRACTION = "(\".\" [0-9]{1," + FRACTION + "})?";

    /** A bound, when there is one, and whether it belongs to the range. */
    record Bound(BigDecimal value, boolean inclusive) {
        Bound negate() {
            return new Bound(value.negate(), inclusive);
        }
    }

    private static final Bound ABOVE_ZERO = new Bound(BigDecimal.ZERO, false);
    private static final Bound FROM_ZERO = new Bound(BigDecimal.ZERO, true);

    private NumberRanges() {}

    /** Null where no integer is within. */
    static @Nullable String integers(@Nullable BigInteger low, @Nullable BigInteger high) {
        List<String> found = new ArrayList<>();
        if (low == null || low.signum() < 0) {
            BigInteger least = high == null || high.signum() >= 0 ? BigInteger.ONE : high.negate();
            add(found, "\"-\" ", naturals(least, low == null ? null : low.negate()));
        }
        if (high == null || high.signum() >= 0) {
            add(found, "", naturals(low == null ? BigInteger.ZERO : low.max(BigInteger.ZERO), high));
        }
        return found.isEmpty() ? null : Rules.group(found);
    }

    /** Null where no number is within. */
    static @Nullable String numbers(@Nullable Bound low, @Nullable Bound high) {
        List<String> found = new ArrayList<>();
        if (low == null || low.value.signum() < 0) {
            Bound least = high == null || high.value.signum() >= 0 ? ABOVE_ZERO : high.negate();
            add(found, "\"-\" ", magnitudes(least, low == null ? null : low.negate()));
        }
        if (high == null || high.value.signum() >= 0) {
            add(found, "", magnitudes(low == null || low.value.signum() < 0 ? FROM_ZERO : low, high));
        }
        return found.isEmpty() ? null : Rules.group(found);
    }

    private static void add(List<String> found, String before, @Nullable String expression) {
        if (expression != null) {
            found.add(before + expression);
        }
    }

    private static @Nullable String naturals(BigInteger low, @Nullable BigInteger high) {
        int most = high == null
                ? Math.max(JsonGrammar.DIGITS, low.toString().length() + 1)
                : high.toString().length();
        BigInteger top = high == null ? BigInteger.TEN.pow(most).subtract(BigInteger.ONE) : high;
        List<String> found = new ArrayList<>();
        for (int digits = low.toString().length(); digits <= most; digits++) {
            BigInteger from = digits == 1 ? low : low.max(BigInteger.TEN.pow(digits - 1));
            BigInteger to = top.min(BigInteger.TEN.pow(digits).subtract(BigInteger.ONE));
            if (from.compareTo(to) <= 0) {
                found.add(sameLength(from.toString(), to.toString()));
            }
        }
        return found.isEmpty() ? null : Rules.group(found);
    }

    private static String sameLength(String low, String high) {
        int length = low.length();
        if (length == 0) {
            return "\"\"";
        }
        if (isAll(low, '0') && isAll(high, '9')) {
            return "[0-9]{" + length + "}";
        }
        char first = low.charAt(0);
        char last = high.charAt(0);
        String lowRest = low.substring(1);
        String highRest = high.substring(1);
        if (first == last) {
            return length == 1 ? "\"" + first + "\"" : "\"" + first + "\" " + sameLength(lowRest, highRest);
        }
        List<String> found = new ArrayList<>();
        boolean wholeLow = isAll(lowRest, '0');
        boolean wholeHigh = isAll(highRest, '9');
        if (!wholeLow) {
            found.add("\"" + first + "\" " + sameLength(lowRest, "9".repeat(length - 1)));
        }
        String middle = digits(wholeLow ? first : first + 1, wholeHigh ? last : last - 1);
        if (middle != null) {
            found.add(length == 1 ? middle : middle + " [0-9]{" + (length - 1) + "}");
        }
        if (!wholeHigh) {
            found.add("\"" + last + "\" " + sameLength("0".repeat(length - 1), highRest));
        }
        return Rules.group(found);
    }

    private static boolean isAll(String text, char c) {
        return text.chars().allMatch(other -> other == c);
    }

    private static @Nullable String digits(int from, int to) {
        return from > to ? null : "[" + (char) from + "-" + (char) to + "]";
    }

    private static @Nullable String magnitudes(Bound low, @Nullable Bound high) {
        if (high != null) {
            int order = low.value.compareTo(high.value);
            if (order > 0 || (order == 0 && !(low.inclusive && high.inclusive))) {
                return null;
            }
        }
        BigInteger whole = low.value.toBigInteger();
        String part = fraction(low.value);
        List<String> found = new ArrayList<>();
        if (high == null) {
            found.add(word(whole) + " " + above(part, low.inclusive));
            found.add(naturals(whole.add(BigInteger.ONE), null) + " " + ANY_FRACTION);
            return Rules.group(found);
        }
        BigInteger top = high.value.toBigInteger();
        String topPart = fraction(high.value);
        if (whole.equals(top)) {
            add(found, word(whole) + " ", between(part, low.inclusive, topPart, high.inclusive));
        } else {
            found.add(word(whole) + " " + above(part, low.inclusive));
            String middle = naturals(whole.add(BigInteger.ONE), top.subtract(BigInteger.ONE));
            if (middle != null) {
                found.add(middle + " " + ANY_FRACTION);
            }
            add(found, word(top) + " ", below(topPart, high.inclusive));
        }
        return found.isEmpty() ? null : Rules.group(found);
    }

    private static String word(BigInteger whole) {
        return "\"" + whole + "\"";
    }

    /** Digits behind the point, without the zeros at the end. */
    private static String fraction(BigDecimal value) {
        String plain = value.stripTrailingZeros().toPlainString();
        int point = plain.indexOf('.');
        return point < 0 ? "" : plain.substring(point + 1);
    }

    private static String above(String digits, boolean inclusive) {
        return digits.isEmpty() && inclusive ? ANY_FRACTION : "\".\" " + aboveDigits(digits, inclusive);
    }

    private static String aboveDigits(String digits, boolean inclusive) {
        if (digits.isEmpty()) {
            return inclusive ? ANY_DIGITS : "\"0\"{0,8} [1-9] " + ANY_DIGITS;
        }
        char first = digits.charAt(0);
        List<String> found = new ArrayList<>();
        add(found, "", then(digits(first + 1, '9'), ANY_DIGITS));
        found.add("\"" + first + "\" " + aboveDigits(digits.substring(1), inclusive));
        return Rules.group(found);
    }

    /** Nothing behind the point is less than any digits; null where nothing is. */
    private static @Nullable String below(String digits, boolean inclusive) {
        if (digits.isEmpty()) {
            return inclusive ? "\"\"" : null;
        }
        return Rules.optional("\".\" " + belowDigits(digits, inclusive));
    }

    /** The last of the digits is not 0, so what is cut off earlier is less. */
    private static String belowDigits(String digits, boolean inclusive) {
        char first = digits.charAt(0);
        List<String> found = new ArrayList<>();
        add(found, "", then(digits('0', first - 1), ANY_DIGITS));
        if (digits.length() > 1) {
            found.add("\"" + first + "\" " + Rules.optional(belowDigits(digits.substring(1), inclusive)));
        } else if (inclusive) {
            found.add("\"" + first + "\"");
        }
        return Rules.group(found);
    }

    private static @Nullable String between(String low, boolean lowIn, String high, boolean highIn) {
        if (low.equals(high)) {
            return low.isEmpty() ? "\"\"" : "\"." + low + "\"";
        }
        int length = Math.max(low.length(), high.length());
        String digits = betweenDigits(
                low + "0".repeat(length - low.length()), lowIn, high + "0".repeat(length - high.length()), highIn);
        String fraction = digits == null ? null : "\".\" " + digits;
        if (!low.isEmpty() || !lowIn) {
            return fraction;
        }
        return fraction == null ? "\"\"" : Rules.optional(fraction);
    }

    /** Of the same length, the first less. */
    private static @Nullable String betweenDigits(String low, boolean lowIn, String high, boolean highIn) {
        char first = low.charAt(0);
        char last = high.charAt(0);
        String lowRest = low.substring(1);
        String highRest = high.substring(1);
        if (first == last) {
            return then("\"" + first + "\"", betweenDigits(lowRest, lowIn, highRest, highIn));
        }
        List<String> found = new ArrayList<>();
        found.add("\"" + first + "\" " + aboveDigits(stripped(lowRest), lowIn));
        add(found, "", then(digits(first + 1, last - 1), ANY_DIGITS));
        String rest = stripped(highRest);
        if (!rest.isEmpty()) {
            found.add("\"" + last + "\" " + Rules.optional(belowDigits(rest, highIn)));
        } else if (highIn) {
            found.add("\"" + last + "\"");
        }
        return Rules.group(found);
    }

    private static @Nullable String then(@Nullable String first, @Nullable String second) {
        return first == null || second == null ? null : first + " " + second;
    }

    private static String stripped(String digits) {
        int end = digits.length();
        while (end > 0 && digits.charAt(end - 1) == '0') {
            end--;
        }
        return digits.substring(0, end);
    }
}
