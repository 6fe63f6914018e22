package koine.engine.session;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import koine.engine.llama.ModelLoadException;

/** {@link Generator} over llama.cpp. */
public final class LlamaGenerator implements Generator {
    private LlamaGenerator() {}

    /**
     * Loads the pack, the model and a context; blocks until done. The thread that calls this need not be the one that
     * generates.
     *
     * @param pack folder of the native pack
     * @param contextTokens wanted context; 0 is what the model was trained for, at most 8192
     * @param progress hears the loaded fraction, 0 to 1, on this thread
     * @param cancelled asked during the load, on this thread
     * @throws ModelLoadException with its reason; nothing is left loaded
     */
    public static LlamaGenerator load(
            Path pack, Path model, int contextTokens, DoubleConsumer progress, BooleanSupplier cancelled)
            throws ModelLoadException {
        if (!Files.isRegularFile(model)) {
            throw new ModelLoadException(ModelLoadException.Reason.MISSING, "no model file");
        }
        return new LlamaGenerator();
    }

    @Override
    public ModelInfo model() {
        throw new IllegalStateException("not yet");
    }

    @Override
    public Outcome generate(Request request, Cancel cancel, Sink sink) {
        throw new GenerationException("not yet");
    }

    @Override
    public void close() {}
}
