package koine.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import koine.app.Desktop;
import koine.app.Folders;
import koine.app.Koine;
import koine.app.Logging;

/** The program's one door: what a terminal, a script or a double click starts. */
public final class KoineCommand {
    private KoineCommand() {}

    /** Runs one command line and ends the process with its exit code. */
    public static void runAndEnd(String[] args, Desktop desktop) {
        Ending.end(run(args, desktop));
    }

    /**
     * Runs one command line with the process's own streams; blocks until it is done (the window is closed).
     *
     * @param args as given to {@code main}
     * @return the exit code: 0 done, 1 failed, 2 usage, 3 policy, 4 no such model or conversation, 5 engine failed,
     *     130 interrupted
     */
    public static int run(String[] args, Desktop desktop) {
        CommandLineApp app = new CommandLineApp(
                Terminal.ofProcess(),
                () -> {
                    Folders folders = Folders.resolve(System.getenv(), System.getProperties());
                    Logging.toFile(folders);
                    Koine koine = Koine.of(folders, System.getenv(), System.getProperties());
                    koine.sweep();
                    return koine;
                },
                desktop,
                Interrupts.ofProcess(),
                version());
        return app.run(Arguments.asTyped(args));
    }

    private static String version() {
        try (InputStream in = KoineCommand.class.getResourceAsStream("version.properties")) {
            Properties read = new Properties();
            if (in != null) {
                read.load(in);
            }
            return read.getProperty("version", "");
        } catch (IOException e) {
            return "";
        }
    }
}
