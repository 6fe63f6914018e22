package koine.engine.llama;

/**
 * @param contextTokens most tokens of prompt and answer together
 * @param batchTokens most tokens computed at once, as one piece of work
 * @param threads of the processor
 */
public record ContextOptions(int contextTokens, int batchTokens, int threads) {
    /** Far above any model's; llama.cpp would touch gigabytes of bookkeeping before it refuses a senseless number. */
    public static final int MOST_CONTEXT_TOKENS = 1 << 24;

    private static final int MOST_THREADS = 512;

    public ContextOptions {
        if (contextTokens < 1 || contextTokens > MOST_CONTEXT_TOKENS || batchTokens < 1) {
            throw new IllegalArgumentException("tokens: " + contextTokens + ", " + batchTokens);
        }
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("threads: " + threads);
        }
    }
}
