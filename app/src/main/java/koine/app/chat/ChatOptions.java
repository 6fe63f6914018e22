package koine.app.chat;

import java.util.List;
import koine.app.conversations.Layer;
import koine.engine.client.Sampling;
import org.jspecify.annotations.Nullable;

/**
 * @param model name or path of the model; null is the chosen one, else the preferred one
 * @param language BCP 47 tag of the language that the answer is wanted in, stored with it; null is not known
 * @param system system prompt of a new conversation; null is none
 * @param maxTokens most tokens of the answer; null is {@link AnswerDefaults}'
 * @param save false keeps the turn, and the conversation it begins or goes on with, in memory only
 * @param thinking whether the model is to think before it answers, where it can do both; null is its usual
 * @param contextTokens room wanted for the conversation, remembered with it; 0 is the conversation's own, else the
 *     engine's usual
 * @param layers beside the model, remembered with the conversation; null are the conversation's own
 * @param brief whether one answer is wanted and no more: an engine that is started for it need not be the quickest writer
 */
public record ChatOptions(
        @Nullable String model,
        @Nullable String language,
        @Nullable String system,
        Sampling sampling,
        @Nullable Integer maxTokens,
        boolean save,
        @Nullable Boolean thinking,
        int contextTokens,
        @Nullable List<Layer> layers,
        boolean brief) {
    public static final ChatOptions DEFAULT = new ChatOptions(null, null, null, Sampling.DEFAULT, null, true);

    /** With the conversation's own layers. */
    public ChatOptions(
            @Nullable String model,
            @Nullable String language,
            @Nullable String system,
            Sampling sampling,
            @Nullable Integer maxTokens,
            boolean save,
            @Nullable Boolean thinking,
            int contextTokens) {
        this(model, language, system, sampling, maxTokens, save, thinking, contextTokens, null, false);
    }

    /** With the model's usual thinking and the usual context. */
    public ChatOptions(
            @Nullable String model,
            @Nullable String language,
            @Nullable String system,
            Sampling sampling,
            @Nullable Integer maxTokens,
            boolean save) {
        this(model, language, system, sampling, maxTokens, save, null, 0);
    }

    /** Without a wanted language. */
    public ChatOptions(
            @Nullable String model,
            @Nullable String system,
            Sampling sampling,
            @Nullable Integer maxTokens,
            boolean save) {
        this(model, null, system, sampling, maxTokens, save);
    }

    public ChatOptions withThinking(@Nullable Boolean wanted) {
        return new ChatOptions(
                model, language, system, sampling, maxTokens, save, wanted, contextTokens, layers, brief);
    }

    public ChatOptions withContext(int tokens) {
        return new ChatOptions(model, language, system, sampling, maxTokens, save, thinking, tokens, layers, brief);
    }

    public ChatOptions withLayers(@Nullable List<Layer> wanted) {
        return new ChatOptions(
                model, language, system, sampling, maxTokens, save, thinking, contextTokens, wanted, brief);
    }
}
