package koine.i18n;

import static koine.i18n.TextDirection.LEFT_TO_RIGHT;
import static koine.i18n.TextDirection.RIGHT_TO_LEFT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.ibm.icu.text.Bidi;
import org.junit.jupiter.api.Test;

class IsolatesTest {
    @Test
    void text_that_runs_with_the_sentence_stays_as_it_is() {
        assertEquals("model.gguf", Isolates.wrap("model.gguf", LEFT_TO_RIGHT));
        assertEquals("94.4 MB", Isolates.wrap("94.4 MB", LEFT_TO_RIGHT));
        assertEquals("نموذج", Isolates.wrap("نموذج", RIGHT_TO_LEFT));
    }

    @Test
    void text_that_runs_against_the_sentence_is_isolated() {
        assertEquals("\u2068model.gguf\u2069", Isolates.wrap("model.gguf", RIGHT_TO_LEFT));
        assertEquals("\u20683/5\u2069", Isolates.wrap("3/5", RIGHT_TO_LEFT));
        assertEquals("\u2068نموذج\u2069", Isolates.wrap("نموذج", LEFT_TO_RIGHT));
    }

    @Test
    void an_unpaired_control_inside_cannot_leak_into_the_sentence() {
        assertEquals("\u2068ab\u202ec\u2069", Isolates.wrap("a\u2069b\u202ec", LEFT_TO_RIGHT));
    }

    @Test
    void isolates_in_pairs_stay() {
        assertEquals(
                "\u2068\u2068a\u2069 و\u2068b\u2069\u2069",
                Isolates.wrap("\u2068a\u2069 و\u2068b\u2069", RIGHT_TO_LEFT));
        assertEquals("\u2068ab\u2069", Isolates.wrap("\u2069a\u2068b", RIGHT_TO_LEFT), "pairs the wrong way round");
        assertEquals("\u2068ab\u2069", Isolates.wrap("\u2068a\u2068b", RIGHT_TO_LEFT));
    }

    @Test
    void a_file_name_keeps_its_order_in_an_arabic_sentence() {
        String sentence = "احذف " + Isolates.wrap(".koine (2)", RIGHT_TO_LEFT) + " الآن";
        assertEquals(".koine (2)", shownIn(sentence, ".koine (2)"));
    }

    @Test
    void the_same_file_name_breaks_apart_without_isolation() {
        assertEquals("koine (2).", shownIn("احذف .koine (2) الآن", ".koine (2)"));
    }

    /** The characters of a piece of a right-to-left sentence in the order in which they stand on the screen. */
    private static String shownIn(String sentence, String piece) {
        Bidi bidi = new Bidi(sentence, Bidi.DIRECTION_RIGHT_TO_LEFT);
        int from = sentence.indexOf(piece);
        StringBuilder shown = new StringBuilder();
        for (int logical : bidi.getVisualMap()) {
            if (logical >= from && logical < from + piece.length()) {
                shown.append(sentence.charAt(logical));
            }
        }
        return shown.toString();
    }
}
