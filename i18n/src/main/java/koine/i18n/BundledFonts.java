package koine.i18n;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The fonts Koine brings for scripts that a bare Linux draws as boxes: Noto Sans for Arabic, Devanagari and Japanese.
 * They are only registered with the window toolkit, which then falls back to them character by character; a control
 * whose family is set to one of them would lose that fallback.
 *
 * @see <a href="https://notofonts.github.io">The Noto project</a>
 */
public final class BundledFonts {
    private static final List<String> NAMES = List.of(
            "NotoSansArabic-Regular",
            "NotoSansArabic-Bold",
            "NotoSansDevanagari-Regular",
            "NotoSansDevanagari-Bold",
            "NotoSansJP-Regular"); // one weight: it is 5 MB, and bold CJK in the regular weight is readable

    private BundledFonts() {}

    /** File names without their ending. */
    public static List<String> names() {
        return NAMES;
    }

    /** The TrueType file. The caller closes it. */
    public static InputStream open(String name) throws IOException {
        return resource(name + ".ttf");
    }

    /** The font's licence (SIL Open Font License 1.1) with its copyright line. */
    public static String licence(String name) throws IOException {
        String family = name.substring(0, name.indexOf('-'));
        try (InputStream in = resource(family + "-LICENSE.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * Writes the fonts that are not there yet as files, for toolkits that would otherwise copy each of them into the
     * temporary folder at every start. Blocks; two processes may do it at once.
     *
     * @param folder made when missing
     * @return all font files, in the order of {@link #names()}
     */
    public static List<Path> unpackInto(Path folder) throws IOException {
        Files.createDirectories(folder);
        List<Path> files = new ArrayList<>();
        for (String name : NAMES) {
            Path file = folder.resolve(name + ".ttf");
            byte[] font = bytes(name);
            if (!Files.isRegularFile(file) || Files.size(file) != font.length) {
                write(font, file);
            }
            files.add(file);
        }
        return List.copyOf(files);
    }

    private static void write(byte[] content, Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Path temporary = Files.createTempFile(folder, ".font", ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static byte[] bytes(String name) throws IOException {
        try (InputStream in = open(name)) {
            return in.readAllBytes();
        }
    }

    private static InputStream resource(String file) throws IOException {
        InputStream in = BundledFonts.class.getResourceAsStream("fonts/" + file);
        if (in == null) {
            throw new NoSuchFileException(file);
        }
        return in;
    }
}
