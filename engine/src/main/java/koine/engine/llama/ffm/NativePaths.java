package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Paths as C wants them. */
public final class NativePaths {
    private NativePaths() {}

    /**
     * The bytes of the absolute path. On Windows llama.cpp expects UTF-8. Elsewhere a path is bytes, which its string
     * cannot always give back (a file found under a locale that is not UTF-8), but its URI does.
     */
    public static byte[] bytes(Path path) {
        Path absolute = path.toAbsolutePath();
        if (File.separatorChar == '\\') {
            return absolute.toString().getBytes(StandardCharsets.UTF_8);
        }
        String raw = absolute.toUri().getRawPath();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                bytes.write(Integer.parseInt(raw, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toByteArray();
    }

    /** As a C string. */
    static MemorySegment allocate(Arena arena, byte[] text) {
        MemorySegment segment = arena.allocate(text.length + 1L);
        MemorySegment.copy(text, 0, segment, JAVA_BYTE, 0, text.length);
        return segment;
    }
}
