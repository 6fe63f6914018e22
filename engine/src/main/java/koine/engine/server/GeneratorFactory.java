package koine.engine.server;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import koine.engine.llama.ModelLoadException;
import koine.engine.session.Generator;

/** How an engine process gets its generator; called on the thread that will own it. */
@FunctionalInterface
public interface GeneratorFactory {
    /**
     * @param contextTokens wanted context; 0 is the engine's choice
     * @param progress hears the loaded fraction, 0 to 1
     * @param cancelled asked during the load
     */
    Generator load(Path pack, Path model, int contextTokens, DoubleConsumer progress, BooleanSupplier cancelled)
            throws ModelLoadException;
}
