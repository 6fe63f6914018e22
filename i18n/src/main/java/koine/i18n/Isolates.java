package koine.i18n;

/**
 * Keeps a foreign piece of text (a file name, a model's name, "94 MB") from disturbing the sentence around it, and the
 * other way round, by the isolate characters of Unicode Standard Annex 9. {@link Messages} does this for every text
 * argument, so this is for text that is put together elsewhere.
 */
public final class Isolates {
    /** First strong isolate: what follows takes the direction of its own first letter. */
    static final char FSI = '\u2068';
    /** Pop directional isolate: ends it. */
    static final char PDI = '\u2069';

    private Isolates() {}

    /**
     * The text, isolated where a sentence of that direction needs it, else unchanged. Isolates already in it stay, such
     * as the items of a list; unpaired ones would end the isolate early, so then all are removed.
     */
    public static String wrap(String text, TextDirection sentence) {
        if (text.codePoints().noneMatch(codePoint -> disturbs(codePoint, sentence))) {
            return text;
        }
        boolean paired = isPaired(text);
        StringBuilder wrapped = new StringBuilder(text.length() + 2).append(FSI);
        text.codePoints().filter(codePoint -> paired || !isIsolate(codePoint)).forEach(wrapped::appendCodePoint);
        return wrapped.append(PDI).toString();
    }

    private static boolean isPaired(String text) {
        int open = 0;
        for (int i = 0; i < text.length() && open >= 0; i++) {
            char now = text.charAt(i);
            open += now == PDI ? -1 : isIsolate(now) ? 1 : 0;
        }
        return open == 0;
    }

    /** Also digits disturb a right-to-left sentence: "3/5" and "12:30" would swap their parts. */
    private static boolean disturbs(int codePoint, TextDirection sentence) {
        return switch (Character.getDirectionality(codePoint)) {
            case Character.DIRECTIONALITY_LEFT_TO_RIGHT, Character.DIRECTIONALITY_EUROPEAN_NUMBER ->
                sentence == TextDirection.RIGHT_TO_LEFT;
            case Character.DIRECTIONALITY_RIGHT_TO_LEFT,
                    Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC,
                    Character.DIRECTIONALITY_ARABIC_NUMBER -> sentence == TextDirection.LEFT_TO_RIGHT;
            case Character.DIRECTIONALITY_LEFT_TO_RIGHT_EMBEDDING,
                    Character.DIRECTIONALITY_LEFT_TO_RIGHT_OVERRIDE,
                    Character.DIRECTIONALITY_RIGHT_TO_LEFT_EMBEDDING,
                    Character.DIRECTIONALITY_RIGHT_TO_LEFT_OVERRIDE,
                    Character.DIRECTIONALITY_POP_DIRECTIONAL_FORMAT,
                    Character.DIRECTIONALITY_LEFT_TO_RIGHT_ISOLATE,
                    Character.DIRECTIONALITY_RIGHT_TO_LEFT_ISOLATE,
                    Character.DIRECTIONALITY_FIRST_STRONG_ISOLATE,
                    Character.DIRECTIONALITY_POP_DIRECTIONAL_ISOLATE -> true;
            default -> false;
        };
    }

    private static boolean isIsolate(int codePoint) {
        return codePoint >= 0x2066 && codePoint <= 0x2069;
    }
}
