package koine.app.conversations;

import java.time.Instant;

/** A conversation without its messages. The title is the beginning of the first question. */
public record Conversation(String id, String title, int messageCount, Instant createdAt, Instant updatedAt) {}
