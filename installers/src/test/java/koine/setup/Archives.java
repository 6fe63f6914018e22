package koine.setup;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes small archives in the forms npm and pip deliver, good and bad ones. */
final class Archives {
    private static final int BLOCK = 512;

    private Archives() {}

    static Path tgz(Path archive, Map<String, String> files) throws IOException {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        for (Map.Entry<String, String> file : new TreeMap<>(files).entrySet()) {
            if (bytes(file.getKey()).length > 100) {
                entry(tar, "PaxHeader", 'x', "", pax(file.getKey()), Integer.MAX_VALUE);
                entry(tar, "shortened", '0', "", bytes(file.getValue()), Integer.MAX_VALUE);
            } else {
                entry(tar, file.getKey(), '0', "", bytes(file.getValue()), Integer.MAX_VALUE);
            }
        }
        tar.write(new byte[2 * BLOCK]);
        return compressed(archive, tar.toByteArray());
    }

    static Path tgzWithLink(Path archive, String name, String target) throws IOException {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        entry(tar, name, '2', target, new byte[0], 0);
        tar.write(new byte[2 * BLOCK]);
        return compressed(archive, tar.toByteArray());
    }

    /** An archive whose only file claims {@code size} bytes and has half of them. */
    static Path truncatedTgz(Path archive, String name, int size) throws IOException {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        entry(tar, name, '0', "", new byte[size], size / 2);
        return compressed(archive, tar.toByteArray());
    }

    static Path zip(Path archive, Map<String, String> files) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            for (Map.Entry<String, String> file : new TreeMap<>(files).entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(bytes(file.getValue()));
            }
        }
        return archive;
    }

    private static Path compressed(Path archive, byte[] tar) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(archive))) {
            out.write(tar);
        }
        return archive;
    }

    private static void entry(OutputStream tar, String name, char type, String target, byte[] content, int written)
            throws IOException {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "0000644");
        put(header, 124, String.format(Locale.ROOT, "%011o", content.length));
        header[156] = (byte) type;
        put(header, 157, target);
        put(header, 257, "ustar");
        put(header, 263, "00");
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o", sum));
        tar.write(header);
        int length = Math.min(content.length, written);
        tar.write(content, 0, length);
        if (length == content.length) {
            tar.write(new byte[(BLOCK - length % BLOCK) % BLOCK]);
        }
    }

    private static byte[] pax(String path) {
        byte[] record = bytes(" path=" + path + "\n");
        int length = record.length + 1;
        while (String.valueOf(length).length() + record.length != length) {
            length++;
        }
        return bytes(length + " path=" + path + "\n");
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = bytes(text);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
