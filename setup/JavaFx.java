package koine.setup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * JavaFX's jars: modules, unlike the rest, with native libraries inside. Those are unzipped where JavaFX looks first;
 * otherwise it would unpack them into the user's home at first run.
 */
final class JavaFx {
    private JavaFx() {}

    /** Moves JavaFX's jars out of {@code jars} into {@code javafx}, with their native libraries where dev runs find them. */
    static void separate(Path jars, Path javafx) throws IOException {
        Files.createDirectories(javafx);
        try (Stream<Path> all = Files.list(jars)) {
            for (Path jar : all.filter(JavaFx::isJavaFx).toList()) {
                if (isModule(jar)) {
                    Files.move(jar, javafx.resolve(jar.getFileName()));
                } else {
                    Files.delete(jar); // the empty jar that only names the platform's one as its dependency
                }
            }
        }
        // On Windows, JavaFX expects the layout of its SDK: jars in lib, libraries in bin beside it.
        unzipLibraries(javafx, Tool.windows() ? javafx.resolveSibling("bin") : javafx);
    }

    static void unzipLibraries(Path javafx, Path folder) throws IOException {
        for (Path jar : modules(javafx)) {
            try (ZipFile zip = new ZipFile(jar.toFile())) {
                Enumeration<? extends ZipEntry> entries = zip.entries();
                while (entries.hasMoreElements()) {
                    ZipEntry entry = entries.nextElement();
                    if (entry.getName().matches("[^/\\\\]+\\.(so|dll|dylib)")) {
                        Files.createDirectories(folder);
                        try (InputStream in = zip.getInputStream(entry)) {
                            Files.copy(in, folder.resolve(entry.getName()));
                        }
                    }
                }
            }
        }
    }

    static List<Path> modules(Path javafx) throws IOException {
        return Trees.files(javafx).stream()
                .filter(path -> path.toString().endsWith(".jar"))
                .toList();
    }

    private static boolean isJavaFx(Path path) {
        return path.getFileName().toString().matches("javafx-.*\\.jar");
    }

    private static boolean isModule(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            return zip.getEntry("module-info.class") != null;
        }
    }
}
