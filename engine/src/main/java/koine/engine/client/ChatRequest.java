package koine.engine.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param id chosen by the caller: 1 to 128 of {@code A-Z a-z 0-9 . _ -}, never used before; names the request to
 *     {@link ChatEngine#cancel}
 * @param cacheKey requests with the same key may reuse what the engine has already read (OpenAI's
 *     {@code prompt_cache_key}; here the conversation's id); null reads everything anew
 * @param maxTokens most tokens of the answer; null is as many as the context holds
 * @param thinking whether the model is to think before it answers; null is the model's usual
 * @param keepOnDisk whether what was read may be kept on disk for a day, so that it need not be read again after a
 *     restart; never for a conversation that is not saved itself
 * @param goesOn whether the last message is the begin of the answer, and what comes is the rest; only for an engine that is
 *     {@link EngineFacts#extended}
 * @param adapters beside the model, for Koine's own engine only; what was read is shared between requests with the same
 *     ones alone
 */
public record ChatRequest(
        String id,
        List<ChatMessage> messages,
        Sampling sampling,
        @Nullable Integer maxTokens,
        @Nullable String cacheKey,
        @Nullable Boolean thinking,
        boolean keepOnDisk,
        boolean goesOn,
        List<ChatAdapter> adapters) {
    public ChatRequest {
        adapters = List.copyOf(adapters);
    }

    /** For an answer from its begin. */
    public ChatRequest(
            String id,
            List<ChatMessage> messages,
            Sampling sampling,
            @Nullable Integer maxTokens,
            @Nullable String cacheKey,
            @Nullable Boolean thinking,
            boolean keepOnDisk) {
        this(id, messages, sampling, maxTokens, cacheKey, thinking, keepOnDisk, false, List.of());
    }

    /** Kept in memory only. */
    public ChatRequest(
            String id,
            List<ChatMessage> messages,
            Sampling sampling,
            @Nullable Integer maxTokens,
            @Nullable String cacheKey) {
        this(id, messages, sampling, maxTokens, cacheKey, null, false);
    }

    public ChatRequest withAdapters(List<ChatAdapter> wanted) {
        return new ChatRequest(id, messages, sampling, maxTokens, cacheKey, thinking, keepOnDisk, goesOn, wanted);
    }
}
