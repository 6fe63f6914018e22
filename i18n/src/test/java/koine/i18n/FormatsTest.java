package koine.i18n;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

class FormatsTest {
    private static final ZoneId DELHI = ZoneId.of("Asia/Kolkata");
    private static final Instant NOON = Instant.parse("2026-11-22T06:30:00Z"); // a Sunday, 12:00 in Delhi

    private final Formats english = new Formats(UiLanguage.ENGLISH, DELHI);
    private final Formats arabic = new Formats(UiLanguage.ARABIC, DELHI);
    private final Formats hindi = new Formats(UiLanguage.HINDI, DELHI);

    @Test
    void numbers_are_grouped_as_the_language_groups_them() {
        assertEquals("1,234,567", english.number(1234567));
        assertEquals("12,34,567", hindi.number(1234567));
        assertEquals("128.5", english.number(128.46, 1));
    }

    @Test
    void bytes_are_told_in_the_unit_that_leaves_a_short_number() {
        assertAll(
                () -> assertEquals("0\u00a0byte", english.bytes(0)),
                () -> assertEquals("999\u00a0byte", english.bytes(999)),
                () -> assertEquals("1\u00a0MB", english.bytes(999_700)),
                () -> assertEquals("94.4\u00a0MB", english.bytes(94_412_345)),
                () -> assertEquals("1\u00a0GB", english.bytes(999_900_000)),
                () -> assertEquals("4.37\u00a0GB", english.bytes(4_368_439_584L)),
                () -> assertEquals("9,220,000\u00a0TB", english.bytes(Long.MAX_VALUE)),
                () -> assertEquals("94.4\u00a0م.ب", arabic.bytes(94_412_345)),
                () -> assertEquals("94.4\u00a0MB", hindi.bytes(94_412_345)));
    }

    @Test
    void shares_are_told_in_whole_percent() {
        assertEquals("46%", english.percent(0.456));
        assertEquals("100%", hindi.percent(1));
    }

    @Test
    void durations_are_told_as_exactly_as_a_person_cares() {
        assertAll(
                () -> assertEquals("0\u00a0sec", english.duration(Duration.ZERO)),
                () -> assertEquals("3.2\u00a0sec", english.duration(Duration.ofMillis(3_210))),
                () -> assertEquals("10\u00a0sec", english.duration(Duration.ofMillis(9_960))),
                () -> assertEquals("3\u00a0min, 20\u00a0sec", english.duration(Duration.ofSeconds(200))),
                () -> assertEquals("1\u00a0min, 0\u00a0sec", english.duration(Duration.ofMillis(59_700))),
                () -> assertEquals("2\u00a0hr, 5\u00a0min", english.duration(Duration.ofSeconds(7_490))),
                () -> assertEquals("0\u00a0sec", english.duration(Duration.ofSeconds(-5))),
                () -> assertEquals("3\u00a0د و20\u00a0ث", arabic.duration(Duration.ofSeconds(200))),
                () -> assertEquals("3\u00a0मि॰, 20\u00a0से॰", hindi.duration(Duration.ofSeconds(200))));
    }

    @Test
    void a_moment_is_told_the_more_coarsely_the_longer_ago_it_is() {
        assertAll(
                () -> assertEquals("9:05 AM", spaces(english.when(Instant.parse("2026-11-22T03:35:00Z"), NOON))),
                () -> assertEquals("Yesterday", english.when(Instant.parse("2026-11-21T18:29:00Z"), NOON)),
                () -> assertEquals("Monday", english.when(Instant.parse("2026-11-16T12:00:00Z"), NOON)),
                () -> assertEquals("Nov 15", english.when(Instant.parse("2026-11-15T12:00:00Z"), NOON)),
                () -> assertEquals("Dec 31, 2025", english.when(Instant.parse("2025-12-31T12:00:00Z"), NOON)),
                () -> assertEquals("أمس", arabic.when(Instant.parse("2026-11-21T12:00:00Z"), NOON)),
                () -> assertEquals("सोमवार", hindi.when(Instant.parse("2026-11-16T12:00:00Z"), NOON)));
    }

    @Test
    void a_clock_that_runs_ahead_gives_a_date_and_no_negative_days() {
        assertEquals("Nov 24", english.when(Instant.parse("2026-11-24T12:00:00Z"), NOON));
    }

    @Test
    void a_day_begins_at_midnight_of_the_persons_zone() {
        Instant justAfterMidnightInDelhi = Instant.parse("2026-11-21T18:31:00Z");
        assertEquals("Today", english.day(justAfterMidnightInDelhi, NOON));
        assertEquals("Yesterday", english.day(justAfterMidnightInDelhi.minusSeconds(120), NOON));
        assertEquals("कल", hindi.day(justAfterMidnightInDelhi.minusSeconds(120), NOON));
        assertEquals("20 نوفمبر", arabic.day(Instant.parse("2026-11-20T12:00:00Z"), NOON));
    }

    @Test
    void lists_and_language_names_are_in_the_language() {
        assertEquals("A, B, and C", english.list(List.of("A", "B", "C")));
        assertEquals("نموذج وحاسوب", arabic.list(List.of("نموذج", "حاسوب")));
        assertEquals("\u2068A\u2069 و\u2068B\u2069", arabic.list(List.of("A", "B")), "the first on the right");
        assertEquals("Hindi", english.languageName("hi"));
        assertEquals("अरबी", hindi.languageName("ar"));
        assertEquals("xq", english.languageName("xq"));
    }

    /** CLDR sets a narrow no-break space before AM. */
    private static String spaces(String text) {
        return text.replace('\u202f', ' ');
    }
}
