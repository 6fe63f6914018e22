package koine.app.conversations;

import java.util.List;
import java.util.Optional;

/** Conversations and messages on disk. Blocking; any thread. Shared with other processes of the same user. */
public interface ConversationStore {
    /** The latest first. */
    List<Conversation> list();

    Optional<Conversation> find(String conversationId);

    /** The messages from the first question to the newest answer (of sibling answers the newest), in order. */
    List<Message> messages(String conversationId);

    /** Every message, siblings too, in the order of their making. */
    List<Message> allMessages(String conversationId);

    /** The system prompt that a conversation was begun with. */
    default Optional<String> systemPrompt(String conversationId) {
        return Optional.empty();
    }

    /** From where on the conversation is sent to the model, when not from its beginning. */
    default Optional<ContextNote> contextNote(String conversationId) {
        return Optional.empty();
    }

    /** The context that was chosen for the conversation, in tokens; 0 is the engine's usual one. */
    default int contextTokens(String conversationId) {
        return 0;
    }

    /** The layers that the conversation is answered with, beside its model; none is the model alone. */
    default List<Layer> layers(String conversationId) {
        return List.of();
    }

    void rename(String conversationId, String title);

    void delete(String conversationId);
}
