package koine.app.conversations;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import koine.i18n.Problem;

/** What SQLite and the file system report, as the problems a person is told. */
final class StorageProblems {
    // Primary result codes, https://sqlite.org/rescode.html
    private static final int BUSY = 5;
    private static final int LOCKED = 6;
    private static final int READONLY = 8;
    private static final int CORRUPT = 11;
    private static final int FULL = 13;
    private static final int CANTOPEN = 14;
    private static final int NOTADB = 26;

    private static final long ENOUGH_BYTES = 256 * 1024;

    private StorageProblems() {}

    static Problem noSuchConversation(String id) {
        return new Problem("KOINE-C101", Map.of("id", id, "command", "koine conversations list"));
    }

    static Problem foreignFile(Path file) {
        return new Problem("KOINE-C102", Map.of("file", file.toString()));
    }

    static Problem newerVersion() {
        return new Problem("KOINE-C103", Map.of());
    }

    static Problem beingAnswered() {
        return new Problem("KOINE-C108", Map.of());
    }

    static Problem of(SQLException e, Path file) {
        Path folder = parent(file);
        return switch (primaryCode(e)) {
            case BUSY, LOCKED -> new Problem("KOINE-C106", Map.of(), e);
            case READONLY, CANTOPEN -> new Problem("KOINE-C104", Map.of("folder", folder.toString()), e);
            case CORRUPT, NOTADB -> new Problem("KOINE-C102", Map.of("file", file.toString()), e);
            case FULL -> new Problem("KOINE-C105", Map.of("folder", folder.toString()), e);
            default -> new Problem("KOINE-C107", Map.of("file", file.toString()), e);
        };
    }

    static Problem of(IOException e, Path file) {
        if (!(e instanceof AccessDeniedException) && usableBytes(file) < ENOUGH_BYTES) {
            return new Problem("KOINE-C105", Map.of("folder", parent(file).toString()), e);
        }
        return new Problem("KOINE-C104", Map.of("folder", parent(file).toString()), e);
    }

    /** Java has no error of its own for a full disk, and the system's words for it are in the user's language. */
    private static long usableBytes(Path file) {
        for (Path place = file.toAbsolutePath(); place != null; place = place.getParent()) {
            if (Files.exists(place)) {
                try {
                    return Files.getFileStore(place).getUsableSpace();
                } catch (IOException e) {
                    return Long.MAX_VALUE;
                }
            }
        }
        return Long.MAX_VALUE;
    }

    static boolean isBusy(SQLException e) {
        return primaryCode(e) == BUSY || primaryCode(e) == LOCKED;
    }

    private static int primaryCode(SQLException e) {
        return e.getErrorCode() & 0xff;
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        return parent == null ? file : parent;
    }
}
