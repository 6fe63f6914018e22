package koine.app.conversations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TitlesTest {
    @Test
    void a_short_question_is_its_own_title() {
        assertEquals("What is the capital of France?", Titles.of("  What is the   capital of France?\nSecond line"));
        assertEquals("second", Titles.of("\n \nsecond\n"));
        assertEquals("", Titles.of(" \n"));
    }

    @Test
    void a_long_question_is_cut_between_words() {
        assertEquals(
                "Explain to me as if I were five years old why the sky is…",
                Titles.of("Explain to me as if I were five years old why the sky is blue and not green at all"));
    }

    @Test
    void a_character_of_several_code_points_is_never_cut() {
        String family = "👨‍👩‍👧‍👦";
        String title = Titles.of(family.repeat(80));
        assertEquals(family.repeat(60) + "…", title);
        String hindi = Titles.of("क्षि".repeat(100));
        assertEquals("क्षि".repeat(60) + "…", hindi);
    }

    @Test
    void languages_without_spaces_are_cut_too() {
        String thai = Titles.of(
                "ประเทศไทยมีภูเขาและทะเลที่สวยงามมากมายและมีอาหารอร่อยที่คนทั่วโลกรู้จักและชื่นชอบเป็นอย่างมากเสมอมา");
        assertTrue(thai.endsWith("…"));
        assertFalse(thai.length() > 110, thai);
    }
}
