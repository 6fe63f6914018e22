package koine.engine.llama;

/**
 * How the next token is chosen.
 *
 * @param temperature 0 is greedy
 * @param topK of the likeliest tokens; 0 or less is all
 * @param topP smallest set of the likeliest tokens with this probability together, 0 to 1; 1 is all
 * @param minP least probability relative to the likeliest token, 0 to 1; 0 is all
 * @param seed of the dice; equal seeds, equal choices
 */
public record SamplerOptions(double temperature, int topK, double topP, double minP, long seed) {
    /** {@code LLAMA_DEFAULT_SEED}: llama.cpp would take a new one each time. */
    private static final int RANDOM_SEED = -1;

    public SamplerOptions {
        if (!(temperature >= 0) || temperature > Float.MAX_VALUE) {
            throw new IllegalArgumentException("temperature: " + temperature);
        }
        if (!(topP >= 0 && topP <= 1)) {
            throw new IllegalArgumentException("top_p: " + topP);
        }
        if (!(minP >= 0 && minP <= 1)) {
            throw new IllegalArgumentException("min_p: " + minP);
        }
    }

    /** Small seeds are themselves, as in other programs over llama.cpp. */
    int nativeSeed() {
        int folded = Long.hashCode(seed);
        return folded == RANDOM_SEED ? RANDOM_SEED - 1 : folded;
    }
}
