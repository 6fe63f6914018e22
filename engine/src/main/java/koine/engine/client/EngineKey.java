package koine.engine.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import koine.i18n.Problem;

/**
 * A specification made comparable: links followed, and a file that was replaced since is another model.
 *
 * @param hash names the engine's files
 */
record EngineKey(Path model, Path pack, int contextTokens, int threads, String hash) {
    /** Engines of another generation of this program are not understood and not shared. */
    private static final int PROTOCOL = 2;

    /** @throws Problem KOINE-E106 no such model file, KOINE-E101 no such pack */
    static EngineKey of(EngineSpec spec) throws Problem {
        Path model;
        String version;
        try {
            model = spec.model().toRealPath();
            if (!Files.isRegularFile(model) || !Files.isReadable(model)) {
                throw new Problem("KOINE-E106", Map.of("file", name(spec.model())));
            }
            version =
                    Files.size(model) + "\0" + Files.getLastModifiedTime(model).toMillis();
        } catch (IOException e) {
            throw new Problem("KOINE-E106", Map.of("file", name(spec.model())), e);
        }
        Path pack;
        try {
            pack = spec.pack().toRealPath();
        } catch (IOException e) {
            throw new Problem("KOINE-E101", Map.of(), e);
        }
        String all = PROTOCOL + "\0" + model + "\0" + version + "\0" + pack + "\0" + spec.contextTokens() + "\0"
                + spec.threads();
        return new EngineKey(model, pack, spec.contextTokens(), spec.threads(), hash(all));
    }

    String modelName() {
        return name(model);
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
