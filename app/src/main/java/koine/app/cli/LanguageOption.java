package koine.app.cli;

import java.util.Arrays;
import java.util.IllformedLocaleException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParseResult;

/**
 * What may stand after {@code --language}: before an answer any language there is, since models have more than Koine;
 * elsewhere one of Koine's own.
 */
final class LanguageOption {
    private static final Set<String> WITH_ANSWERS = Set.of("ask", "chat");

    private static final Set<String> TWO_LETTERS = Set.of(Locale.getISOLanguages());

    /** Codes of three letters that stand for no language. */
    private static final Set<String> NO_LANGUAGE = Set.of("mis", "mul", "und", "zxx");

    private LanguageOption() {}

    /** @throws Problem {@code KOINE-A125} the command has no use for this language, or it is none */
    static void check(@Nullable String tag, ParseResult parsed) throws Problem {
        if (tag == null) {
            return;
        }
        String language = language(tag);
        boolean answers = parsed.hasSubcommand()
                && WITH_ANSWERS.contains(parsed.subcommand().commandSpec().name());
        if (language.isEmpty()) {
            throw problem(tag, answers ? "unknown" : "unspoken");
        }
        if (!answers
                && Arrays.stream(UiLanguage.values()).noneMatch(ui -> ui.tag().equals(language))) {
            throw problem(tag, "unspoken");
        }
    }

    /** Empty when there is none. Of the thousands with three letters Java knows too few to judge. */
    private static String language(String tag) {
        try {
            String language = new Locale.Builder().setLanguageTag(tag).build().getLanguage();
            boolean known = language.length() == 2
                    ? TWO_LETTERS.contains(language)
                    : language.length() == 3 && !NO_LANGUAGE.contains(language);
            return known ? language : "";
        } catch (IllformedLocaleException e) {
            return "";
        }
    }

    private static Problem problem(String tag, String why) {
        List<String> spoken = Arrays.stream(UiLanguage.values())
                .map(ui -> ui.tag() + " (" + ui.endonym() + ")")
                .toList();
        return new Problem(
                "KOINE-A125",
                Map.of(
                        "language",
                        SafeText.line(tag),
                        "why",
                        why,
                        "languages",
                        spoken.stream().collect(Collectors.joining(", "))));
    }
}
