package koine.i18n;

import static koine.i18n.TextDirection.LEFT_TO_RIGHT;
import static koine.i18n.TextDirection.RIGHT_TO_LEFT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextDirectionTest {
    @ParameterizedTest
    @CsvSource({
        "Koine, LEFT_TO_RIGHT",
        "مرحبا, RIGHT_TO_LEFT",
        "שלום, RIGHT_TO_LEFT",
        "नमस्ते, LEFT_TO_RIGHT",
        "日本語, LEFT_TO_RIGHT",
        "'1. مرحبا Koine', RIGHT_TO_LEFT",
        "'«Koine» مرحبا', LEFT_TO_RIGHT",
        "'😀 ١٢ مرحبا', RIGHT_TO_LEFT",
    })
    void a_paragraph_runs_in_the_direction_of_its_first_letter(String paragraph, TextDirection expected) {
        assertEquals(expected, TextDirection.ofParagraph(paragraph, LEFT_TO_RIGHT));
        assertEquals(expected, TextDirection.ofParagraph(paragraph, RIGHT_TO_LEFT));
    }

    @ParameterizedTest
    @CsvSource({"''", "'12:30 - 3/5'", "'... 😀 ?!'", "'١٢٣'"})
    void a_paragraph_without_letters_takes_the_fallback(String paragraph) {
        assertEquals(LEFT_TO_RIGHT, TextDirection.ofParagraph(paragraph, LEFT_TO_RIGHT));
        assertEquals(RIGHT_TO_LEFT, TextDirection.ofParagraph(paragraph, RIGHT_TO_LEFT));
    }

    @Test
    void letters_inside_isolates_do_not_count() {
        assertEquals(RIGHT_TO_LEFT, TextDirection.ofParagraph("\u2068file.txt\u2069 ملف", LEFT_TO_RIGHT));
        assertEquals(LEFT_TO_RIGHT, TextDirection.ofParagraph("\u2067ملف\u2069 file", RIGHT_TO_LEFT));
        assertEquals(RIGHT_TO_LEFT, TextDirection.ofParagraph("\u2066a \u2068b\u2069 c\u2069 \u05d0", LEFT_TO_RIGHT));
    }

    @Test
    void an_isolate_that_is_never_closed_hides_the_rest() {
        assertEquals(RIGHT_TO_LEFT, TextDirection.ofParagraph("\u2066abc", RIGHT_TO_LEFT));
    }

    @Test
    void a_closing_mark_without_an_opening_one_is_ignored() {
        assertEquals(LEFT_TO_RIGHT, TextDirection.ofParagraph("\u2069abc", RIGHT_TO_LEFT));
    }

    @Test
    void letters_beyond_the_basic_plane_count() {
        assertEquals(RIGHT_TO_LEFT, TextDirection.ofParagraph("\ud83a\udd00 abc", LEFT_TO_RIGHT)); // Adlam
    }
}
