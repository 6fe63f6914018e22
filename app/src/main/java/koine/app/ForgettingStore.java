package koine.app;

import java.util.List;
import java.util.Optional;
import koine.app.conversations.ContextNote;
import koine.app.conversations.Conversation;
import koine.app.conversations.ConversationStore;
import koine.app.conversations.Message;
import koine.engine.client.ConversationForgetter;

/** Conversations whose deletion also empties the memory of engines, and what those keep on disk. */
record ForgettingStore(ConversationStore store, ConversationForgetter engines) implements ConversationStore {
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
    public void rename(String conversationId, String title) {
        store.rename(conversationId, title);
    }

    /** First its words: when they are gone, nobody asks for them again, and what an engine holds only ages. */
    @Override
    public void delete(String conversationId) {
        store.delete(conversationId);
        engines.forget(conversationId);
    }
}
