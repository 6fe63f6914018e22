package koine.engine.template;

import java.util.function.IntPredicate;

/** {@code str.isalpha} and its like. */
final class CharacterTests {
    private CharacterTests() {}

    static boolean test(String name, String text) {
        return switch (name) {
            case "isalnum" -> all(text, c -> Character.isLetterOrDigit(c) || isNumeric(c));
            case "isalpha" -> all(text, Character::isLetter);
            case "isascii" -> text.chars().allMatch(c -> c < 128);
            case "isdecimal" -> all(text, Character::isDigit);
            case "isdigit" -> all(text, c -> Character.isDigit(c) || isSuperscriptDigit(c));
            case "isidentifier" -> isIdentifier(text);
            case "islower" -> cased(text, c -> Character.isUpperCase(c) || Character.isTitleCase(c));
            case "isupper" -> cased(text, c -> Character.isLowerCase(c) || Character.isTitleCase(c));
            case "isnumeric" -> all(text, CharacterTests::isNumeric);
            case "isprintable" -> text.codePoints().allMatch(Repr::isPrintable);
            case "isspace" -> all(text, Text::isSpace);
            case "istitle" -> isTitle(text);
            default -> throw TemplateError.unsupported(name + " of a text");
        };
    }

    static boolean isWord(int c) {
        return c == '_' || Character.isLetterOrDigit(c) || isNumeric(c);
    }

    private static boolean all(String text, IntPredicate test) {
        return !text.isEmpty() && text.codePoints().allMatch(test);
    }

    /** Some character has case, and none has the wrong one. */
    private static boolean cased(String text, IntPredicate wrong) {
        return text.codePoints().anyMatch(Casing::isCased) && text.codePoints().noneMatch(wrong);
    }

    private static boolean isSuperscriptDigit(int c) {
        return c == 0xb2 || c == 0xb3 || c == 0xb9 || (c >= 0x2070 && c <= 0x2089 && c != 0x2071);
    }

    private static boolean isNumeric(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }

    private static boolean isIdentifier(String text) {
        if (text.isEmpty()) {
            return false;
        }
        int first = text.codePointAt(0);
        return (first == '_' || Character.isUnicodeIdentifierStart(first))
                && text.codePoints()
                        .skip(1)
                        .allMatch(c -> Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c));
    }

    private static boolean isTitle(String text) {
        boolean previousCased = false;
        boolean found = false;
        for (int c : text.codePoints().toArray()) {
            boolean large = Character.isUpperCase(c) || Character.isTitleCase(c);
            boolean small = Character.isLowerCase(c);
            if ((large && previousCased) || (small && !previousCased)) {
                return false;
            }
            found |= large || small;
            previousCased = large || small;
        }
        return found;
    }
}
