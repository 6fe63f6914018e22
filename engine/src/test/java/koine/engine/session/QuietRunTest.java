package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import koine.engine.NativeKit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuietRunTest {
    @TempDir
    Path temporary;

    @Test
    void anEngineUnderAFolderWithSpacesAndArabicAnswersAndPrintsNothing() throws IOException {
        Path folder = folderNamed("مجلد النماذج", "my models");
        Path pack = Files.createDirectory(folder.resolve("pack one"));
        try (Stream<Path> files = Files.list(NativeKit.pack())) {
            for (Path file : files.toList()) {
                Files.copy(file, pack.resolve(String.valueOf(file.getFileName())));
            }
        }
        Path model = Files.copy(NativeKit.starterModel(), folder.resolve("نموذج.gguf"));
        Path answer = folder.resolve("answer.txt");
        String printed = NativeKit.run(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                QuietRun.class.getName(),
                pack.toString(),
                model.toString(),
                answer.toString());
        List<String> own = printed.lines()
                .filter(line -> !line.startsWith("SLF4J")) // these tests bring no logger
                .toList();
        assertEquals(List.of(), own);
        assertEquals("The capital of France is Paris.", Files.readString(answer));
    }

    private Path folderNamed(String... names) throws IOException {
        Path folder = temporary;
        for (String name : names) {
            try {
                folder = Files.createDirectory(folder.resolve(name));
            } catch (InvalidPathException e) {
                assumeTrue(false, "this system's locale has no name for " + name.length() + " letters");
            }
        }
        return folder;
    }
}
