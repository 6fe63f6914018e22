package koine.engine.client;

import org.jspecify.annotations.Nullable;

/**
 * How the next token is chosen; null means the engine's default.
 *
 * @param temperature 0 is greedy: always the likeliest token
 * @param seed of the random choice; null is a new one each time
 */
public record Sampling(
        @Nullable Double temperature,
        @Nullable Integer topK,
        @Nullable Double topP,
        @Nullable Double minP,
        @Nullable Long seed) {
    public static final Sampling DEFAULT = new Sampling(null, null, null, null, null);
}
