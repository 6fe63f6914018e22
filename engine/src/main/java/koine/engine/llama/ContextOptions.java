package koine.engine.llama;

/**
 * @param contextTokens most tokens of all sequences together
 * @param batchTokens most tokens computed at once, as one piece of work
 * @param threads of the processor
 * @param sequences most sequences at a time
 */
public record ContextOptions(int contextTokens, int batchTokens, int threads, int sequences, KvType kvType) {
    /** Far above any model's; llama.cpp would touch gigabytes of bookkeeping before it refuses a senseless number. */
    public static final int MOST_CONTEXT_TOKENS = 1 << 24;

    /** {@code LLAMA_MAX_SEQ} is 256. */
    public static final int MOST_SEQUENCES = 64;

    private static final int MOST_THREADS = 512;

    public ContextOptions {
        if (contextTokens < 1 || contextTokens > MOST_CONTEXT_TOKENS || batchTokens < 1) {
            throw new IllegalArgumentException("tokens: " + contextTokens + ", " + batchTokens);
        }
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("threads: " + threads);
        }
        if (sequences < 1 || sequences > MOST_SEQUENCES) {
            throw new IllegalArgumentException("sequences: " + sequences);
        }
    }

    /** One sequence, 16-bit KV cache. */
    public ContextOptions(int contextTokens, int batchTokens, int threads) {
        this(contextTokens, batchTokens, threads, 1, KvType.F16);
    }
}
