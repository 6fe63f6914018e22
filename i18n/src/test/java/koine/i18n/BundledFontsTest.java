package koine.i18n;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundledFontsTest {
    @Test
    void every_font_is_truetype_and_carries_its_licence() throws IOException {
        for (String name : BundledFonts.names()) {
            try (InputStream in = BundledFonts.open(name)) {
                assertArrayEquals(new byte[] {0, 1, 0, 0}, in.readNBytes(4), name);
            }
            String licence = BundledFonts.licence(name);
            assertTrue(licence.startsWith("Copyright "), name);
            assertTrue(licence.contains("SIL OPEN FONT LICENSE Version 1.1"), name);
        }
    }

    @Test
    void fonts_are_unpacked_once_under_any_path(@TempDir Path temporary) throws IOException {
        Path folder = temporary.resolve("خطوط und Schriften");
        List<Path> first = BundledFonts.unpackInto(folder);
        assertEquals(BundledFonts.names().size(), first.size());
        FileTime longAgo = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(first.getFirst(), longAgo);

        assertEquals(first, BundledFonts.unpackInto(folder));
        assertEquals(longAgo, Files.getLastModifiedTime(first.getFirst()));
    }

    @Test
    void a_half_written_font_is_replaced(@TempDir Path folder) throws IOException {
        Path font = BundledFonts.unpackInto(folder).getLast();
        long whole = Files.size(font);
        Files.write(font, new byte[1000]);

        BundledFonts.unpackInto(folder);
        assertEquals(whole, Files.size(font));
        try (var files = Files.list(folder)) {
            assertEquals(BundledFonts.names().size(), files.count(), "no temporary files are left");
        }
    }
}
