package koine.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Remembers that a folder's files are right, by size and time, so that a start need not hash a hundred megabytes. Where a
 * size or time differs, or nothing was remembered, the caller hashes.
 */
record Stamp(Path file) {
    /** Whether {@code files} of {@code folder} are as they were when {@code key} was written. */
    boolean matches(String key, Path folder, List<Path> files) throws IOException {
        return Files.isRegularFile(file) && Files.readString(file).equals(text(key, folder, files));
    }

    void write(String key, Path folder, List<Path> files) throws IOException {
        Trees.write(file, text(key, folder, files));
    }

    private static String text(String key, Path folder, List<Path> files) throws IOException {
        StringBuilder text = new StringBuilder(key).append('\n');
        for (Path each : files) {
            var attributes = Files.readAttributes(each, BasicFileAttributes.class);
            text.append(attributes.size())
                    .append(' ')
                    .append(attributes.lastModifiedTime().to(TimeUnit.MICROSECONDS))
                    .append(' ')
                    .append(Trees.name(folder, each))
                    .append('\n');
        }
        return text.toString();
    }
}
