package koine.app.chat;

import org.jspecify.annotations.Nullable;

/**
 * A conversation beside the room there is for it, and what can be done.
 *
 * @param promptTokens what would have to be read
 * @param contextTokens the room
 * @param oldMessages how many of the oldest messages have to go for the rest to fit with an answer; 0 when the question
 *     alone is too long
 * @param larger null when the model was not made for a context that would help
 */
public record Overflow(
        int promptTokens,
        int contextTokens,
        int oldMessages,
        @Nullable Larger larger) {
    /**
     * @param contextTokens the smallest doubling that holds the conversation with an answer, never more than trained
     * @param moreBytes memory it takes beyond what is taken now
     */
    public record Larger(int contextTokens, long moreBytes) {}
}
