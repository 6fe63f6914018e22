package koine.i18n;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.ibm.icu.util.ULocale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MessagesTest {
    private static final ULocale ARABIC = ULocale.forLanguageTag("ar");

    @Test
    void an_unknown_key_is_a_programming_error() {
        assertThrows(
                IllegalArgumentException.class,
                () -> Messages.of(UiLanguage.ARABIC).text("no.such.key"));
    }

    @Test
    void a_foreign_name_in_an_arabic_sentence_is_isolated() {
        Sentence sentence = new Sentence("حُذف {file}.", ARABIC);
        assertEquals("حُذف \u2068a.txt\u2069.", sentence.format(Map.of("file", "a.txt")));
        assertEquals("حُذف ملف.", sentence.format(Map.of("file", "ملف")));
    }

    @Test
    void text_that_only_chooses_a_variant_is_left_alone() {
        Sentence sentence = new Sentence("{state, select, on {يعمل} other {متوقف}}", ARABIC);
        assertEquals("يعمل", sentence.format(Map.of("state", "on")));
    }

    @Test
    void arabic_counts_in_six_forms() {
        Sentence sentence =
                new Sentence("{n, plural, zero {z} one {o} two {t} few {f #} many {m #} other {x #}}", ARABIC);
        assertEquals("z", sentence.format(Map.of("n", 0)));
        assertEquals("o", sentence.format(Map.of("n", 1)));
        assertEquals("t", sentence.format(Map.of("n", 2)));
        assertEquals("f 3", sentence.format(Map.of("n", 3)));
        assertEquals("m 11", sentence.format(Map.of("n", 11)));
        assertEquals("x 100", sentence.format(Map.of("n", 100)));
    }
}
