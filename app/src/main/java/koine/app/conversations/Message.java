package koine.app.conversations;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * @param parentId the message this one follows; null for the first
 * @param role {@code system}, {@code user} or {@code assistant}
 * @param model id of the model that answered; null for the user's messages
 * @param language BCP 47 tag of the text where known
 */
public record Message(
        String id,
        String conversationId,
        @Nullable String parentId,
        String role,
        String content,
        @Nullable String model,
        @Nullable String language,
        MessageState state,
        Instant createdAt,
        @Nullable Timings timings) {

    /** Tokens and milliseconds of an answer, as the engine measured them. */
    public record Timings(
            int promptTokens, int cachedTokens, int answerTokens, double promptMillis, double answerMillis) {}
}
