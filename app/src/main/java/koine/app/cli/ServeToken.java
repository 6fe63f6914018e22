package koine.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/** The token that a person chose for {@code koine serve}: in the arguments, in a file, or in the environment. */
final class ServeToken {
    static final String VARIABLE = "KOINE_SERVE_TOKEN";
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._-]{16,200}");
    private static final int MOST_BYTES = 1000; // of a file: a token, and what may stand around it
    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private ServeToken() {}

    /**
     * @return null when none was chosen; an argument counts more than the environment
     * @throws Problem {@code KOINE-A118} no token; {@code KOINE-A123} others can read the file; {@code KOINE-A124} it
     *     cannot be read; {@code KOINE-A126} there is a file beside {@code --token}
     */
    static @Nullable String given(@Nullable String token, @Nullable Path file, Map<String, String> environment)
            throws Problem {
        if (token != null && file != null) {
            throw new Problem("KOINE-A126", Map.of("first", "--token", "second", "--token-file"));
        }
        String given = file != null ? read(file) : token != null ? token : environment.get(VARIABLE);
        if (given != null && !FORM.matcher(given).matches()) {
            throw new Problem("KOINE-A118", Map.of());
        }
        return given;
    }

    private static String read(Path file) throws Problem {
        Map<String, Object> named = Map.of("file", SafeText.line(file.toString()));
        try {
            PosixFileAttributeView posix = Files.getFileAttributeView(file, PosixFileAttributeView.class);
            if (posix != null && posix.readAttributes().permissions().stream().anyMatch(OTHERS::contains)) {
                throw new Problem("KOINE-A123", named);
            }
            try (InputStream in = Files.newInputStream(file)) {
                return new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8).strip();
            }
        } catch (IOException e) {
            throw new Problem("KOINE-A124", named, e);
        }
    }
}
