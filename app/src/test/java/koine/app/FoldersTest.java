package koine.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import koine.i18n.UiLanguage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FoldersTest {
    @TempDir
    Path temp;

    @Test
    void everything_lies_under_KOINE_HOME_when_that_is_set() {
        Folders folders = Folders.resolve(Map.of("KOINE_HOME", temp.toString()), new Properties());
        assertEquals(temp.toAbsolutePath(), folders.data());
        for (Path folder : new Path[] {folders.models(), folders.runtime(), folders.logs()}) {
            assertTrue(folder.startsWith(temp), folder.toString());
        }
        assertNull(folders.bundle());
    }

    @Test
    void else_in_the_systems_place_for_programs_data() {
        Folders folders = Folders.resolve(Map.of("KOINE_HOME", " "), new Properties());
        assertTrue(folders.data().isAbsolute());
        assertTrue(folders.data().toString().toLowerCase(java.util.Locale.ROOT).contains("koine"));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "ar_EG.UTF-8, -, hi_IN, ARABIC",
                "-, hi_IN.UTF-8, ar_SA, HINDI",
                "-, -, ar_SA.UTF-8@variant, ARABIC",
                "C, -, ar_SA, ENGLISH",
                "-, -, de_DE.UTF-8, ENGLISH"
            })
    void the_systems_language_is_found_as_posix_has_it(String all, String messages, String lang, UiLanguage expected) {
        Map<String, String> environment = new java.util.HashMap<>();
        environment.put("LC_ALL", all == null ? "" : all);
        environment.put("LC_MESSAGES", messages == null ? "" : messages);
        environment.put("LANG", lang);
        assertEquals(expected, SystemLanguage.of(environment, new Properties()));
    }

    @Test
    void without_a_word_of_the_environment_java_is_asked() {
        Properties properties = new Properties();
        properties.setProperty("user.language", "ar");
        assertEquals(UiLanguage.ARABIC, SystemLanguage.of(Map.of(), properties));
    }
}
