package koine.app.chat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import koine.app.conversations.ContextNote;
import koine.app.conversations.Conversation;
import koine.app.conversations.ConversationStore;
import koine.app.conversations.Layer;
import koine.app.conversations.Message;
import koine.app.conversations.StorageException;
import koine.engine.client.ConversationForgetter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Conversations whose deletion also empties the memory of engines, and what those keep on disk. */
public record ForgettingStore(ConversationStore store, ConversationForgetter engines) implements ConversationStore {
    private static final Logger LOG = LoggerFactory.getLogger(ForgettingStore.class);

    @Override
    public List<Conversation> list() {
        return store.list();
    }

    @Override
    public Optional<Conversation> find(String conversationId) {
        return store.find(conversationId);
    }

    @Override
    public List<Message> messages(String conversationId) {
        return store.messages(conversationId);
    }

    @Override
    public List<Message> allMessages(String conversationId) {
        return store.allMessages(conversationId);
    }

    @Override
    public Optional<String> systemPrompt(String conversationId) {
        return store.systemPrompt(conversationId);
    }

    @Override
    public Optional<ContextNote> contextNote(String conversationId) {
        return store.contextNote(conversationId);
    }

    @Override
    public int contextTokens(String conversationId) {
        return store.contextTokens(conversationId);
    }

    @Override
    public List<Layer> layers(String conversationId) {
        return store.layers(conversationId);
    }

    @Override
    public void rename(String conversationId, String title) {
        store.rename(conversationId, title);
    }

    /** First its words: when they are gone, nobody asks for them again, and what an engine holds only ages. */
    @Override
    public void delete(String conversationId) {
        store.delete(conversationId);
        if (!engines.forget(conversationId)) {
            LOG.warn("something of a deleted conversation may be left until the next sweep");
        }
        sweep();
    }

    /** Deletes what engines left on disk of conversations that are not here any more. */
    public void sweep() {
        if (engines.hasSnapshots()) {
            try {
                engines.sweep(list().stream().map(Conversation::id).collect(Collectors.toSet()));
            } catch (StorageException e) {
                LOG.warn("nothing was swept: {}", e.problem().code()); // not knowing what is kept
            } catch (RejectedExecutionException e) {
                LOG.debug("the program ended before its sweep");
            }
        }
    }
}
