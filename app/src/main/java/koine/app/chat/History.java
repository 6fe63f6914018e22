package koine.app.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import koine.app.conversations.ContextNote;
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
            if (question) {
                add(seen, message.content());
            } else {
                Message.Reasoning thoughts = message.reasoning();
                seen.add(new ChatMessage(message.role(), message.content(), thoughts == null ? null : thoughts.text()));
            }
        }
        return List.copyOf(seen);
    }

    /** As far as a note lets it be sent, with the note's summary before its first question. */
    static List<ChatMessage> of(Optional<String> system, List<Message> path, Optional<ContextNote> note) {
        int first = firstSent(path, note);
        if (first == 0) {
            return of(system, path); // also when the note is of another branch of the conversation
        }
        String summary = note.map(ContextNote::summary).orElse(null);
        return of(system, path.subList(first, path.size()), summary);
    }

    static List<ChatMessage> of(
            Optional<String> system, List<Message> path, @org.jspecify.annotations.Nullable String summary) {
        List<ChatMessage> seen = new ArrayList<>(of(system, path));
        if (summary != null) {
            int question = system.isPresent() ? 1 : 0;
            seen.set(
                    question,
                    new ChatMessage(
                            "user",
                            SummaryWords.before(summary, seen.get(question).content())));
        }
        return List.copyOf(seen);
    }

    /** @return 0 when all is sent */
    static int firstSent(List<Message> path, Optional<ContextNote> note) {
        for (int i = 0; i < path.size(); i++) {
            if (note.isPresent() && path.get(i).id().equals(note.get().firstSentId())) {
                return i;
            }
        }
        return 0;
    }

    /** With one more question at the end. */
    static List<ChatMessage> ask(List<ChatMessage> seen, String question) {
        List<ChatMessage> asked = new ArrayList<>(seen);
        add(asked, question);
        return List.copyOf(asked);
    }

    private static void add(List<ChatMessage> seen, String question) {
        ChatMessage last = seen.isEmpty() ? null : seen.getLast();
        if (last != null && last.role().equals("user")) {
            seen.set(seen.size() - 1, new ChatMessage("user", join(last.content(), question)));
        } else {
            seen.add(new ChatMessage("user", question));
        }
    }

    private static String join(String earlier, String later) {
        return earlier.equals(later) ? later : earlier + "\n\n" + later;
    }
}
