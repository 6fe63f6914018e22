package koine.engine.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Tells a file from another that took its place, without reading it. */
public final class FileState {
    private FileState() {}

    /** Its path with links followed, its size and its time: a user's path is in it, so hash it before it is kept. */
    public static String of(Path file) throws IOException {
        Path real = file.toRealPath();
        BasicFileAttributes is = Files.readAttributes(real, BasicFileAttributes.class);
        return real + "\0" + is.size() + "\0" + is.lastModifiedTime().toMillis();
    }
}
