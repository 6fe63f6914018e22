package koine.engine.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Text generation over one loaded model and one context. Not thread-safe: one named platform thread owns it (it owns
 * the llama context); only {@link Cancel} may be used from other threads.
 */
public interface Generator extends AutoCloseable {
    /** What the loaded model is. */
    ModelInfo model();

    /**
     * Reads the prompt (reusing what it shares with the last one of the same cache key) and generates.
     *
     * @throws ContextOverflowException when the prompt leaves no room for an answer
     * @throws IllegalArgumentException when a number is outside its range or the prompt is empty
     * @throws GenerationException when llama.cpp reports a failure
     */
    Outcome generate(Request request, Cancel cancel, Sink sink);

    @Override
    void close();

    /**
     * @param contextTokens the context in use, in tokens
     * @param chatTemplate {@code tokenizer.chat_template} of the file, if it has one
     * @param bosToken text of the beginning-of-sequence token, "" when there is none
     */
    record ModelInfo(
            String description,
            String architecture,
            long parameters,
            long bytes,
            int contextTokens,
            int trainedContextTokens,
            @Nullable String chatTemplate,
            String bosToken,
            String eosToken) {}

    /**
     * @param prompt rendered by the chat template; control tokens in it are recognised
     * @param topK 0 or less is all
     * @param maxTokens most tokens of the answer; negative is as many as the context holds
     * @param stop texts that end the answer and are not part of it
     */
    record Request(
            String prompt,
            double temperature,
            int topK,
            double topP,
            double minP,
            long seed,
            int maxTokens,
            List<String> stop,
            @Nullable String cacheKey) {}

    /** Hears the generation on the owner's thread. */
    interface Sink {
        void onPromptProgress(int processed, int cached, int total);

        /** Whole characters only. */
        void onText(String text);
    }

    /** Set once, from any thread; honoured within half a second, in mid-prompt too. */
    interface Cancel {
        boolean isCancelled();
    }

    enum Finish {
        STOP,
        LENGTH,
        CANCELLED
    }

    record Outcome(
            Finish finish,
            int promptTokens,
            int cachedTokens,
            int answerTokens,
            double promptMillis,
            double answerMillis) {}
}
