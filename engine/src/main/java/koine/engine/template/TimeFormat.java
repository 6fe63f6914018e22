package koine.engine.template;

import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** Python's {@code strftime} in the C locale, of a time without zone. */
final class TimeFormat {
    private final LocalDateTime time;

    private TimeFormat(LocalDateTime time) {
        this.time = time;
    }

    static String format(String form, LocalDateTime time) {
        StringBuilder out = new StringBuilder();
        TimeFormat format = new TimeFormat(time);
        for (int i = 0; i < form.length(); i++) {
            char c = form.charAt(i);
            if (c != '%' || i + 1 >= form.length()) {
                out.append(c);
                continue;
            }
            char flag = form.charAt(++i);
            boolean flagged = "-_0^#".indexOf(flag) >= 0 && i + 1 < form.length();
            char directive = flagged ? form.charAt(++i) : flag;
            out.append(flagged ? format.flagged(flag, directive) : format.value(directive));
        }
        return out.toString();
    }

    private String flagged(char flag, char directive) {
        String value = value(directive);
        if (flag == '^' || flag == '#') {
            return value.toUpperCase(Locale.ROOT);
        }
        if (flag == '0' || !value.chars().allMatch(c -> c == ' ' || Character.isDigit(c))) {
            return value;
        }
        int digits = 0;
        while (digits < value.length() - 1 && (value.charAt(digits) == '0' || value.charAt(digits) == ' ')) {
            digits++;
        }
        return (flag == '_' ? " ".repeat(digits) : "") + value.substring(digits);
    }

    private String value(char directive) {
        return switch (directive) {
            case 'a' -> weekday(TextStyle.SHORT);
            case 'A' -> weekday(TextStyle.FULL);
            case 'b', 'h' -> month(TextStyle.SHORT);
            case 'B' -> month(TextStyle.FULL);
            case 'c' -> format("%a %b %e %H:%M:%S %Y", time);
            case 'C' -> padded(time.getYear() / 100, 2);
            case 'd' -> padded(time.getDayOfMonth(), 2);
            case 'D', 'x' -> format("%m/%d/%y", time);
            case 'e' -> spaced(time.getDayOfMonth());
            case 'f' -> padded(time.getNano() / 1000, 6);
            case 'F' -> format("%Y-%m-%d", time);
            case 'g' -> padded(time.get(IsoFields.WEEK_BASED_YEAR) % 100, 2);
            case 'G' -> padded(time.get(IsoFields.WEEK_BASED_YEAR), 1);
            case 'H' -> padded(time.getHour(), 2);
            case 'I' -> padded(time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2);
            case 'j' -> padded(time.getDayOfYear(), 3);
            case 'k' -> spaced(time.getHour());
            case 'l' -> spaced(time.get(ChronoField.CLOCK_HOUR_OF_AMPM));
            case 'm' -> padded(time.getMonthValue(), 2);
            case 'M' -> padded(time.getMinute(), 2);
            case 'n' -> "\n";
            case 'p' -> time.getHour() < 12 ? "AM" : "PM";
            case 'P' -> time.getHour() < 12 ? "am" : "pm";
            case 'r' -> format("%I:%M:%S %p", time);
            case 'R' -> format("%H:%M", time);
            case 'S' -> padded(time.getSecond(), 2);
            case 't' -> "\t";
            case 'T', 'X' -> format("%H:%M:%S", time);
            case 'u' -> padded(time.getDayOfWeek().getValue(), 1);
            case 'U' -> padded(weekFrom(DayOfWeek.SUNDAY), 2);
            case 'V' -> padded(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2);
            case 'w' -> padded(time.getDayOfWeek().getValue() % 7, 1);
            case 'W' -> padded(weekFrom(DayOfWeek.MONDAY), 2);
            case 'y' -> padded(time.getYear() % 100, 2);
            case 'Y' -> padded(time.getYear(), 1);
            case 'z', 'Z' -> "";
            case '%' -> "%";
            default -> throw TemplateError.unsupported("the time directive %" + directive);
        };
    }

    private String weekday(TextStyle style) {
        return time.getDayOfWeek().getDisplayName(style, Locale.ENGLISH);
    }

    private String month(TextStyle style) {
        String name = time.getMonth().getDisplayName(style, Locale.ENGLISH);
        return style == TextStyle.SHORT ? name.substring(0, 3) : name;
    }

    private int weekFrom(DayOfWeek first) {
        int daysSinceFirst = Math.floorMod(time.getDayOfWeek().getValue() - first.getValue(), 7);
        return (time.getDayOfYear() + 6 - daysSinceFirst) / 7;
    }

    private static String padded(int value, int digits) {
        return String.format(Locale.ROOT, "%0" + digits + "d", value);
    }

    private static String spaced(int value) {
        return String.format(Locale.ROOT, "%2d", value);
    }
}
