package koine.i18n;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each language has one word for one thing; which, the head of its file says. */
class WordsTest {
    @ParameterizedTest(name = "{0}: {2}, not {1}")
    @CsvSource({
        "ar,المحرك,المحرّك",
        "ar,جهاز,حاسوب",
        "ar,أجهزة,حواسيب",
        "ar,رموز,وحدات نصية",
        "ar,الرموز,الوحدات النصية",
        "ar,الجواب,الإجابة",
        "ar,كويني,Koine",
        "hi,उत्तर,जवाब",
        "hi,प्रश्न,सवाल",
        "hi,शब्द-खंड,टोकन",
        "hi,मेमरी,मेमोरी",
        "hi,खाली,ख़ाली",
        "hi,कोइने,Koine",
    })
    void aLanguageHasOneWordForOneThing(String language, String not, String but) throws Exception {
        assertEquals(List.of(), linesWith(language, not), "write " + but);
    }

    private static List<String> linesWith(String language, String word) throws Exception {
        try (InputStream in = Messages.class.getResourceAsStream("messages/" + language + ".properties")) {
            if (in == null) {
                throw new IllegalStateException("no texts in " + language);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#") && line.contains(word))
                    .toList();
        }
    }
}
