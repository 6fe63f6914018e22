package koine.engine.client;

/** Hears a running request, on the thread that called {@link ChatEngine#chat}. */
public interface ChatListener {
    /**
     * How much of the prompt has been read, in tokens.
     *
     * @param cached of those processed, how many came from the prefix cache
     */
    default void onPromptProgress(int processed, int cached, int total) {}

    /** More of what the model thinks before it answers; never a broken character. */
    default void onReasoning(String text) {}

    /** More text of the answer; never a broken character. */
    void onText(String text);
}
