package koine.i18n;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CleanTextTest {
    @Test
    void text_in_any_script_is_clean() {
        assertEquals(List.of(), check("a = العربية\nb = नमस्ते क्\u200dष می\u200cشود\n"));
    }

    @Test
    void a_character_that_turns_text_around_is_caught_and_taken_out() {
        for (String control : List.of("\u200e", "\u200f", "\u061c", "\u202e", "\u2068", "\u2069")) {
            Finding finding = only(check("fine\na = x" + control + "y\n"));
            assertEquals("file:2", finding.where());
            assertTrue(finding.fix().endsWith("\na = xy"), finding::fix);
        }
        assertEquals(
                "holds the bidi control character U+202E", only(check("\u202e")).what());
    }

    @Test
    void a_line_that_is_not_in_the_normal_form_is_offered_in_it() {
        Finding finding = only(check("a = cafe\u0301\n"));
        assertEquals("paste over it:\na = café", finding.fix());
    }

    @Test
    void bytes_that_are_not_utf8_are_caught_with_their_line() {
        byte[] latin1 = "a\nb = café\n".getBytes(StandardCharsets.ISO_8859_1);
        Finding finding = only(CleanText.check("file", latin1));
        assertEquals("file:2", finding.where());
        assertTrue(finding.fix().contains("b = café"), finding::fix);
    }

    private static List<Finding> check(String text) {
        return CleanText.check("file", text.getBytes(StandardCharsets.UTF_8));
    }

    private static Finding only(List<Finding> findings) {
        assertEquals(1, findings.size(), findings::toString);
        return findings.getFirst();
    }
}
