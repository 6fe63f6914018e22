package koine.i18n;

import com.ibm.icu.number.LocalizedNumberFormatter;
import com.ibm.icu.number.NumberFormatter;
import com.ibm.icu.number.NumberFormatter.UnitWidth;
import com.ibm.icu.number.Precision;
import com.ibm.icu.number.Scale;
import com.ibm.icu.text.DateFormat;
import com.ibm.icu.text.DisplayContext;
import com.ibm.icu.text.ListFormatter;
import com.ibm.icu.text.LocaleDisplayNames;
import com.ibm.icu.text.MeasureFormat;
import com.ibm.icu.text.RelativeDateTimeFormatter;
import com.ibm.icu.text.RelativeDateTimeFormatter.AbsoluteUnit;
import com.ibm.icu.text.RelativeDateTimeFormatter.Direction;
import com.ibm.icu.util.Measure;
import com.ibm.icu.util.MeasureUnit;
import com.ibm.icu.util.TimeZone;
import com.ibm.icu.util.ULocale;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;

/**
 * Numbers, sizes, times and names as one language writes them, with the digits and the calendar that are the default of
 * that language in the Unicode CLDR. Immutable; any thread.
 */
public final class Formats {
    private static final MeasureUnit[] BYTE_UNITS = {
        MeasureUnit.BYTE, MeasureUnit.KILOBYTE, MeasureUnit.MEGABYTE, MeasureUnit.GIGABYTE, MeasureUnit.TERABYTE
    };

    private final ULocale locale;
    private final TextDirection direction;
    private final ZoneId zone;

    /** @param zone in which dates and times of day are told */
    public Formats(UiLanguage language, ZoneId zone) {
        this.locale = ULocale.forLanguageTag(language.tag());
        this.direction = language.direction();
        this.zone = zone;
    }

    public String number(long value) {
        return NumberFormatter.withLocale(locale).format(value).toString();
    }

    /** With at most this many digits after the decimal sign. */
    public String number(double value, int fractionDigits) {
        return NumberFormatter.withLocale(locale)
                .precision(Precision.maxFraction(fractionDigits))
                .format(value)
                .toString();
    }

    /** Without fraction: 0.456 is 46 %. */
    public String percent(double share) {
        return NumberFormatter.withLocale(locale)
                .unit(MeasureUnit.PERCENT)
                .scale(Scale.powerOfTen(2))
                .precision(Precision.integer())
                .format(share)
                .toString();
    }

    /** In the decimal unit that leaves one to three digits before the decimal sign: 94412345 is 94.4 MB. */
    public String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (Math.abs(value) >= 999.5 && unit < BYTE_UNITS.length - 1) { // 999.7 kB would be shown as 1,000 kB
            value /= 1000;
            unit++;
        }
        return unbroken(unit(BYTE_UNITS[unit])
                .precision(Precision.maxSignificantDigits(3))
                .format(value)
                .toString());
    }

    /** Rounded to what a person wants to know: "3.2 sec", "42 sec", "3 min, 20 sec", "2 hr, 5 min". */
    public String duration(Duration duration) {
        long millis = Math.max(0, duration.toMillis());
        if (millis < 9_950) {
            return unbroken(unit(MeasureUnit.SECOND)
                    .precision(Precision.maxFraction(1))
                    .format(millis / 1000.0)
                    .toString());
        }
        long seconds = Math.round(millis / 1000.0);
        if (seconds < 60) {
            return measures(new Measure(seconds, MeasureUnit.SECOND));
        }
        if (seconds < 3600) {
            return measures(
                    new Measure(seconds / 60, MeasureUnit.MINUTE), new Measure(seconds % 60, MeasureUnit.SECOND));
        }
        long minutes = Math.round(seconds / 60.0);
        return measures(new Measure(minutes / 60, MeasureUnit.HOUR), new Measure(minutes % 60, MeasureUnit.MINUTE));
    }

    /** For lists: the time of day today, "yesterday", the day of the week within six days, else the date. */
    public String when(Instant then, Instant now) {
        LocalDate day = LocalDate.ofInstant(then, zone);
        LocalDate today = LocalDate.ofInstant(now, zone);
        long days = ChronoUnit.DAYS.between(day, today);
        if (days == 0) {
            return time(then);
        }
        if (days > 0 && days < 7) {
            return days == 1 ? relativeDay(Direction.LAST) : date(then, "EEEE");
        }
        return date(then, day.getYear() == today.getYear() ? "MMMd" : "yMMMd");
    }

    /** "today", "yesterday" or the date, as a heading over what happened on that day. */
    public String day(Instant then, Instant now) {
        LocalDate day = LocalDate.ofInstant(then, zone);
        LocalDate today = LocalDate.ofInstant(now, zone);
        if (day.equals(today)) {
            return relativeDay(Direction.THIS);
        }
        if (day.plusDays(1).equals(today)) {
            return relativeDay(Direction.LAST);
        }
        return date(then, day.getYear() == today.getYear() ? "MMMMd" : "yMMMMd");
    }

    /** Hours and minutes. */
    public String time(Instant then) {
        return date(then, "jm");
    }

    /** Date and time in full. */
    public String dateTime(Instant then) {
        return date(then, "yMMMdjm");
    }

    /** "Arabic, English, and Hindi". */
    public String list(Collection<String> items) {
        return ListFormatter.getInstance(locale)
                .format(items.stream()
                        .map(item -> Isolates.wrap(item, direction))
                        .toList());
    }

    /**
     * The name of a language in this language, as it stands alone in a list.
     *
     * @param tag BCP 47
     */
    public String languageName(String tag) {
        return LocaleDisplayNames.getInstance(locale, DisplayContext.CAPITALIZATION_FOR_UI_LIST_OR_MENU)
                .localeDisplayName(ULocale.forLanguageTag(tag));
    }

    private LocalizedNumberFormatter unit(MeasureUnit unit) {
        return NumberFormatter.withLocale(locale).unit(unit).unitWidth(UnitWidth.SHORT);
    }

    private String measures(Measure... measures) {
        MeasureFormat format = MeasureFormat.getInstance(locale, MeasureFormat.FormatWidth.SHORT);
        return ListFormatter.getInstance(locale, ListFormatter.Type.UNITS, ListFormatter.Width.SHORT)
                .format(Arrays.stream(measures)
                        .map(measure -> unbroken(format.format(measure)))
                        .toList());
    }

    /** A number and its unit stay on one line; some languages of the CLDR have an ordinary space there. */
    private static String unbroken(String measure) {
        return measure.replace(' ', '\u00a0');
    }

    private String relativeDay(Direction direction) {
        return RelativeDateTimeFormatter.getInstance(
                        locale,
                        null,
                        RelativeDateTimeFormatter.Style.LONG,
                        DisplayContext.CAPITALIZATION_FOR_BEGINNING_OF_SENTENCE)
                .format(direction, AbsoluteUnit.DAY);
    }

    private String date(Instant then, String skeleton) {
        DateFormat format = DateFormat.getInstanceForSkeleton(skeleton, locale);
        format.setTimeZone(TimeZone.getTimeZone(zone.getId()));
        return format.format(Date.from(then));
    }
}
