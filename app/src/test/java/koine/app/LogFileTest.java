package koine.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import koine.i18n.UiLanguage;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
    @TempDir
    Path folder;

    private static LogRecord entry(String text, Throwable thrown) {
        LogRecord entry = new LogRecord(Level.WARNING, text);
        entry.setLoggerName("koine.app");
        entry.setThrown(thrown);
        return entry;
    }

    @Test
    void keeps_the_kind_and_place_of_an_exception_but_not_its_words() throws IOException {
        Path file = folder.resolve("logs").resolve("koine.log");
        new LogFile(file)
                .publish(entry(
                        "could not read",
                        new IllegalStateException("my diary", new NoSuchFileException("/home/x/diary"))));
        String text = Files.readString(file);
        assertTrue(text.contains("WARNING koine.app: could not read"), text);
        assertTrue(text.contains("java.lang.IllegalStateException") && text.contains("NoSuchFileException"), text);
        assertTrue(text.contains("LogFileTest"), text);
        assertFalse(text.contains("diary"), text);
    }

    @Test
    void and_the_settings_can_be_read_by_their_user_alone() throws IOException {
        Assumptions.assumeTrue(
                Files.getFileStore(folder).supportsFileAttributeView("posix"), "no POSIX rights on this file system");
        Path profile = folder.resolve("profile");
        new LogFile(profile.resolve("logs").resolve("koine.log")).publish(entry("x", new IllegalStateException()));
        new JsonSettings(profile.resolve("settings.json"), UiLanguage.ENGLISH).setModel("m");
        for (String name : List.of(".", "logs")) {
            assertEquals("rwx------", rights(profile.resolve(name)), name);
        }
        for (String name : List.of("logs/koine.log", "settings.json")) {
            assertEquals("rw-------", rights(profile.resolve(name)), name);
        }
    }

    private static String rights(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void stays_small() throws IOException {
        LogFile log = new LogFile(folder.resolve("koine.log"));
        for (int i = 0; i < 300; i++) {
            log.publish(entry("x".repeat(10_000), new IllegalStateException()));
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.sorted().toList();
            assertEquals(
                    List.of("koine.1.log", "koine.log"),
                    all.stream().map(f -> f.getFileName().toString()).toList());
            for (Path each : all) {
                assertTrue(Files.size(each) < 600_000);
            }
        }
    }
}
