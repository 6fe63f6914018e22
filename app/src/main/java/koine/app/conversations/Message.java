package koine.app.conversations;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param parentId the message this one follows; null for the first
 * @param role {@code system}, {@code user} or {@code assistant}
 * @param model id of the model that answered; null for the user's messages
 * @param language BCP 47 tag of the text where known
 * @param reasoning what the model thought before its answer; null when it did not
 * @param ending how the engine ended the answer; null while it streams, when the engine did not get to its end, and of
 *     questions
 * @param layers that it was answered with, beside the model; null where that is not known, and of questions
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
        @Nullable Timings timings,
        @Nullable Reasoning reasoning,
        @Nullable Ending ending,
        @Nullable List<Layer> layers) {

    /** Without thoughts or a known end. */
    public Message(
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
        this(id, conversationId, parentId, role, content, model, language, state, createdAt, timings, null, null, null);
    }

    /** Tokens and milliseconds of an answer, as the engine measured them. */
    public record Timings(
            int promptTokens, int cachedTokens, int answerTokens, double promptMillis, double answerMillis) {}

    /** @param millis from the first thought to the first word of the answer, or to the end when there is none */
    public record Reasoning(String text, long millis) {}

    /**
     * @param finish {@code stop}, {@code length} (the limit of the answer or of the context was reached),
     *     {@code cancelled}, or {@code overflow}: the conversation was too long to be answered
     * @param contextTokens room of the context; 0 when unknown
     */
    public record Ending(String finish, int contextTokens) {
        public static final String LENGTH = "length";
        public static final String OVERFLOW = "overflow";
    }

    /** Tokens of the conversation with this answer; 0 when unknown. */
    public int usedTokens() {
        return timings == null ? 0 : timings.promptTokens() + timings.answerTokens();
    }
}
