package koine.engine.llama;

import java.util.Objects;
import java.util.function.BooleanSupplier;
import koine.engine.llama.ffm.LlamaLibrary;
import koine.engine.llama.ffm.NativeCallback;
import org.jspecify.annotations.Nullable;

/**
 * One sequence of tokens a model has read. Meant for one thread; a call from another waits. What a context computes may
 * be ended from within only, by the question given to {@link #abortWhen}.
 */
public final class LlamaContext implements AutoCloseable {
    private static final int ABORTED = 2;
    private static final int SEQUENCE = 0;

    private final LlamaLibrary library;
    private final LlamaModel model;
    private final Vocabulary vocabulary;
    private final Handle handle;
    private final int batchTokens;
    private final int contextTokens;
    private @Nullable NativeCallback abortCallback;
    private boolean hasLogits;

    LlamaContext(LlamaLibrary library, LlamaModel model, long address, int batchTokens) {
        this.library = library;
        this.model = model;
        this.handle = new Handle("llama_context", address);
        this.vocabulary = model.vocabulary();
        this.batchTokens = batchTokens;
        this.contextTokens = library.contextSize(address);
    }

    /** Most tokens it holds; llama.cpp may have rounded what was asked for. */
    public int contextTokens() {
        return contextTokens;
    }

    /** Most tokens of one {@link #decode}. */
    public int batchTokens() {
        return batchTokens;
    }

    /**
     * Sets who is asked, again and again while something is computed on the processor, whether to stop. Asked on the
     * thread that computes; must be quick. One that throws stops the computation.
     */
    public synchronized void abortWhen(BooleanSupplier shouldAbort) {
        long context = handle.get();
        NativeCallback replaced = abortCallback;
        abortCallback = library.abortCallback(shouldAbort);
        library.setAbortCallback(context, abortCallback);
        if (replaced != null) {
            replaced.close();
        }
    }

    /** How many tokens it has read. */
    public synchronized int position() {
        return library.memoryLastPosition(memory(), SEQUENCE) + 1;
    }

    /**
     * Reads tokens as the continuation of what was read; the next one can be sampled then.
     *
     * @return false when it was aborted; what it had read before is still there
     * @throws IllegalArgumentException for tokens that are not in the vocabulary, that are more than a batch, or that do
     *     not fit the context any more
     * @throws LlamaException when llama.cpp reports a failure
     */
    public synchronized boolean decode(int[] tokens, int from, int count) {
        long context = handle.get();
        Objects.checkFromIndexSize(from, count, tokens.length);
        if (count < 1 || count > batchTokens) {
            throw new IllegalArgumentException(count + " tokens in a batch of " + batchTokens);
        }
        for (int i = from; i < from + count; i++) {
            if (!vocabulary.contains(tokens[i])) {
                throw new IllegalArgumentException("token " + tokens[i] + " is not in the vocabulary");
            }
        }
        int position = position();
        if (count > contextTokens - position) {
            throw new IllegalArgumentException(count + " tokens after " + position + " of " + contextTokens);
        }
        hasLogits = false;
        int status = library.decode(context, tokens, from, count);
        if (status == ABORTED) {
            return false;
        }
        if (status != 0) {
            throw new LlamaException("llama_decode returned " + status);
        }
        hasLogits = true;
        return true;
    }

    /**
     * Chooses the token that follows the last one read.
     *
     * @throws IllegalStateException when nothing was read since the context was made, cut or aborted
     */
    public synchronized int sample(LlamaSampler sampler) {
        long context = handle.get();
        if (!hasLogits) {
            throw new IllegalStateException("there is nothing to sample from");
        }
        int token = sampler.sample(context);
        if (!vocabulary.contains(token)) {
            throw new LlamaException("llama_sampler_sample returned " + token);
        }
        return token;
    }

    /**
     * Forgets all but the first tokens.
     *
     * @return false when this model's memory cannot: nothing certain is left then, {@link #clear} it
     */
    public synchronized boolean keepFirst(int tokens) {
        long memory = memory();
        if (tokens < 0) {
            throw new IllegalArgumentException("tokens: " + tokens);
        }
        hasLogits = false;
        return library.memoryRemove(memory, SEQUENCE, tokens, -1);
    }

    /** Forgets everything. */
    public synchronized void clear() {
        hasLogits = false;
        // the old values stay in their buffers, unreachable: zeroing them would touch all memory of a large context
        library.memoryClear(memory(), false);
    }

    private long memory() {
        long memory = library.contextMemory(handle.get());
        if (memory == 0) {
            throw new LlamaException("llama_get_memory is NULL");
        }
        return memory;
    }

    @Override
    public synchronized void close() {
        long address = handle.close();
        if (address != 0) {
            library.contextFree(address);
            if (abortCallback != null) {
                abortCallback.close();
            }
            model.contextClosed();
        }
    }
}
