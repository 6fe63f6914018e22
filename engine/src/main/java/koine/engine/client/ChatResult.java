package koine.engine.client;

/**
 * How a request ended.
 *
 * @param promptTokens tokens of the whole prompt, the cached ones included
 * @param cachedTokens of these, reused from the prefix cache
 * @param answerTokens tokens generated
 * @param promptMillis time from start of reading to the first token
 * @param answerMillis time from the first token to the last
 * @param reasoning all that the model thought before its answer; empty when it did not
 */
public record ChatResult(
        Finish finish,
        int promptTokens,
        int cachedTokens,
        int answerTokens,
        double promptMillis,
        double answerMillis,
        String reasoning) {
    /** Of a model that does not think. */
    public ChatResult(
            Finish finish,
            int promptTokens,
            int cachedTokens,
            int answerTokens,
            double promptMillis,
            double answerMillis) {
        this(finish, promptTokens, cachedTokens, answerTokens, promptMillis, answerMillis, "");
    }

    /** Why the answer ended. */
    public enum Finish {
        /** The model said it was done. */
        STOP,
        /** The token limit or the end of the context was reached. */
        LENGTH,
        /** Somebody cancelled. */
        CANCELLED
    }
}
