package koine.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Folders and files that only their user can read, from their first moment on. What is there already keeps its rights.
 * Where there are no POSIX rights (Windows), the user's own folders are closed to others.
 */
public final class PrivateFiles {
    private PrivateFiles() {}

    /** Makes the folder, and those above it that are missing. */
    public static void createFolders(Path folder) throws IOException {
        Files.createDirectories(folder, rights(folder, "rwx------"));
    }

    /** What a new file is to be made with. */
    static FileAttribute<?>[] ofFile(Path file) {
        return rights(file, "rw-------");
    }

    private static FileAttribute<?>[] rights(Path path, String rights) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights))}
                : new FileAttribute<?>[0];
    }
}
