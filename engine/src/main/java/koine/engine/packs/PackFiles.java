package koine.engine.packs;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** What a pack's archive and its folder hold. */
final class PackFiles {
    /** The libraries and their licence; not the binding for Node.js that the package has beside them. */
    private static final Pattern BELONGS = Pattern.compile("package/(?:LICENSE|bins/(?:.*/)?[^/]+\\.(?:so|dll|dylib))");

    private static final int BLOCK = 512;
    private static final int BUFFER = 1 << 16;

    private PackFiles() {}

    /** It is the archive that cannot be read, not the folder that cannot be written. */
    static final class UnreadableException extends IOException {
        private static final long serialVersionUID = 1;

        UnreadableException(String message) {
            super(message);
        }

        UnreadableException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** An archive's bytes, unpacked. */
    private static final class Source extends FilterInputStream {
        Source(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (IOException e) {
                throw new UnreadableException(e);
            }
        }

        @Override
        public long skip(long bytes) throws IOException {
            try {
                return super.skip(bytes);
            } catch (IOException e) {
                throw new UnreadableException(e);
            }
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            try {
                return super.read(bytes, from, length);
            } catch (IOException e) {
                throw new UnreadableException(e);
            }
        }
    }

    /** SHA-512 of a file, in hexadecimal. */
    static String sha512(Path file) throws IOException {
        return digest(file, "SHA-512");
    }

    /** SHA-256 over the lines {@code SHA-256 NAME} of a folder's files, sorted by name, in hexadecimal. */
    static String hash(Path folder) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (Path file : files(folder)) {
            lines.append(digest(file, "SHA-256"))
                    .append(' ')
                    .append(file.getFileName())
                    .append('\n');
        }
        byte[] all = lines.toString().getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(digest("SHA-256").digest(all));
    }

    /** Sorted by name. */
    static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted((one, other) ->
                            String.valueOf(one.getFileName()).compareTo(String.valueOf(other.getFileName())))
                    .toList();
        }
    }

    /**
     * Writes what belongs into a folder, by the last part of each name, and syncs it. Reads POSIX tar as npm writes it.
     *
     * @throws UnreadableException for another archive, or one that ends too soon
     * @throws IOException when it cannot be written, or has two files of one name
     */
    static void unpack(Path archive, Path folder) throws IOException {
        try (InputStream in = opened(archive)) {
            for (byte[] header = in.readNBytes(BLOCK); !isEnd(header); header = in.readNBytes(BLOCK)) {
                long size = octal(header);
                String name = name(header);
                boolean isFile = header[156] == '0' || header[156] == 0;
                if (isFile && BELONGS.matcher(name).matches()) {
                    write(in, size, folder.resolve(name.substring(name.lastIndexOf('/') + 1)));
                } else {
                    in.skipNBytes(size);
                }
                in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
            }
            in.transferTo(OutputStream.nullOutputStream()); // whether it ends well is told at its very end
        } catch (EOFException e) {
            throw new UnreadableException(e);
        }
    }

    private static InputStream opened(Path archive) throws UnreadableException {
        try {
            InputStream file = Files.newInputStream(archive);
            try {
                return new Source(new BufferedInputStream(new GZIPInputStream(file, BUFFER), BUFFER));
            } catch (IOException e) {
                file.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UnreadableException(e);
        }
    }

    private static boolean isEnd(byte[] header) throws IOException {
        if (header.length < BLOCK) {
            throw new UnreadableException("the archive ends too soon");
        }
        return header[0] == 0;
    }

    private static void write(InputStream in, long size, Path file) throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            byte[] buffer = new byte[BUFFER];
            for (long left = size; left > 0; ) {
                int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (read < 0) {
                    throw new UnreadableException("the archive ends too soon");
                }
                for (ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read); bytes.hasRemaining(); ) {
                    out.write(bytes);
                }
                left -= read;
            }
            out.force(true);
        }
    }

    private static String name(byte[] header) {
        String name = text(header, 0, 100);
        String prefix = text(header, 257, 5).equals("ustar") ? text(header, 345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private static long octal(byte[] header) throws IOException {
        try {
            long size = Long.parseLong(text(header, 124, 12).strip(), 8);
            if (size >= 0) {
                return size;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UnreadableException("the archive has a broken header");
    }

    private static String text(byte[] header, int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, end - from, StandardCharsets.UTF_8);
    }

    private static String digest(Path file, String algorithm) throws IOException {
        try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), digest(algorithm))) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        }
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has them
        }
    }
}
