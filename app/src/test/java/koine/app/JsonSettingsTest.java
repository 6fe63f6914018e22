package koine.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import koine.i18n.UiLanguage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonSettingsTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("profile").resolve("settings.json");
    }

    private JsonSettings open() {
        return new JsonSettings(file(), UiLanguage.HINDI);
    }

    @Test
    void are_the_systems_before_anything_was_chosen_and_no_file_is_made() {
        assertEquals(UiLanguage.HINDI, open().language());
        assertEquals(Settings.Theme.SYSTEM, open().theme());
        assertNull(open().model());
        assertFalse(Files.exists(file()));
    }

    @Test
    void are_there_again_at_the_next_start() throws IOException {
        JsonSettings settings = open();
        settings.setLanguage(UiLanguage.ARABIC);
        settings.setTheme(Settings.Theme.DARK);
        settings.setModel("m");
        assertEquals(UiLanguage.ARABIC, open().language());
        assertEquals(Settings.Theme.DARK, open().theme());
        assertEquals("m", open().model());
        settings.setModel(null);
        assertNull(open().model());
        try (Stream<Path> files = Files.list(folder.resolve("profile"))) {
            assertEquals(
                    List.of("settings.json"),
                    files.map(f -> f.getFileName().toString()).toList());
        }
    }

    @Test
    void keep_what_a_newer_version_or_another_process_wrote() throws IOException {
        Files.createDirectories(folder.resolve("profile"));
        Files.writeString(file(), "{\"fontScale\": {\"chat\": 1.5}, \"theme\": \"sepia\"}");
        JsonSettings one = open();
        assertEquals(Settings.Theme.SYSTEM, one.theme());
        open().setModel("written by another process");
        one.setLanguage(UiLanguage.ARABIC);
        String written = Files.readString(file());
        assertTrue(written.contains("\"fontScale\""), written);
        assertEquals("written by another process", open().model());
        assertEquals(UiLanguage.ARABIC, open().language());
    }

    @Test
    void that_are_damaged_are_set_aside_and_said_so() throws IOException {
        Files.createDirectories(folder.resolve("profile"));
        for (byte[] damaged : List.of(
                "{\"theme\": ".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                new byte[] {-1, -2, 0},
                new byte[] {'[', ']'})) {
            Files.write(file(), damaged);
            JsonSettings settings = open();
            assertEquals(UiLanguage.HINDI, settings.language());
            assertEquals("KOINE-A113", settings.notice().orElseThrow().code());
            String aside =
                    String.valueOf(settings.notice().orElseThrow().arguments().get("file"));
            org.junit.jupiter.api.Assertions.assertArrayEquals(
                    damaged, Files.readAllBytes(file().resolveSibling(aside)));
            assertFalse(Files.exists(file()));
        }
    }

    @Test
    void that_cannot_be_written_hold_until_the_end_and_say_so() throws IOException {
        Files.writeString(folder.resolve("profile"), "a file where the folder should be");
        JsonSettings settings = open();
        settings.setTheme(Settings.Theme.DARK);
        assertEquals(Settings.Theme.DARK, settings.theme());
        assertEquals("KOINE-A114", settings.notice().orElseThrow().code());
    }
}
