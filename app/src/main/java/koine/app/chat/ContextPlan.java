package koine.app.chat;

import koine.app.conversations.ContextNote;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/**
 * What is done about a conversation that has grown too long for its model ({@code KOINE-E202}). Nothing is ever left out
 * without having been asked for here; after it, {@link ChatService#retry} answers the question. The engine counts all
 * tokens; methods block, and load the model when it is not.
 */
public interface ContextPlan {
    /** @throws Problem {@code KOINE-E…}: there is no engine to count */
    Overflow examine(String conversationId, ChatOptions options) throws Problem;

    /**
     * Stops sending the oldest messages: as many as needed for the rest to fit with an answer, never the system prompt
     * nor the newest question. They stay stored and visible.
     *
     * @throws Problem {@code KOINE-C111} the question alone is too long
     */
    ContextNote dropOldest(String conversationId, ChatOptions options) throws Problem;

    /**
     * Gives the conversation a larger context from its next question on: the engine is started anew with it.
     *
     * @throws Problem {@code KOINE-C113} the model was not made for so many
     */
    void enlarge(String conversationId, int contextTokens, ChatOptions options) throws Problem;

    /**
     * Has the model summarize the oldest messages, in their own language; the summary is sent in their place.
     * {@link ChatService#stop} gives it up.
     *
     * @param observer hears the model read and the summary come
     * @return null when it was given up
     * @throws Problem {@code KOINE-C111} the question alone is too long, {@code KOINE-C112} a message is too long to be
     *     summarized
     */
    @Nullable
    ContextNote summarize(String conversationId, ChatOptions options, ChatObserver observer) throws Problem;

    /** Takes back what {@link #dropOldest} or {@link #summarize} did last. */
    void undo(String conversationId) throws Problem;
}
