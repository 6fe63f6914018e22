package koine.engine.client;

import java.nio.file.Path;

/**
 * Which engine process is wanted. Equal specifications share one process.
 *
 * @param model the GGUF file
 * @param pack folder of the native pack
 * @param contextTokens wanted context; 0 is the engine's choice
 * @param threads of the processor; 0 is the engine's choice
 */
public record EngineSpec(Path model, Path pack, int contextTokens, int threads) {
    public EngineSpec(Path model, Path pack, int contextTokens) {
        this(model, pack, contextTokens, 0);
    }
}
