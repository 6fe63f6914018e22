package koine.i18n;

import static koine.i18n.UiLanguage.ARABIC;
import static koine.i18n.UiLanguage.ENGLISH;
import static koine.i18n.UiLanguage.HINDI;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.ibm.icu.util.ULocale;
import java.util.List;
import org.junit.jupiter.api.Test;

class UiLanguageTest {
    @Test
    void the_first_wanted_language_that_is_spoken_wins() {
        assertEquals(ARABIC, UiLanguage.best(List.of("ar-EG", "en")));
        assertEquals(HINDI, UiLanguage.best(List.of("ta", "hi-Deva-IN", "ar")));
    }

    @Test
    void the_names_of_system_locales_are_understood() {
        assertEquals(HINDI, UiLanguage.best(List.of("hi_IN.UTF-8")));
        assertEquals(ARABIC, UiLanguage.best(List.of("ar_SA")));
    }

    @Test
    void english_speaks_for_every_other_language() {
        assertEquals(ENGLISH, UiLanguage.best(List.of("C", "", "tlh")));
        assertEquals(ENGLISH, UiLanguage.best(List.of()));
    }

    @Test
    void a_language_that_only_begins_like_a_spoken_one_is_another() {
        assertEquals(ENGLISH, UiLanguage.best(List.of("hil", "arc")));
    }

    @Test
    void arabic_runs_from_right_to_left_and_the_others_do_not() {
        assertEquals(TextDirection.RIGHT_TO_LEFT, ARABIC.direction());
        assertEquals(TextDirection.LEFT_TO_RIGHT, ENGLISH.direction());
        assertEquals(TextDirection.LEFT_TO_RIGHT, HINDI.direction());
    }

    @Test
    void every_language_names_itself_as_the_unicode_consortium_does() {
        for (UiLanguage language : UiLanguage.values()) {
            String name = ULocale.forLanguageTag(language.tag()).getDisplayName(ULocale.forLanguageTag(language.tag()));
            assertEquals(name, language.endonym());
        }
    }
}
