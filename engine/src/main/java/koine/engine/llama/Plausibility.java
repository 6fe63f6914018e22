package koine.engine.llama;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import koine.gguf.GgufException;
import koine.gguf.GgufFile;
import koine.gguf.GgufReader;
import koine.gguf.GgufValue;
import org.jspecify.annotations.Nullable;

/**
 * llama.cpp refuses most damaged files, but ends the process over some numbers it takes for granted. These are looked at
 * before. What is wrong in any other way is left to llama.cpp to refuse: it knows more kinds of files.
 */
final class Plausibility {
    /** {@code LLAMA_MAX_LAYERS}. */
    private static final long MOST_LAYERS = 512;

    private Plausibility() {}

    /** @return the key whose number cannot be, null when none is known to be wrong */
    static @Nullable String implausibleKey(Path file) throws IOException {
        GgufFile header;
        try {
            header = GgufReader.read(file);
        } catch (GgufException e) {
            return null;
        }
        String layers = header.text("general.architecture") + ".block_count";
        OptionalLong count = header.integer(layers);
        if (count.isPresent() && (count.getAsLong() < 1 || count.getAsLong() > MOST_LAYERS)) {
            return layers;
        }
        return header.metadata().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("_epsilon") && !isEpsilon(entry.getValue()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    private static boolean isEpsilon(GgufValue value) {
        return !(value instanceof GgufValue.Real number) || number.value() >= 0;
    }
}
