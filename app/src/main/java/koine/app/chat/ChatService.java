package koine.app.chat;

import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import koine.app.conversations.Message;
import koine.engine.client.EngineFacts;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Asks questions: stores the question, asks the engine, stores the answer as it streams. Methods block; call them on a
 * virtual or background thread. One running answer per conversation.
 */
public interface ChatService {
    /**
     * @param conversationId null begins a new conversation
     * @return the answer as stored. An interrupted answer is a result, not an exception, when the user stopped it
     * @throws Problem when the model is missing, or the engine failed; what was received is stored as interrupted or failed first
     */
    Message ask(@Nullable String conversationId, String question, ChatOptions options, ChatObserver observer)
            throws Problem;

    /** Answers the last question of a conversation anew; the former answer is kept as a sibling. */
    Message retry(String conversationId, ChatOptions options, ChatObserver observer) throws Problem;

    /**
     * Begins to load the model that a question with these options would use, so that its answer comes sooner. Returns
     * at once. A failure is not told here: the next question meets it and says why.
     *
     * @param progress hears the load from 0 to 1, on a thread of the load; 1 at its end, also of a failed one
     */
    default void prepare(ChatOptions options, DoubleConsumer progress) {}

    /**
     * As {@link #prepare(ChatOptions, DoubleConsumer)}.
     *
     * @param ready hears once what the engine says of the model, on a thread of the load; not when it cannot be loaded
     */
    default void prepare(ChatOptions options, DoubleConsumer progress, Consumer<EngineFacts> ready) {
        prepare(options, progress);
    }

    /** What can be done when a conversation is too long for its model. */
    ContextPlan context();

    /** Stops the running answer of a conversation within half a second; what was received stays, as interrupted. */
    void stop(String conversationId);
}
