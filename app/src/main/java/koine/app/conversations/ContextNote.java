package koine.app.conversations;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where what is sent of a long conversation begins. What comes before stays stored and visible.
 *
 * @param firstSentId the oldest message that is still sent, a question
 * @param summary what is sent in place of the messages before it; null is nothing
 */
public record ContextNote(
        String id,
        String conversationId,
        String firstSentId,
        @Nullable String summary,
        Instant createdAt) {}
