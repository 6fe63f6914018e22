package koine.engine.reasoning;

/** Collects one of the two streams without the white space around its blocks. */
final class TrimmedText {
    private static final String BETWEEN_BLOCKS = "\n\n";

    private final StringBuilder fresh = new StringBuilder();
    private final StringBuilder held = new StringBuilder();
    private boolean trimEnd;
    private boolean blank = true;
    private boolean empty = true;

    TrimmedText(boolean trimEnd) {
        this.trimEnd = trimEnd;
    }

    /** From now on white space is kept back until something follows it. */
    void trimEnd() {
        trimEnd = true;
    }

    /** What follows is a text of its own. */
    void begin() {
        held.setLength(0);
        blank = true;
    }

    void write(String text) {
        int start = 0;
        if (blank) {
            start = indexOfText(text);
            if (start == text.length()) {
                return;
            }
            fresh.append(empty ? "" : BETWEEN_BLOCKS);
            blank = false;
            empty = false;
        }
        int end = trimEnd ? text.stripTrailing().length() : text.length();
        if (end > start) {
            fresh.append(held).append(text, start, end);
            held.setLength(0);
        }
        held.append(text, Math.max(start, end), text.length());
    }

    String take() {
        String text = fresh.toString();
        fresh.setLength(0);
        return text;
    }

    /** Where the white space at the text's begin ends. */
    static int indexOfText(CharSequence text) {
        int i = 0;
        while (i < text.length() && Character.isWhitespace(text.charAt(i))) {
            i++;
        }
        return i;
    }
}
