package koine.engine.client;

import org.jspecify.annotations.Nullable;

/**
 * How the next token is chosen; null means the engine's default.
 *
 * @param temperature 0 is greedy: always the likeliest token
 * @param seed of the random choice; null is a new one each time
 * @param repetition what holds the model back from saying the same again and again; null is nothing
 */
public record Sampling(
        @Nullable Double temperature,
        @Nullable Integer topK,
        @Nullable Double topP,
        @Nullable Double minP,
        @Nullable Long seed,
        @Nullable Repetition repetition) {
    public static final Sampling DEFAULT = new Sampling(null, null, null, null, null);

    public Sampling(
            @Nullable Double temperature,
            @Nullable Integer topK,
            @Nullable Double topP,
            @Nullable Double minP,
            @Nullable Long seed) {
        this(temperature, topK, topP, minP, seed, null);
    }

    /**
     * Against going round in circles, after the DRY sampler of llama.cpp: a token that would prolong a sequence already
     * said costs {@code multiplier · base ^ (length − allowedLength)}.
     *
     * @param multiplier 0 is off
     * @param allowedLength tokens that may be repeated for nothing
     * @param penalty divides the likelihood of each token of the last {@code lastTokens}; 1 is off
     * @param lastTokens tokens looked back at; -1 is the whole context
     */
    public record Repetition(double multiplier, double base, int allowedLength, double penalty, int lastTokens) {}

    public Sampling withRepetition(Repetition wanted) {
        return new Sampling(temperature, topK, topP, minP, seed, wanted);
    }
}
