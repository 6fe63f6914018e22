package koine.app.chat;

import koine.engine.client.Sampling;
import org.jspecify.annotations.Nullable;

/**
 * @param model name or path of the model; null is the preferred one
 * @param system system prompt of a new conversation; null is none
 * @param maxTokens most tokens of the answer; null is no limit of ours
 * @param save false keeps the turn in memory only
 */
public record ChatOptions(
        @Nullable String model,
        @Nullable String system,
        Sampling sampling,
        @Nullable Integer maxTokens,
        boolean save) {
    public static final ChatOptions DEFAULT = new ChatOptions(null, null, Sampling.DEFAULT, null, true);
}
