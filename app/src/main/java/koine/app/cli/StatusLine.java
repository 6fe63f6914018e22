package koine.app.cli;

import java.io.PrintStream;

/** One line of progress on standard error that is written over and vanishes; nothing when nobody would see it. */
final class StatusLine {
    private static final String DIM = "\u001b[2m";
    private static final String PLAIN = "\u001b[0m";

    private final PrintStream err;
    private final boolean seen;
    private String shown = "";

    StatusLine(Terminal terminal) {
        this.err = terminal.err();
        this.seen = terminal.errorIsSeen();
    }

    boolean seen() {
        return seen;
    }

    void show(String text) {
        show(text, text);
    }

    /** As {@link #show}, standing back behind other text. */
    void showDim(String text) {
        show(text, dim(text));
    }

    /** A line that stays, standing back behind other text. */
    void leaveDim(String text) {
        if (seen) {
            clear();
            err.println(dim(text));
            err.flush();
        }
    }

    private static String dim(String text) {
        return DIM + text + PLAIN;
    }

    private void show(String text, String styled) {
        if (seen && !text.equals(shown)) {
            clear();
            err.print(styled);
            err.flush();
            shown = text;
        }
    }

    void clear() {
        if (!shown.isEmpty()) {
            err.print("\r" + " ".repeat(Table.width(shown)) + "\r");
            err.flush();
            shown = "";
        }
    }
}
