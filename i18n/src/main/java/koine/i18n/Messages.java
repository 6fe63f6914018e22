package koine.i18n;

import com.ibm.icu.util.ULocale;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The texts of the interface in one language: ICU message patterns with named arguments. Immutable; any thread.
 *
 * <p>A key without a text in this language falls back to English, and an unknown key is a programming error.
 *
 * @see <a href="https://unicode-org.github.io/icu/userguide/format_parse/messages/">ICU message formatting</a>
 */
public final class Messages {
    private final UiLanguage language;
    private final ULocale locale;
    private final Properties patterns;
    private final Map<String, Sentence> formats = new ConcurrentHashMap<>();
    private final @Nullable Messages fallback;

    private Messages(UiLanguage language, Properties patterns, @Nullable Messages fallback) {
        this.language = language;
        this.locale = ULocale.forLanguageTag(language.tag());
        this.patterns = patterns;
        this.fallback = fallback;
    }

    public static Messages of(UiLanguage language) {
        Messages english = new Messages(UiLanguage.ENGLISH, read(UiLanguage.ENGLISH), null);
        return language == UiLanguage.ENGLISH ? english : new Messages(language, read(language), english);
    }

    public UiLanguage language() {
        return language;
    }

    public String text(String key) {
        return text(key, Map.of());
    }

    /**
     * Text arguments that run against the sentence (a file name in an Arabic one) come out isolated, see
     * {@link Isolates}; those the pattern only selects by do not.
     *
     * @param arguments the named arguments of the pattern: text, numbers, {@link java.util.Date}
     * @throws IllegalArgumentException for a key that no language has
     */
    public String text(String key, Map<String, ?> arguments) {
        String pattern = patterns.getProperty(key);
        if (pattern == null) {
            if (fallback != null) {
                return fallback.text(key, arguments);
            }
            throw new IllegalArgumentException("no message for key " + key);
        }
        return formats.computeIfAbsent(key, k -> new Sentence(pattern, locale)).format(arguments);
    }

    /** Whether no text of English is missing in this language. */
    public boolean complete() {
        return fallback == null || patterns.keySet().containsAll(fallback.patterns.keySet());
    }

    /** The sentence for a problem, without its code. */
    public String text(Problem problem) {
        return text("problem." + problem.code(), problem.arguments());
    }

    static Properties read(UiLanguage language) {
        String name = "messages/" + language.tag() + ".properties";
        Properties read = new Properties();
        try (InputStream in = Messages.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("missing resource " + name);
            }
            read.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return read;
    }
}
