package koine.app.chat;

import com.ibm.icu.lang.UScript;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import koine.app.conversations.Message;
import koine.i18n.Messages;
import koine.i18n.UiLanguage;

/** The words around a summary, in the language that the summarized words seem to be in. */
final class SummaryWords {
    private SummaryWords() {}

    /** What the model is told. */
    static String request(List<Message> old) {
        StringBuilder words = new StringBuilder();
        old.forEach(message -> words.append(message.content()).append('\n'));
        return of(words).text("context.summary.request");
    }

    /** The summary and the question that follows it. */
    static String before(String summary, String question) {
        return of(summary).text("context.summary.before", Map.of("summary", summary, "question", question));
    }

    private static Messages of(CharSequence words) {
        return Messages.of(language(words));
    }

    /** By the script most letters are of; a language we have no words in gets English ones, which name it as theirs. */
    static UiLanguage language(CharSequence words) {
        Map<UiLanguage, Integer> letters = new EnumMap<>(UiLanguage.class);
        words.codePoints().filter(Character::isLetter).forEach(letter -> {
            UiLanguage language = switch (UScript.getScript(letter)) {
                case UScript.ARABIC -> UiLanguage.ARABIC;
                case UScript.DEVANAGARI -> UiLanguage.HINDI;
                default -> UiLanguage.ENGLISH;
            };
            letters.merge(language, 1, Integer::sum);
        });
        return letters.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(UiLanguage.ENGLISH);
    }
}
