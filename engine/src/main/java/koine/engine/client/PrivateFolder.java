package koine.engine.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import koine.i18n.Problem;

/** A folder only its user can look into. */
final class PrivateFolder {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private PrivateFolder() {}

    /** Makes the folder, and those above it that are missing; one that is there keeps its rights. */
    static void create(Path folder) throws IOException {
        Files.createDirectories(folder, rights(folder, OWNER_ONLY));
    }

    /** What a new file that is as private is to be made with. */
    static FileAttribute<?>[] rightsOfFile(Path file) {
        return rights(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static FileAttribute<?>[] rights(Path path, Set<PosixFilePermission> rights) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(rights)}
                : new FileAttribute<?>[0]; // elsewhere the user's own folders are closed to others
    }

    static void ensure(Path folder) throws Problem {
        try {
            create(folder);
            PosixFileAttributeView view =
                    Files.getFileAttributeView(folder, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
            if (view != null && !view.readAttributes().permissions().equals(OWNER_ONLY)) {
                view.setPermissions(OWNER_ONLY); // fails when it is not ours
            }
        } catch (IOException e) {
            throw new Problem("KOINE-E107", Map.of(), e);
        }
    }
}
