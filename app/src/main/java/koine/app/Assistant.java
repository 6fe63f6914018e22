package koine.app;

import koine.app.chat.ChatService;
import koine.app.conversations.ConversationStore;
import koine.models.ModelStore;

/**
 * The composition root's product: the assistant's parts, made by hand in one place ({@code Koine}) and closed with it.
 */
public interface Assistant extends AutoCloseable {
    ChatService chat();

    ConversationStore conversations();

    ModelStore models();

    /** Language, theme and the like, in a small file of the profile. */
    Settings settings();

    Folders folders();

    @Override
    void close();
}
