package koine.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaFxDesktopTest {
    /** In a process of its own: closing the window ends the toolkit for good. */
    @Test
    void closingTheWindowStopsTheAnswerClosesTheAssistantAndLeavesNoThread(@TempDir Path home) throws Exception {
        Path log = home.resolve("log");
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dglass.platform=Headless",
                        "-Dprism.order=sw",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "koine.ui.testing.OpenAndClose",
                        home.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertTrue(program.waitFor(60, TimeUnit.SECONDS), () -> "still running: " + read(log));
            assertTrue(read(log).contains("code=0 closed=true interrupted=true conversations=2"), () -> read(log));
            assertEquals(0, program.exitValue());
        } finally {
            program.destroyForcibly();
        }
    }

    private static String read(Path log) {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }
}
