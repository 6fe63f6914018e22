package koine.engine.llama;

/**
 * @param contextTokens most tokens of prompt and answer together
 * @param batchTokens most tokens computed at once, as one piece of work
 * @param threads of the processor
 */
public record ContextOptions(int contextTokens, int batchTokens, int threads) {
    private static final int MOST_THREADS = 512;

    public ContextOptions {
        if (contextTokens < 1 || batchTokens < 1) {
            throw new IllegalArgumentException("a context needs room: " + contextTokens + ", " + batchTokens);
        }
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("threads: " + threads);
        }
    }
}
