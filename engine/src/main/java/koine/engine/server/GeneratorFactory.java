package koine.engine.server;

import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import koine.engine.llama.ModelLoadException;
import koine.engine.session.Generator;
import koine.engine.session.GeneratorOptions;

/** How an engine process gets its generator; called on the thread that will own it. */
@FunctionalInterface
public interface GeneratorFactory {
    /**
     * @param progress hears the loaded fraction, 0 to 1
     * @param cancelled asked during the load
     */
    Generator load(GeneratorOptions options, DoubleConsumer progress, BooleanSupplier cancelled)
            throws ModelLoadException;
}
