package koine.setup;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Reads the archives that npm and pip deliver. A name that would lead out of the folder, and everything that is neither a
 * file nor a folder, is refused.
 */
final class Unpack {
    private static final int BLOCK = 512;

    private Unpack() {}

    /** Unpacks the files of a .tgz whose names {@code wanted} accepts; POSIX tar, as npm writes it. */
    static void tgz(Path archive, Path folder, Predicate<String> wanted) throws IOException {
        try (InputStream in = new BufferedInputStream(new GZIPInputStream(Files.newInputStream(archive), 1 << 16))) {
            String longName = "";
            while (true) {
                byte[] header = in.readNBytes(BLOCK);
                if (header.length < BLOCK || isZero(header)) {
                    return;
                }
                long size = octal(header, 124, 12);
                char type = (char) header[156];
                String name = longName.isEmpty() ? name(header) : longName;
                longName = "";
                switch (type) {
                    case 'x' -> longName = paxPath(in.readNBytes(Math.toIntExact(size)));
                    case 'g' -> in.skipNBytes(size);
                    case '0', '\0' -> file(in, size, folder, name, wanted);
                    case '5' -> inside(folder, name);
                    default -> throw new IOException("an archive entry is neither a file nor a folder: " + name);
                }
                in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
            }
        }
    }

    /** Unpacks the files of a .zip (a Python wheel is one) whose names {@code wanted} accepts. */
    static void zip(Path archive, Path folder, Predicate<String> wanted) throws IOException {
        try (ZipInputStream in = new ZipInputStream(new BufferedInputStream(Files.newInputStream(archive)))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                Path file = inside(folder, entry.getName());
                if (!entry.isDirectory() && wanted.test(entry.getName())) {
                    Files.createDirectories(file.getParent());
                    try (OutputStream out = Files.newOutputStream(file)) {
                        in.transferTo(out);
                    }
                }
            }
        }
    }

    private static void file(InputStream in, long size, Path folder, String name, Predicate<String> wanted)
            throws IOException {
        Path file = inside(folder, name);
        if (!wanted.test(name)) {
            in.skipNBytes(size);
            return;
        }
        Files.createDirectories(file.getParent());
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (long left = size; left > 0; ) {
                int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (n < 0) {
                    throw new EOFException("the archive ends in the middle of " + name);
                }
                out.write(buffer, 0, n);
                left -= n;
            }
        }
    }

    private static Path inside(Path folder, String name) throws IOException {
        Path base = folder.toAbsolutePath().normalize();
        Path file = base.resolve(name).normalize();
        if (name.isEmpty() || name.indexOf('\\') >= 0 || name.indexOf('\0') >= 0 || !file.startsWith(base)) {
            throw new IOException("an archive entry leads out of its folder: " + name);
        }
        return file;
    }

    private static String name(byte[] header) {
        String name = text(header, 0, 100);
        boolean posix = text(header, 257, 5).equals("ustar");
        String prefix = posix ? text(header, 345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /** The path in a pax header, empty when it has none: records "LENGTH KEY=VALUE\n", LENGTH in bytes. */
    private static String paxPath(byte[] records) throws IOException {
        String path = "";
        for (int at = 0; at < records.length; ) {
            int space = at;
            while (space < records.length && records[space] != ' ') {
                space++;
            }
            int length = number(new String(records, at, space - at, StandardCharsets.US_ASCII), 10);
            if (length <= space - at || at + length > records.length) {
                throw new IOException("an archive header is broken");
            }
            String record = new String(records, space + 1, at + length - space - 2, StandardCharsets.UTF_8);
            if (record.startsWith("path=")) {
                path = record.substring("path=".length());
            }
            at += length;
        }
        return path;
    }

    private static long octal(byte[] header, int from, int length) throws IOException {
        String digits = text(header, from, length).strip();
        return digits.isEmpty() ? 0 : number(digits, 8);
    }

    private static int number(String digits, int radix) throws IOException {
        try {
            int number = Integer.parseInt(digits, radix);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IOException("an archive header is broken");
    }

    private static String text(byte[] header, int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, end - from, StandardCharsets.UTF_8);
    }

    private static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }
}
