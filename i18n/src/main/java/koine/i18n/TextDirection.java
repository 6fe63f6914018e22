package koine.i18n;

/** The direction in which a paragraph of text runs. */
public enum TextDirection {
    LEFT_TO_RIGHT,
    RIGHT_TO_LEFT;

    /**
     * The direction of a paragraph by its first strong character (Unicode Standard Annex 9, rules P2 and P3, skipping
     * what stands inside isolates).
     *
     * @param paragraph one paragraph of text
     * @param fallback the direction of a paragraph without a strong character (digits, punctuation, emoji)
     */
    public static TextDirection ofParagraph(CharSequence paragraph, TextDirection fallback) {
        int isolates = 0;
        for (int i = 0; i < paragraph.length(); ) {
            int codePoint = Character.codePointAt(paragraph, i);
            i += Character.charCount(codePoint);
            switch (Character.getDirectionality(codePoint)) {
                case Character.DIRECTIONALITY_LEFT_TO_RIGHT -> {
                    if (isolates == 0) {
                        return LEFT_TO_RIGHT;
                    }
                }
                case Character.DIRECTIONALITY_RIGHT_TO_LEFT, Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC -> {
                    if (isolates == 0) {
                        return RIGHT_TO_LEFT;
                    }
                }
                case Character.DIRECTIONALITY_LEFT_TO_RIGHT_ISOLATE,
                        Character.DIRECTIONALITY_RIGHT_TO_LEFT_ISOLATE,
                        Character.DIRECTIONALITY_FIRST_STRONG_ISOLATE -> isolates++;
                case Character.DIRECTIONALITY_POP_DIRECTIONAL_ISOLATE -> isolates = Math.max(0, isolates - 1);
                default -> {}
            }
        }
        return fallback;
    }
}
