package koine.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Properties;
import koine.i18n.UiLanguage;
import org.junit.jupiter.api.Test;

class SystemLanguageTest {
    private final Properties none = new Properties();

    @Test
    void isThatOfTheFirstVariableThatSaysSomething() {
        assertEquals(
                UiLanguage.ARABIC, SystemLanguage.of(Map.of("LC_ALL", "ar_EG.UTF-8", "LANG", "hi_IN.UTF-8"), none));
        assertEquals(UiLanguage.HINDI, SystemLanguage.of(Map.of("LC_ALL", "", "LANG", "hi_IN"), none));
    }

    @Test
    void isWhatTheStartScriptHandsOnWhereItReplacedALocaleThatIsNotInstalled() {
        assertEquals(
                UiLanguage.ARABIC,
                SystemLanguage.of(Map.of("KOINE_LANGUAGE", "ar_EG.UTF-8", "LC_ALL", "C.UTF-8"), none));
        assertEquals(UiLanguage.ENGLISH, SystemLanguage.of(Map.of("KOINE_LANGUAGE", "", "LC_ALL", "C.UTF-8"), none));
    }

    @Test
    void isJavasWhereNoVariableSaysAnything() {
        Properties hindi = new Properties();
        hindi.setProperty("user.language", "hi");
        assertEquals(UiLanguage.HINDI, SystemLanguage.of(Map.of(), hindi));
    }
}
