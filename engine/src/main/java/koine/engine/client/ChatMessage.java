package koine.engine.client;

/**
 * One turn of a conversation as the model sees it.
 *
 * @param role {@code system}, {@code user} or {@code assistant}
 */
public record ChatMessage(String role, String content) {}
