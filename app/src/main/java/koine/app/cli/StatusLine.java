package koine.app.cli;

import java.io.PrintStream;

/** One line of progress on standard error that is written over and vanishes; nothing when nobody would see it. */
final class StatusLine {
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
        if (seen && !text.equals(shown)) {
            clear();
            err.print(text);
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
