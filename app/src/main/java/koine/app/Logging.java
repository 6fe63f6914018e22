package koine.app;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** Sends the log of the whole program to a file of the profile, and nothing to the console. */
public final class Logging {
    private Logging() {}

    /** Once, at start. The file is made with the first line. */
    public static void toFile(Folders folders) {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        Handler handler = new LogFile(folders.logs().resolve("koine.log"));
        handler.setLevel(Level.INFO);
        root.setLevel(Level.INFO);
        root.addHandler(handler);
    }

    /** At the end, where Java does not do it itself. */
    public static void close() {
        LogManager.getLogManager().reset();
    }
}
