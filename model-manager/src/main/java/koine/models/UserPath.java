package koine.models;

import java.io.File;
import java.nio.file.Path;
import java.util.Locale;

/** A path as a person types it. */
public final class UserPath {
    private UserPath() {}

    /** Whether a person who typed this meant a file, not a name. */
    public static boolean isMeantBy(String typed) {
        return typed.contains("/")
                || typed.contains("\\")
                || typed.toLowerCase(Locale.ROOT).endsWith(".gguf");
    }

    /**
     * Absolute; {@code ~} is the home folder also where no shell has replaced it (in the window, within quotes).
     *
     * @throws java.nio.file.InvalidPathException when the system knows no such path
     */
    static Path of(String typed) {
        String home = System.getProperty("user.home");
        boolean atHome = typed.equals("~") || typed.startsWith("~/") || typed.startsWith("~" + File.separator);
        Path path = atHome && home != null ? Path.of(home + typed.substring(1)) : Path.of(typed);
        return path.toAbsolutePath().normalize();
    }
}
