package koine.engine.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param id chosen by the caller: 1 to 128 of {@code A-Z a-z 0-9 . _ -}, never used before; names the request to
 *     {@link ChatEngine#cancel}
 * @param cacheKey requests with the same key may reuse what the engine has already read (OpenAI's
 *     {@code prompt_cache_key}; here the conversation's id); null reads everything anew
 * @param maxTokens most tokens of the answer; null is as many as the context holds
 */
public record ChatRequest(
        String id,
        List<ChatMessage> messages,
        Sampling sampling,
        @Nullable Integer maxTokens,
        @Nullable String cacheKey) {}
