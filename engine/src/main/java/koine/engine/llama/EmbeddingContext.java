package koine.engine.llama;

import java.util.Arrays;
import koine.engine.llama.ffm.BatchBuffer;
import koine.engine.llama.ffm.LlamaLibrary;

/** Turns texts to vectors, one after the other. Meant for one thread; a call from another waits. */
public final class EmbeddingContext implements AutoCloseable {
    private final LlamaLibrary library;
    private final LlamaModel model;
    private final Vocabulary vocabulary;
    private final Handle handle;
    private final int mostTokens;
    private final BatchBuffer buffer;

    EmbeddingContext(LlamaLibrary library, LlamaModel model, long address, int mostTokens) {
        this.library = library;
        this.model = model;
        this.vocabulary = model.vocabulary();
        this.handle = new Handle("llama_context", address);
        this.mostTokens = mostTokens;
        this.buffer = library.batch(mostTokens);
    }

    /**
     * The pooled embedding of a text, of any length (L2).
     *
     * @throws IllegalArgumentException for no tokens, too many, or such that are not in the vocabulary
     * @throws LlamaException when llama.cpp reports a failure
     */
    public synchronized float[] embed(int[] tokens) {
        long context = handle.get();
        if (tokens.length < 1 || tokens.length > mostTokens) {
            throw new IllegalArgumentException(tokens.length + " tokens of " + mostTokens);
        }
        int[] positions = new int[tokens.length];
        byte[] outputs = new byte[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            vocabulary.require(tokens[i]);
            positions[i] = i;
        }
        Arrays.fill(outputs, (byte) 1);
        forget(context);
        int status = library.decode(context, buffer, tokens, positions, new int[tokens.length], outputs, tokens.length);
        if (status != 0) {
            throw new LlamaException("llama_decode returned " + status);
        }
        float[] vector = new float[model.embeddingSize()];
        if (!library.embedding(context, 0, vector)) {
            throw new LlamaException("llama_get_embeddings_seq is NULL");
        }
        return vector;
    }

    /** Models that look in both directions have no memory. */
    private void forget(long context) {
        long memory = library.memory().ofContext(context);
        if (memory != 0) {
            library.memory().clear(memory, false);
        }
    }

    @Override
    public synchronized void close() {
        long address = handle.close();
        if (address != 0) {
            library.contextFree(address);
            buffer.close();
            model.contextClosed();
        }
    }
}
