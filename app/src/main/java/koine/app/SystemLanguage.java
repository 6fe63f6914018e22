package koine.app;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import koine.i18n.UiLanguage;

/** The language that the system speaks to this person. */
public final class SystemLanguage {
    private SystemLanguage() {}

    /**
     * {@code KOINE_LANGUAGE}, which our start scripts set where they replace a locale that is not installed; else by POSIX the
     * first of {@code LC_ALL}, {@code LC_MESSAGES}, {@code LANG} that says something; else what Java found.
     */
    public static UiLanguage of(Map<String, String> environment, Properties properties) {
        for (String name : List.of("KOINE_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")) {
            String value = environment.getOrDefault(name, "");
            if (!value.isBlank()) {
                return UiLanguage.best(List.of(value.replaceFirst("[.@].*", ""))); // ar_EG.UTF-8@variant
            }
        }
        return UiLanguage.best(List.of(properties.getProperty("user.language", "en")));
    }
}
