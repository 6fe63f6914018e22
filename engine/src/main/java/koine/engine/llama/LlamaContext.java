package koine.engine.llama;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import koine.engine.llama.ffm.AbortFlag;
import koine.engine.llama.ffm.BatchBuffer;
import koine.engine.llama.ffm.LlamaLibrary;
import koine.engine.llama.ffm.MemoryLibrary;
import koine.engine.llama.ffm.NativeBuffer;
import koine.engine.llama.ffm.NativePaths;
import org.jspecify.annotations.Nullable;

/**
 * Sequences of tokens a model has read, in one memory. Meant for one thread; a call from another waits. What a context
 * computes may be ended from elsewhere by its {@link #abortFlag}.
 */
public final class LlamaContext implements AutoCloseable {
    private static final int NO_ROOM = 1;
    private static final int ABORTED = 2;
    private static final int UNKNOWN = -1;

    /** Logits at once. */
    private static final int LOOKED_AT = 8192;

    /** What lies so far below the largest counts for nothing: a million of them are a tenth of it. */
    private static final double FAR_BELOW = -16;

    private final LlamaLibrary library;
    private final MemoryLibrary memoryLibrary;
    private final LlamaModel model;
    private final Vocabulary vocabulary;
    private final Handle handle;
    private final ContextOptions options;
    private final int contextTokens;
    private final long threadPool;
    private final boolean ownThreads;
    private final AbortFlag abortFlag;
    private final long memory;
    private final BatchBuffer buffer;
    private final boolean[] hasLogits;
    private final int[] rowSequence;
    private final int[] looked = new int[LOOKED_AT];

    private List<ScaledAdapter> adapters = List.of();

    /** How a {@link #decode} ended. */
    public enum Decoded {
        DONE,
        /** The abort flag was raised; what was read before this batch is still there, or less of it. */
        ABORTED,
        /** The memory has no place for the batch; nothing has changed. */
        NO_ROOM
    }

    /** @param host whose threads compute this one too; null for threads of its own */
    LlamaContext(
            LlamaLibrary library, LlamaModel model, long address, ContextOptions options, @Nullable LlamaContext host) {
        this.library = library;
        this.memoryLibrary = library.memory();
        this.model = model;
        this.handle = new Handle("llama_context", address);
        this.vocabulary = model.vocabulary();
        this.options = options;
        this.contextTokens = library.contextSize(address);
        this.ownThreads = host == null;
        this.threadPool = host == null ? library.threadPool(options.threads()) : host.threadPool;
        if (threadPool != 0) {
            library.attachThreadPool(address, threadPool);
        }
        this.abortFlag = library.abortFlag();
        library.setAbortFlag(address, abortFlag);
        // llama.cpp takes the smaller of the two, and ends the process over a batch that is larger
        int batchTokens = Math.min(options.batchTokens(), options.contextTokens());
        this.memory = memoryLibrary.ofContext(address);
        this.buffer = library.batch(batchTokens);
        this.hasLogits = new boolean[batchTokens];
        this.rowSequence = new int[batchTokens];
    }

    /** Most tokens of all sequences together; llama.cpp may have rounded what was asked for. */
    public int contextTokens() {
        return contextTokens;
    }

    /** Most tokens of one {@link #decode}. */
    public int batchTokens() {
        return hasLogits.length;
    }

    /** How many sequences it can hold, numbered from 0. */
    public int sequences() {
        return options.sequences();
    }

    /** Raised on any thread, it ends what is computed on the processor, until it is lowered again. */
    public AbortFlag abortFlag() {
        return abortFlag;
    }

    /** The position the sequence's next token has, which is how many it has read. */
    public synchronized int position(int sequence) {
        requireSequence(sequence);
        return memoryLibrary.lastPosition(memory(), sequence) + 1;
    }

    /** The first position of the sequence that can still be attended to, -1 when it is empty. */
    public synchronized int firstPosition(int sequence) {
        requireSequence(sequence);
        return memoryLibrary.firstPosition(memory(), sequence);
    }

