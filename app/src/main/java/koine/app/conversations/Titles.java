package koine.app.conversations;

import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.util.ULocale;

/** The title of a conversation: the beginning of its first question. */
final class Titles {
    private static final int MOST = 60;

    private Titles() {}

    /** The first line that says something, cut between words at about sixty characters as a reader counts them. */
    static String of(String question) {
        String line = question.lines()
                .map(l -> l.strip().replaceAll("\\s+", " "))
                .filter(l -> !l.isEmpty())
                .findFirst()
                .orElse("");
        return line.length() <= MOST ? line : cut(line); // most questions need no break iterator
    }

    private static String cut(String line) {
        BreakIterator characters = BreakIterator.getCharacterInstance(ULocale.ROOT);
        characters.setText(line);
        int end = characters.next(MOST);
        if (end == BreakIterator.DONE || end >= line.length()) {
            return line;
        }
        BreakIterator words = BreakIterator.getWordInstance(ULocale.ROOT);
        words.setText(line);
        int wordEnd = words.isBoundary(end) ? end : words.preceding(end);
        // A "word" of sixty characters (an address, a hash) is cut where it is too long.
        int cut = wordEnd > MOST / 2 ? wordEnd : end;
        return line.substring(0, cut).strip() + "…";
    }
}
