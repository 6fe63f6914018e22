package koine.app.chat;

import java.util.List;
import koine.app.conversations.ChatTurn;
import koine.app.conversations.Message;
import koine.engine.client.ChatResult;
import koine.engine.client.EngineFacts;
import koine.i18n.Problem;

/** Hears a question being answered, on the thread that called {@link ChatService}. */
public interface ChatObserver {
    /** The question is on disk. The answer's message exists, empty, and streams from now on. */
    default void onStored(ChatTurn turn) {}

    /** The engine is loading the model, 0 to 1. */
    default void onLoadProgress(double fraction) {}

    /** An engine is there to answer, with its model loaded. */
    default void onEngine(EngineFacts facts) {}

    /**
     * All that a person should know about the engine although it answers, said once to each of its conversations: memory is
     * short, so the conversation can hold less ({@code KOINE-E112}), or the model leaves memory sooner
     * ({@code KOINE-E114}); why it is not computed where it could be ({@code KOINE-G1xx}). What was said of an engine before
     * it is over.
     *
     * @param notices empty when there is nothing to know
     */
    default void onNotices(List<Problem> notices) {}

    /** The model is reading. Tokens. */
    default void onPromptProgress(int processed, int cached, int total) {}

    /** More of what the model thinks before it answers. */
    default void onReasoning(String text) {}

    /** More of the answer. */
    default void onText(String text) {}

    /** The engine has ended the answer by itself or on request; {@link #onEnd} follows. Not called when it failed. */
    default void onResult(ChatResult result) {}

    /** The answer's message as it was stored at its end: complete, interrupted or failed. */
    default void onEnd(Message answer) {}
}
