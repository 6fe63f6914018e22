package koine.models;

import java.io.File;
import java.nio.file.Path;

/** A path as a person types it. */
final class UserPath {
    private UserPath() {}

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
