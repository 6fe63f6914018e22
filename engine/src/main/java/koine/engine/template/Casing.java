package koine.engine.template;

import java.util.Locale;

/** Changes of case that Java does not have as Python has them. */
final class Casing {
    private Casing() {}

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = Character.charCount(text.codePointAt(0));
        // Lower case depends on what stands before (final sigma), so the whole text is lowered.
        String lower = text.toLowerCase(Locale.ROOT);
        String head = text.substring(0, first).toLowerCase(Locale.ROOT);
        return titleCase(text.codePointAt(0)) + lower.substring(head.length());
    }

    /** {@code str.title}: a word is a run of letters that have case. */
    static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            out.append(inWord ? Character.toString(c).toLowerCase(Locale.ROOT) : titleCase(c));
            inWord = isCased(c);
        }
        return out.toString();
    }

    static String swap(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(c -> {
            String character = Character.toString(c);
            if (Character.isUpperCase(c)) {
                out.append(character.toLowerCase(Locale.ROOT));
            } else {
                out.append(Character.isLowerCase(c) ? character.toUpperCase(Locale.ROOT) : character);
            }
        });
        return out.toString();
    }

    /** The filter {@code title}: a word begins after white space and some brackets. */
    static String titleFilter(String text) {
        StringBuilder out = new StringBuilder();
        int start = 0;
        while (start < text.length()) {
            boolean separator = separates(text.codePointAt(start));
            int end = start;
            while (end < text.length() && separates(text.codePointAt(end)) == separator) {
                end += Character.charCount(text.codePointAt(end));
            }
            int first = start + Character.charCount(text.codePointAt(start));
            out.append(text.substring(start, first).toUpperCase(Locale.ROOT));
            out.append(text.substring(first, end).toLowerCase(Locale.ROOT));
            start = end;
        }
        return out.toString();
    }

    private static boolean separates(int c) {
        return "-({[<".indexOf(c) >= 0 || Text.isSpace(c);
    }

    static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    /** The title form of one character; where it is several (ß), the first large and the rest small. */
    private static String titleCase(int c) {
        String upper = Character.toString(c).toUpperCase(Locale.ROOT);
        if (upper.codePointCount(0, upper.length()) == 1 || Character.toTitleCase(c) != c) {
            return Character.toString(Character.toTitleCase(c));
        }
        if (!isCased(upper.codePointAt(0))) {
            return upper;
        }
        int first = Character.charCount(upper.codePointAt(0));
        return upper.substring(0, first) + upper.substring(first).toLowerCase(Locale.ROOT);
    }
}
