package koine.engine.client;

import java.nio.file.Path;
import koine.engine.process.EngineOptions;

/**
 * Which engine process is wanted. Equal specifications share one process.
 *
 * @param model the GGUF file
 * @param pack folder of the native pack
 * @param options a context that is named here is a person's own choice, and started with whatever memory there is; 0
 *     takes the usual one, or a smaller one where memory is short
 */
public record EngineSpec(Path model, Path pack, EngineOptions options) {
    /** @param contextTokens wanted context; 0 is the engine's choice */
    public EngineSpec(Path model, Path pack, int contextTokens) {
        this(model, pack, EngineOptions.DEFAULT.withContext(contextTokens));
    }

    /** @param threads of the processor; 0 is the engine's choice */
    public EngineSpec(Path model, Path pack, int contextTokens, int threads) {
        this(model, pack, EngineOptions.DEFAULT.withContext(contextTokens).withThreads(threads));
    }
}
