package koine.i18n;

import com.ibm.icu.util.ULocale;
import java.util.List;
import java.util.Locale;

/** A language the whole interface speaks. */
public enum UiLanguage {
    ENGLISH("en", "English"),
    ARABIC("ar", "العربية"),
    HINDI("hi", "हिन्दी");

    private final String tag;
    private final String endonym;

    UiLanguage(String tag, String endonym) {
        this.tag = tag;
        this.endonym = endonym;
    }

    /** BCP 47 tag. */
    public String tag() {
        return tag;
    }

    /** The language's name in itself, for the language menu. */
    public String endonym() {
        return endonym;
    }

    public Locale locale() {
        return Locale.forLanguageTag(tag);
    }

    public TextDirection direction() {
        return ULocale.forLanguageTag(tag).isRightToLeft() ? TextDirection.RIGHT_TO_LEFT : TextDirection.LEFT_TO_RIGHT;
    }

    /**
     * The first of the wanted languages that the interface speaks ("ar-EG" finds Arabic), else English.
     *
     * @param wanted BCP 47 tags, the most wanted first
     */
    public static UiLanguage best(List<String> wanted) {
        for (String one : wanted) {
            String language = Locale.forLanguageTag(one.replace('_', '-')).getLanguage();
            for (UiLanguage candidate : values()) {
                if (candidate.locale().getLanguage().equals(language)) {
                    return candidate;
                }
            }
        }
        return ENGLISH;
    }
}
