package koine.setup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Work on whole folders and files: list, hash, copy, move into place, delete. */
final class Trees {
    private Trees() {}

    /** The files below {@code folder}, sorted by {@link #name}; none when there is no such folder. */
    static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .sorted(Comparator.comparing(path -> name(folder, path)))
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** The name of a file below {@code folder}, with slashes on every system. */
    static String name(Path folder, Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }

    /** Bytes below {@code folder}; files that vanish while it looks count nothing. */
    static long size(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.mapToLong(Trees::sizeOrZero).sum();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    private static long sizeOrZero(Path path) {
        try {
            return Files.isRegularFile(path) ? Files.size(path) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    static String hash(String algorithm, Path file) throws IOException {
        MessageDigest digest = digest(algorithm);
        try (var in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return hex(digest);
    }

    /** One hash for a whole folder: SHA-256 over lines of "SHA-256 name", sorted by name. */
    static String hash(Path folder) throws IOException {
        MessageDigest digest = digest("SHA-256");
        for (Path file : files(folder)) {
            String line = hash("SHA-256", file) + " " + name(folder, file) + "\n";
            digest.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return hex(digest);
    }

    static void delete(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(path)) {
            for (Path each : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** An empty folder, whatever was there before. */
    static Path empty(Path folder) throws IOException {
        delete(folder);
        return Files.createDirectories(folder);
    }

    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }

    static void copyTree(Path from, Path to) throws IOException {
        for (Path file : files(from)) {
            copy(file, to.resolve(name(from, file)));
        }
    }

    /** Writes a file so that a reader, or a computer that loses power, sees the old text or the new one, never a part. */
    static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, text);
        replace(fresh, file);
    }

    /** Moves a complete file or folder to its place, on the same disk; what was there goes first. */
    static void replace(Path fresh, Path place) throws IOException {
        for (Path file : Files.isDirectory(fresh) ? files(fresh) : List.of(fresh)) {
            sync(file);
        }
        Files.createDirectories(place.getParent());
        if (Files.isDirectory(place)) {
            Path old = place.resolveSibling(place.getFileName() + ".old");
            delete(old);
            Files.move(place, old, StandardCopyOption.ATOMIC_MOVE);
            move(fresh, place);
            delete(old);
        } else {
            move(fresh, place);
        }
    }

    private static void move(Path fresh, Path place) throws IOException {
        try {
            Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(fresh, place, StandardCopyOption.REPLACE_EXISTING);
        }
        try {
            sync(place.resolveSibling("."));
        } catch (IOException e) {
            // Windows cannot open a folder to sync it, and does not need to
        }
    }

    private static void sync(Path path) throws IOException {
        var how = Files.isDirectory(path) ? StandardOpenOption.READ : StandardOpenOption.WRITE;
        try (FileChannel channel = FileChannel.open(path, how)) {
            channel.force(true);
        }
    }
}
