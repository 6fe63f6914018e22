package koine.setup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * SQLite's native library, unzipped from its jar once. Otherwise each start would unpack it into the system's temporary
 * folder, which fails where nothing there may be run, and on Windows leaves a copy behind.
 */
final class Sqlite {
    private Sqlite() {}

    /** Unzips this platform's library out of the jar in {@code lib} to {@code folder}. */
    static void unzipLibrary(Path lib, Path folder) throws IOException {
        for (Path jar : Program.classPath(lib)) {
            if (jar.getFileName().toString().startsWith("sqlite-jdbc-")) {
                unzip(jar, folder);
            }
        }
    }

    private static void unzip(Path jar, Path folder) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                String name = entry.getName();
                if (!entry.isDirectory() && name.startsWith("org/sqlite/native/" + platform() + "/")) {
                    Files.createDirectories(folder);
                    try (InputStream in = zip.getInputStream(entry)) {
                        Files.copy(in, folder.resolve(name.substring(name.lastIndexOf('/') + 1)));
                    }
                }
            }
        }
    }

    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch");
        return (os.startsWith("windows") ? "Windows" : os.startsWith("mac") ? "Mac" : "Linux") + "/"
                + (arch.equals("amd64") ? "x86_64" : arch);
    }
}
