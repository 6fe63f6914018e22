package koine.app.chat;

import koine.engine.client.Sampling;
import org.jspecify.annotations.Nullable;

/**
 * @param model name or path of the model; null is the chosen one, else the preferred one
 * @param language BCP 47 tag of the language that the answer is wanted in, stored with it; null is not known
 * @param system system prompt of a new conversation; null is none
 * @param maxTokens most tokens of the answer; null is no limit of ours
 * @param save false keeps the turn, and the conversation it begins or goes on with, in memory only
 */
public record ChatOptions(
        @Nullable String model,
        @Nullable String language,
        @Nullable String system,
        Sampling sampling,
        @Nullable Integer maxTokens,
        boolean save) {
    public static final ChatOptions DEFAULT = new ChatOptions(null, null, null, Sampling.DEFAULT, null, true);

    /** Without a wanted language. */
    public ChatOptions(
            @Nullable String model,
            @Nullable String system,
            Sampling sampling,
            @Nullable Integer maxTokens,
            boolean save) {
        this(model, null, system, sampling, maxTokens, save);
    }
}
