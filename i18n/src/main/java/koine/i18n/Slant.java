package koine.i18n;

import java.lang.Character.UnicodeScript;

/**
 * Where italics may be used. Arabic, Indic and East Asian scripts have none, and JavaFX on Linux draws wrong glyphs for
 * Arabic and Devanagari when asked for them: it looks up the made-up oblique of a fallback font in another font file.
 */
public final class Slant {
    private Slant() {}

    /** Whether every character of the text belongs to a script with an italic tradition, or to none. */
    public static boolean suits(CharSequence text) {
        return text.codePoints().allMatch(Slant::suits);
    }

    private static boolean suits(int codePoint) {
        return switch (UnicodeScript.of(codePoint)) {
            case LATIN, GREEK, CYRILLIC -> true;
            case COMMON, INHERITED ->
                switch (Character.getDirectionality(codePoint)) { // Arabic digits and marks count as common
                    case Character.DIRECTIONALITY_ARABIC_NUMBER,
                            Character.DIRECTIONALITY_RIGHT_TO_LEFT,
                            Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC -> false;
                    default -> !isArabicOrIndicMark(codePoint);
                };
            default -> false;
        };
    }

    /** Marks several scripts share, such as the Arabic comma or the danda: common by script, not by font. */
    private static boolean isArabicOrIndicMark(int codePoint) {
        return (codePoint >= 0x0600 && codePoint <= 0x06FF) || (codePoint >= 0x0900 && codePoint <= 0x0DFF);
    }
}
