package koine.app.cli;

/** Text of models and files for a terminal: without the control characters that could command it. */
final class SafeText {
    private SafeText() {}

    static String of(String text) {
        if (text.codePoints().noneMatch(SafeText::commands)) {
            return text;
        }
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().filter(c -> !commands(c)).forEach(safe::appendCodePoint);
        return safe.toString();
    }

    /** For one cell of a table or one line. */
    static String line(String text) {
        return of(text).replaceAll("[\\n\\t\\u2028\\u2029]+", " ");
    }

    private static boolean commands(int codePoint) {
        return Character.getType(codePoint) == Character.CONTROL && codePoint != '\n' && codePoint != '\t';
    }
}
