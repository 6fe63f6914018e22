package koine.ui.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import koine.app.Folders;

/** Which native packs came with the program. Blocks. */
record EngineFacts(List<String> packs) {
    static EngineFacts read(Folders folders) throws IOException {
        Path bundle = folders.bundle();
        if (bundle == null || !Files.isDirectory(bundle.resolve("packs"))) {
            return new EngineFacts(List.of());
        }
        try (Stream<Path> found = Files.list(bundle.resolve("packs"))) {
            return new EngineFacts(found.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList());
        }
    }
}
