package koine.ui.chat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import koine.app.conversations.ContextNote;
import koine.app.conversations.Conversation;
import koine.app.conversations.ConversationStore;
import koine.app.conversations.Layer;
import koine.app.conversations.Message;
import org.jspecify.annotations.Nullable;

/** A conversation as it was read. */
record StoredChat(Instant updatedAt, List<Message> messages, Optional<ContextNote> note, List<Layer> layers) {
    /**
     * Blocks on the disk.
     *
     * @param known what was read last; null when nothing was
     * @return empty when there is nothing newer
     */
    static Optional<StoredChat> read(ConversationStore store, String id, @Nullable Instant known) {
        return store.find(id)
                .map(Conversation::updatedAt) // read first: what is written meanwhile is found the next time
                .filter(updatedAt -> !updatedAt.equals(known))
                .map(updatedAt ->
                        new StoredChat(updatedAt, store.messages(id), store.contextNote(id), store.layers(id)));
    }

    /** In place of what is shown; what did not change stays the same model. */
    List<MessageModel> insteadOf(List<MessageModel> shown) {
        Map<String, MessageModel> byId = byId(shown);
        List<MessageModel> wanted = new ArrayList<>();
        for (Message message : messages) {
            MessageModel model = byId.get(message.id());
            wanted.add(model != null && model.shows(message) ? model : new MessageModel(message));
        }
        return wanted;
    }

    /** What is shown, with all before it that is not. */
    List<MessageModel> before(List<MessageModel> shown) {
        Map<String, MessageModel> byId = byId(shown);
        List<MessageModel> wanted = new ArrayList<>();
        for (Message message : messages) {
            if (!byId.containsKey(message.id())) {
                wanted.add(new MessageModel(message));
            }
        }
        wanted.addAll(shown);
        return wanted;
    }

    private static Map<String, MessageModel> byId(List<MessageModel> shown) {
        Map<String, MessageModel> byId = new HashMap<>();
        shown.forEach(model -> byId.put(model.stored().get().id(), model));
        return byId;
    }
}