    /**
     * Reads tokens. Where one wants an output, the token after it can be sampled then, until the next call.
     *
     * @throws IllegalArgumentException for an empty batch, tokens that are not in the vocabulary, or positions that do not
     *     continue their sequence
     * @throws LlamaException when llama.cpp reports a failure
     */
    public synchronized Decoded decode(Batch batch) {
        long context = handle.get();
        requireContinuation(batch);
        forgetLogits();
        int status = library.decode(
                context, buffer, batch.tokens, batch.positions, batch.sequences, batch.outputs, batch.size());
        return switch (status) {
            case 0 -> {
                rememberLogits(batch);
                yield Decoded.DONE;
            }
            case ABORTED -> Decoded.ABORTED;
            case NO_ROOM -> Decoded.NO_ROOM;
            default -> throw new LlamaException("llama_decode returned " + status);
        };
    }

    /**
     * What it computes with from here on: the base model, and these beside it. What was read before stays as it was
     * computed, so a sequence is read with the same adapters from its begin. A change costs the next {@link #decode} some
     * milliseconds: llama.cpp plans its work anew.
     *
     * @param wanted each open, made for this model, and there once
     */
    public synchronized void use(List<ScaledAdapter> wanted) {
        long context = handle.get();
        if (wanted.equals(adapters)) {
            return;
        }
        forgetLogits();
        long[] addresses =
                wanted.stream().mapToLong(each -> each.adapter().address()).toArray();
        float[] scales = new float[addresses.length];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = wanted.get(i).scale();
        }
        int status = library.adapters().use(context, addresses, scales);
        if (status != 0) {
            throw new LlamaException("llama_set_adapters_lora returned " + status);
        }
        adapters = List.copyOf(wanted);
    }

    /** Whether it computes with the adapter. */
    public synchronized boolean uses(LlamaAdapter adapter) {
        return adapters.stream().anyMatch(each -> each.adapter().equals(adapter));
    }

    private void rememberLogits(Batch batch) {
        for (int row = 0; row < batch.size(); row++) {
            hasLogits[row] = batch.output(row);
            rowSequence[row] = batch.sequence(row);
        }
    }

    private void requireContinuation(Batch batch) {
        if (batch.size() < 1 || batch.size() > hasLogits.length) {
            throw new IllegalArgumentException(batch.size() + " tokens in a batch of " + hasLogits.length);
        }
        int[] next = new int[options.sequences()];
        Arrays.fill(next, UNKNOWN);
        for (int row = 0; row < batch.size(); row++) {
            if (!vocabulary.contains(batch.token(row))) {
                throw new IllegalArgumentException("token " + batch.token(row) + " is not in the vocabulary");
            }
            int sequence = batch.sequence(row);
            requireSequence(sequence);
            if (next[sequence] == UNKNOWN) {
                next[sequence] = position(sequence);
            }
            if (batch.position(row) != next[sequence]++) {
                throw new IllegalArgumentException("position " + batch.position(row) + " of sequence " + sequence);
            }
            if (batch.position(row) >= contextTokens) {
                throw new IllegalArgumentException("position " + batch.position(row) + " of " + contextTokens);
            }
        }
    }

    private void forgetLogits() {
        Arrays.fill(hasLogits, false);
    }

    private void forgetLogits(int sequence) {
        for (int row = 0; row < hasLogits.length; row++) {
            hasLogits[row] &= rowSequence[row] != sequence;
        }
    }

    /**
     * Chooses the token that follows a row of the last batch.
     *
     * @throws IllegalStateException when the row has no output, or the context was changed since
     * @throws LlamaException when the sampler rules out every token
     */
    public synchronized int sample(LlamaSampler sampler, int row) {
        long context = handle.get();
        requireOutput(row);
        int token = sampler.sample(context, row, this);
        if (!vocabulary.contains(token)) {
            throw new LlamaException("llama_sampler_sample returned " + token);
        }
        return token;
    }

    /**
     * The logits of what follows a row of the last batch, one for each token.
     *
     * @throws IllegalStateException when the row has no output, or the context was changed since
     */
    public synchronized float[] logits(int row) {
        long from = address(row);
        float[] logits = new float[vocabulary.size()];
        library.copyLogits(from, logits);
        return logits;
    }

    /** The same, as they lie in memory (IEEE 754). @param into of the vocabulary's size */
    synchronized void copyLogitBits(int row, int[] into) {
        library.copyLogitBits(address(row), 0, into.length, into);
    }

    /**
     * The token with the largest logit after a row, of equal ones the first, as llama.cpp's own greedy sampler has it.
     *
     * @throws IllegalStateException when the row has no output, or the context was changed since
     */
    public synchronized int likeliest(int row) {
        long logits = address(row);
        Largest largest = new Largest();
        int count;
        for (int from = 0; from < vocabulary.size(); from += count) {
            // in parts that stay in the processor's own memory
            count = Math.min(looked.length, vocabulary.size() - from);
            library.copyLogitBits(logits, from, count, looked);
            largest.look(looked, count, from);
        }
        return largest.isKnown() ? largest.index() : likeliestByNumber(row);
    }

    /** Rare: no logit is above zero, or one is no number. */
    private int likeliestByNumber(int row) {
        float[] logits = logits(row);
        int best = 0;
        for (int token = 1; token < logits.length; token++) {
            if (logits[token] > logits[best]) {
                best = token;
            }
        }
        return best;
    }

    /**
     * Whether the likeliest token after a row is at least so likely, of 1 (softmax of all logits).
     *
     * @param likeliest as {@link #likeliest} says
     * @throws IllegalStateException when the row has no output, or the context was changed since
     */
    public synchronized boolean isLikely(int row, int likeliest, double least) {
        vocabulary.require(likeliest);
        long logits = address(row);
        double most = library.logit(logits, likeliest);
        double sum = 0;
        for (int from = 0; from < vocabulary.size() && sum * least <= 1; from += looked.length) {
            int count = Math.min(looked.length, vocabulary.size() - from);
            library.copyLogitBits(logits, from, count, looked);
            for (int i = 0; i < count; i++) {
                double below = Float.intBitsToFloat(looked[i]) - most;
                sum += below > FAR_BELOW ? Math.exp(below) : 0;
            }
        }
        return sum >= 1 && sum * least <= 1; // not even 1 where it is no number itself
    }

    /**
     * Whether the model still computes numbers for this token, after a row of the last batch. Weights that are damaged, or
     * states that grow without bounds, end in none, and llama.cpp says nothing.
     */
    public synchronized boolean isNumber(int row, int token) {
        vocabulary.require(token);
        return !Float.isNaN(library.logit(address(row), token));
    }

    /** Where the logits of a row lie, one for each token of the vocabulary. */
    private long address(int row) {
        long context = handle.get();
        requireOutput(row);
        long logits = library.logits(context, row);
        if (logits == 0) {
            throw new LlamaException("llama_get_logits_ith is NULL");
        }
        return logits;
    }

    private void requireOutput(int row) {
        if (row < 0 || row >= hasLogits.length || !hasLogits[row]) {
            throw new IllegalStateException("there is nothing to sample from");
        }
    }

    /**
     * Forgets all but the first tokens of a sequence.
     *
     * @return false when this model's memory cannot: nothing certain is left of the sequence then, {@link #clear} it
     */
    public synchronized boolean keepFirst(int sequence, int tokens) {
        long memory = memory();
        requireSequence(sequence);
        if (tokens < 0) {
            throw new IllegalArgumentException("tokens: " + tokens);
        }
        forgetLogits(sequence);
        return memoryLibrary.remove(memory, sequence, tokens, -1);
    }

    /** Forgets a sequence. */
    public synchronized void clear(int sequence) {
        long memory = memory();
        requireSequence(sequence);
        forgetLogits(sequence);
        if (!memoryLibrary.remove(memory, sequence, -1, -1)) {
            throw new LlamaException("llama_memory_seq_rm refused a whole sequence");
        }
    }

    /** Forgets everything and writes zeros over it: what is no number would outlive the plain {@link #clear()}. */
    public synchronized void wipe() {
        forgetLogits();
        memoryLibrary.clear(memory(), true);
    }

    /** Forgets everything. */
    public synchronized void clear() {
        forgetLogits();
        // the old values stay in their buffers, unreachable: zeroing them would touch all memory of a large context
        memoryLibrary.clear(memory(), false);
    }

    /**
     * Copies what is remembered of a sequence.
     *
     * @param partial only what cannot be rolled back: recurrent state, sliding windows
     * @throws LlamaException when llama.cpp refuses, or the system has no memory for it
     */
    public synchronized SequenceState save(int sequence, boolean partial) {
        long context = handle.get();
        requireSequence(sequence);
        int flags = partial ? MemoryLibrary.PARTIAL_ONLY : 0;
        long size = memoryLibrary.stateSize(context, sequence, flags);
        if (size <= 0) {
            throw new LlamaException("llama_state_seq_get_size_ext returned " + size);
        }
        NativeBuffer buffer = allocate(size);
        long written = memoryLibrary.stateSave(context, buffer, sequence, flags);
        if (written != size) {
            buffer.close();
            throw new LlamaException("llama_state_seq_get_data_ext returned " + written + " of " + size);
        }
        return new SequenceState(buffer, partial);
    }

    /** How large the whole state of a sequence is, in bytes. */
    public synchronized long stateBytes(int sequence) {
        long context = handle.get();
        requireSequence(sequence);
        return memoryLibrary.stateSize(context, sequence, 0);
    }

    /**
     * Writes what is remembered of a sequence over a file, piece by piece, without a copy of it in memory.
     *
     * @param tokens that were read; they stand in the file too
     * @return how many bytes were written
     * @throws LlamaException when llama.cpp refuses, or the file cannot be written
     */
    public synchronized long save(int sequence, Path file, int[] tokens) {
        long context = handle.get();
        requireSequence(sequence);
        long written = memoryLibrary.stateSaveFile(context, NativePaths.bytes(file), sequence, tokens);
        if (written <= 0) {
            throw new LlamaException("llama_state_seq_save_file returned " + written);
        }
        return written;
    }

    /**
     * Brings back what {@link #save(int, Path, int[])} wrote, in place of what the sequence holds; what follows it in the
     * file does not matter. The file must be known to be whole: llama.cpp trusts it.
     *
     * @param tokens that were read
     * @return false when llama.cpp refuses, or the file is of other tokens; the sequence is empty then
     */
    public synchronized boolean restore(int sequence, Path file, int[] tokens) {
        long context = handle.get();
        requireSequence(sequence);
        forgetLogits(sequence);
        int[] read = new int[tokens.length];
        if (memoryLibrary.stateLoadFile(context, NativePaths.bytes(file), sequence, read) <= 0
                || !Arrays.equals(read, tokens)) {
            clear(sequence);
            return false;
        }
        return true;
    }

    private static NativeBuffer allocate(long size) {
        try {
            return NativeBuffer.allocate(size);
        } catch (OutOfMemoryError e) {
            throw new LlamaException("no memory for a state of " + size + " bytes");
        }
    }

    /**
     * Brings back what {@link #save} copied, in place of what the sequence holds. A partial state goes together with the
     * rest of the same sequence: {@link #keepFirst} drops what was read after it.
     *
     * @return false when llama.cpp refuses; the sequence is empty then
     */
    public synchronized boolean restore(int sequence, SequenceState state) {
        long context = handle.get();
        requireSequence(sequence);
        forgetLogits(sequence);
        int flags = state.partial() ? MemoryLibrary.PARTIAL_ONLY : 0;
        long read = memoryLibrary.stateLoad(context, state.buffer(), sequence, flags);
        if (read != state.bytes()) {
            clear(sequence);
            return false;
        }
        return true;
    }

    private void requireSequence(int sequence) {
        if (sequence < 0 || sequence >= options.sequences()) {
            throw new IllegalArgumentException("sequence " + sequence + " of " + options.sequences());
        }
    }

    private long memory() {
        handle.get();
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
            if (threadPool != 0 && ownThreads) {
                library.threadPoolFree(threadPool);
            }
            abortFlag.close();
            buffer.close();
            model.contextClosed();
        }
    }
}
