package koine.ui.language;

import koine.i18n.TextDirection;

/**
 * Text as JavaFX can draw it. It knows the directional isolates of Unicode when it orders text, and draws them as boxes
 * where the font has no glyph for them; the older embeddings it leaves invisible in every font. So isolates become
 * embeddings, one character for one; and the selector that asks for a coloured emoji, a box too, goes.
 */
public final class Drawable {
    private static final char LEFT_TO_RIGHT_EMBEDDING = '\u202a';
    private static final char RIGHT_TO_LEFT_EMBEDDING = '\u202b';
    private static final char POP_DIRECTIONAL_FORMATTING = '\u202c';
    private static final char LEFT_TO_RIGHT_ISOLATE = '\u2066';
    private static final char RIGHT_TO_LEFT_ISOLATE = '\u2067';
    private static final char FIRST_STRONG_ISOLATE = '\u2068';
    private static final char POP_DIRECTIONAL_ISOLATE = '\u2069';

    private static final char EMOJI_STYLE = '\ufe0f';

    private Drawable() {}

    public static String of(String text) {
        return isolates(text.indexOf(EMOJI_STYLE) < 0 ? text : text.replace(String.valueOf(EMOJI_STYLE), ""));
    }

    private static String isolates(String text) {
        StringBuilder drawn = null;
        for (int i = 0; i < text.length(); i++) {
            char now = text.charAt(i);
            if (now >= LEFT_TO_RIGHT_ISOLATE && now <= POP_DIRECTIONAL_ISOLATE) {
                if (drawn == null) {
                    drawn = new StringBuilder(text);
                }
                drawn.setCharAt(i, embedding(now, text.substring(i + 1)));
            }
        }
        return drawn == null ? text : drawn.toString();
    }

    private static char embedding(char isolate, String rest) {
        return switch (isolate) {
            case LEFT_TO_RIGHT_ISOLATE -> LEFT_TO_RIGHT_EMBEDDING;
            case RIGHT_TO_LEFT_ISOLATE -> RIGHT_TO_LEFT_EMBEDDING;
            case FIRST_STRONG_ISOLATE ->
                TextDirection.ofParagraph(rest, TextDirection.LEFT_TO_RIGHT) == TextDirection.RIGHT_TO_LEFT
                        ? RIGHT_TO_LEFT_EMBEDDING
                        : LEFT_TO_RIGHT_EMBEDDING;
            default -> POP_DIRECTIONAL_FORMATTING;
        };
    }
}
