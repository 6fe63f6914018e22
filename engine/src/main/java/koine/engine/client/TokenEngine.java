package koine.engine.client;

import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/** An engine spoken to in tokens, where {@link ChatEngine} speaks in messages: what measuring needs. Any thread. */
public interface TokenEngine {
    /**
     * What one completion took, by this side's clock: connection, HTTP and the engine's work together.
     *
     * @param cachedTokens of the prompt's tokens, those that the engine still knew
     * @param firstTokenNanos from the request to the first token
     * @param nanos from the request to the end
     */
    record Completion(int promptTokens, int cachedTokens, int tokens, long firstTokenNanos, long nanos) {}

    /** The model's tokens of a text, none added. */
    int[] tokenize(String text) throws Problem;

    /**
     * Reads exactly these tokens and generates exactly so many, greedily, past any end of turn; blocks until it is done.
     *
     * @param cacheKey of a conversation whose beginning the engine may still know; null reads all of it
     * @throws Problem {@code KOINE-E2xx} as for {@link ChatEngine#chat}
     */
    Completion complete(int[] prompt, int tokens, @Nullable String cacheKey) throws Problem;
}
