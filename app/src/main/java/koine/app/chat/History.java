package koine.app.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import koine.app.conversations.Message;
import koine.app.conversations.MessageState;
import koine.engine.client.ChatMessage;

/** What the model sees of a conversation. */
final class History {
    private History() {}

    /**
     * The system prompt, then questions and answers in turn. Failed and empty answers are left out; a question that got
     * no answer is put together with the next one, for many models' templates refuse two questions in a row.
     *
     * @param path the conversation up to and with the question to answer
     */
    static List<ChatMessage> of(Optional<String> system, List<Message> path) {
        List<ChatMessage> seen = new ArrayList<>();
        system.ifPresent(prompt -> seen.add(new ChatMessage("system", prompt)));
        for (Message message : path) {
            boolean question = message.role().equals("user");
            if (!question && (message.content().isEmpty() || message.state() == MessageState.FAILED)) {
                continue;
            }
            ChatMessage last = seen.isEmpty() ? null : seen.getLast();
            if (question && last != null && last.role().equals("user")) {
                seen.set(seen.size() - 1, new ChatMessage("user", join(last.content(), message.content())));
            } else {
                seen.add(new ChatMessage(message.role(), message.content()));
            }
        }
        return List.copyOf(seen);
    }

    private static String join(String earlier, String later) {
        return earlier.equals(later) ? later : earlier + "\n\n" + later;
    }
}
