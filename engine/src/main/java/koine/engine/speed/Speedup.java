package koine.engine.speed;

import java.nio.file.Path;
import koine.engine.llama.Weights;
import org.jspecify.annotations.Nullable;

/**
 * What lets the same model write more quickly, for a price: memory, or a longer load.
 *
 * @param weights how they come into memory
 * @param draft GGUF of a smaller model of the same family, which writes ahead; null for none
 */
public record Speedup(Weights weights, @Nullable Path draft) {
    public static final Speedup NONE = new Speedup(Weights.MAPPED, null);

    public Speedup with(Weights other) {
        return new Speedup(other, draft);
    }

    public Speedup withDraft(@Nullable Path other) {
        return new Speedup(weights, other);
    }
}
