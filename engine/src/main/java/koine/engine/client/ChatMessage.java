package koine.engine.client;

import org.jspecify.annotations.Nullable;

/**
 * One turn of a conversation as the model sees it.
 *
 * @param role {@code system}, {@code user} or {@code assistant}
 * @param reasoning what the model thought before an answer; null when it did not, or it is not known. The model's
 *     template decides how much of it is read again
 */
public record ChatMessage(
        String role, String content, @Nullable String reasoning) {
    public ChatMessage(String role, String content) {
        this(role, content, null);
    }
}
