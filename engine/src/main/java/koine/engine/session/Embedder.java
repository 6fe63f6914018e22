package koine.engine.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import koine.engine.llama.EmbeddingContext;
import koine.engine.llama.LlamaException;
import koine.engine.llama.LlamaModel;
import koine.engine.llama.ModelLoadException;
import koine.engine.session.Generator.Cancel;
import koine.engine.session.Generator.Embedding;
import org.jspecify.annotations.Nullable;

/**
 * Embeddings of a model that was made for them. Its context is made when it is first needed. Belongs to the generator's
 * thread.
 */
final class Embedder implements AutoCloseable {
    /** Of a text; the memory of a computation grows with its square. */
    private static final int MOST_TOKENS = 2048;

    private final LlamaModel model;
    private final int threads;
    private final int mostTokens;
    private @Nullable EmbeddingContext context;

    Embedder(LlamaModel model, int threads) {
        this.model = model;
        this.threads = threads;
        int trained = model.trainedContextTokens();
        this.mostTokens = trained == 0 ? MOST_TOKENS : Math.min(trained, MOST_TOKENS);
    }

    List<Embedding> embed(List<int[]> texts, Cancel cancel) {
        if (model.embeddingSize() == 0) {
            throw new UnsupportedOperationException("the model has no embeddings");
        }
        for (int[] text : texts) {
            if (text.length > mostTokens) {
                throw new ContextOverflowException(text.length, mostTokens);
            }
            if (text.length == 0) {
                throw new IllegalArgumentException("a text is empty");
            }
        }
        List<Embedding> embeddings = new ArrayList<>();
        try {
            for (int[] text : texts) {
                if (cancel.isCancelled()) {
                    return List.of();
                }
                embeddings.add(new Embedding(normalized(context().embed(text)), text.length));
            }
        } catch (LlamaException | ModelLoadException e) {
            throw new GenerationException(String.valueOf(e.getMessage()));
        }
        return embeddings;
    }

    private EmbeddingContext context() throws ModelLoadException {
        if (context == null) {
            context = model.newEmbeddingContext(mostTokens, threads);
        }
        return context;
    }

    private static float[] normalized(float[] vector) {
        double squares = 0;
        for (float number : vector) {
            squares += (double) number * number;
        }
        double length = Math.sqrt(squares);
        if (!(length > 0 && Double.isFinite(length))) {
            throw new GenerationException(String.format(Locale.ROOT, "an embedding of length %f", length));
        }
        float[] unit = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            unit[i] = (float) (vector[i] / length);
        }
        return unit;
    }

    @Override
    public void close() {
        if (context != null) {
            context.close();
        }
    }
}
