package koine.engine.session;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import koine.engine.files.Sha256;

/**
 * Where snapshots lie: one file for a conversation and an engine. A snapshot holds the conversation, so only its user can
 * read it, and it goes when the conversation goes. Any thread.
 */
public final class SnapshotFolder {
    static final String SUFFIX = ".kv";
    private static final String PART = ".part";
    private static final Duration ABANDONED = Duration.ofMinutes(10);
    private static final int KEY_DIGITS = 32;
    private static final int ENGINE_DIGITS = 16;

    private final Path folder;
    private volatile boolean swept;

    public SnapshotFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Deletes what is kept of a conversation, for all models.
     *
     * @param key the requests' cache key
     */
    public void forget(String key) throws IOException {
        String prefix = Sha256.of(key, KEY_DIGITS) + "-";
        for (Path file : files()) {
            if (String.valueOf(file.getFileName()).startsWith(prefix)) {
                Files.deleteIfExists(file);
            }
        }
    }

    /**
     * Deletes what is kept of all other conversations, and what broken-off writes left of them.
     *
     * @param keysToKeep the requests' cache keys
     * @param writtenBefore what is newer stays: its conversation may have begun after the keys were listed
     * @throws IOException when one could not be deleted; all others are
     */
    public void sweep(Set<String> keysToKeep, Instant writtenBefore) throws IOException {
        Set<String> kept =
                keysToKeep.stream().map(key -> Sha256.of(key, KEY_DIGITS)).collect(Collectors.toSet());
        IOException failed = null;
        for (Path file : files()) {
            String name = String.valueOf(file.getFileName());
            if (!kept.contains(name.substring(0, Math.min(name.length(), KEY_DIGITS)))
                    && modified(file).toInstant().isBefore(writtenBefore)) {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    failed = e;
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    /** @param engine all that must be equal for the snapshot to be of use: weights, pack, backend, context, types */
    Path file(String key, String engine) {
        return folder.resolve(Sha256.of(key, KEY_DIGITS) + "-" + Sha256.of(engine, ENGINE_DIGITS) + SUFFIX);
    }

    /** What the file of these says of itself, whatever it is named. */
    static byte[] identity(String key, String engine) {
        return Sha256.fresh().digest((Sha256.of(key, KEY_DIGITS) + "|" + engine).getBytes(StandardCharsets.UTF_8));
    }

    Path weightsFile() {
        return folder.resolve("weights.properties");
    }

    void create() throws IOException {
        Files.createDirectories(folder, rights("rwx------"));
        if (!swept) {
            swept = true;
            sweep();
        }
    }

    /** Deletes what engines left that were killed while they wrote; what is being written now is younger. */
    private void sweep() throws IOException {
        Instant old = Instant.now().minus(ABANDONED);
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, "*" + PART)) {
            for (Path part : parts) {
                if (modified(part).toInstant().isBefore(old)) {
                    Files.deleteIfExists(part);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /** @return an empty file beside the wanted one, for its user alone */
    Path newFileFor(Path wanted) throws IOException {
        return Files.createTempFile(folder, String.valueOf(wanted.getFileName()), PART, rights("rw-------"));
    }

    private FileAttribute<?>[] rights(String posix) throws IOException {
        Path existing = folder;
        while (!Files.exists(existing)) {
            existing = existing.toAbsolutePath().resolve("..").normalize();
        }
        return Files.getFileStore(existing).supportsFileAttributeView("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(posix))}
                : new FileAttribute<?>[0];
    }

    /** Bytes that may still be written here without filling the disk. */
    long free() throws IOException {
        FileStore store = Files.getFileStore(folder);
        return store.getUsableSpace();
    }

    /** Deletes the oldest until all of them together have at most so many bytes; and what broken-off writes left. */
    void limit(long bytes) throws IOException {
        long left = bytes;
        List<Path> files = new ArrayList<>(files());
        files.sort(Comparator.comparing(SnapshotFolder::modified).reversed());
        for (Path file : files) {
            left -= size(file);
            if (left < 0) {
                Files.deleteIfExists(file);
            }
        }
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> String.valueOf(file.getFileName()).contains(SUFFIX))
                    .toList();
        } catch (UncheckedIOException e) {
            throw new IOException("the folder cannot be read to its end", e);
        }
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0); // deleted meanwhile
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0; // deleted meanwhile
        }
    }
}
