package koine.ui;

import koine.app.cli.KoineCommand;

/** Where the program starts. Not an {@code Application}: the command line decides whether there is a window. */
public final class Launcher {
    private Launcher() {}

    public static void main(String[] args) {
        KoineCommand.runAndEnd(args, new JavaFxDesktop());
    }
}
