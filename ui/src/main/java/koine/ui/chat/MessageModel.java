package koine.ui.chat;

import java.util.Locale;
import java.util.Map;
import javafx.beans.property.ReadOnlyLongProperty;
import javafx.beans.property.ReadOnlyLongWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import koine.app.conversations.Message;
import koine.app.conversations.MessageState;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/** One message as it is shown; an answer that streams changes. Window's thread only. */
public final class MessageModel {
    private final ReadOnlyObjectWrapper<Message> stored;
    private final ReadOnlyStringWrapper text;
    private final ReadOnlyObjectWrapper<MessageState> state;
    private final ReadOnlyStringWrapper reasoning;
    private final ReadOnlyLongWrapper thoughtMillis;
    private final ReadOnlyObjectWrapper<@Nullable Problem> problem = new ReadOnlyObjectWrapper<>();

    public MessageModel(Message message) {
        stored = new ReadOnlyObjectWrapper<>(message);
        text = new ReadOnlyStringWrapper(message.content());
        state = new ReadOnlyObjectWrapper<>(message.state());
        Message.Reasoning thoughts = message.reasoning();
        reasoning = new ReadOnlyStringWrapper(thoughts == null ? "" : thoughts.text());
        thoughtMillis = new ReadOnlyLongWrapper(
                thoughts == null || message.state() == MessageState.STREAMING ? -1 : thoughts.millis());
        problem.set(tooLong(message));
    }

    /** Why a stored answer failed, where that was kept. */
    private static @Nullable Problem tooLong(Message message) {
        Message.Ending ending = message.ending();
        return ending == null || !ending.finish().equals(Message.Ending.OVERFLOW)
                ? null
                : new Problem(
                        "KOINE-E202",
                        Map.of("promptTokens", message.usedTokens(), "contextTokens", ending.contextTokens()));
    }

    /** What the model thought before its answer; empty when it did not. */
    public ReadOnlyStringProperty reasoning() {
        return reasoning.getReadOnlyProperty();
    }

    /** How long it thought; negative while it does. */
    public ReadOnlyLongProperty thoughtMillis() {
        return thoughtMillis.getReadOnlyProperty();
    }

    /** The message as it was stored last; of a streaming answer the text is in {@link #text()}. */
    public ReadOnlyObjectProperty<Message> stored() {
        return stored.getReadOnlyProperty();
    }

    public boolean fromUser() {
        return stored.get().role().toLowerCase(Locale.ROOT).equals("user");
    }

    public ReadOnlyStringProperty text() {
        return text.getReadOnlyProperty();
    }

    public ReadOnlyObjectProperty<MessageState> state() {
        return state.getReadOnlyProperty();
    }

    /** Why the answer failed or broke off, where that is known. */
    public ReadOnlyObjectProperty<@Nullable Problem> problem() {
        return problem.getReadOnlyProperty();
    }

    /** Whether a person sees {@code message} when this is drawn. */
    boolean shows(Message message) {
        return message.content().equals(text.get()) && message.state() == state.get();
    }

    void take(Arrival.News news) {
        if (!news.thoughts().isEmpty()) {
            reasoning.set(reasoning.get() + news.thoughts());
        }
        if (news.thoughtMillis() >= 0) {
            thoughtMillis.set(news.thoughtMillis());
        }
        if (!news.text().isEmpty()) {
            text.set(text.get() + news.text());
        }
    }

    void end(Message message) {
        stored.set(message);
        if (!message.content().equals(text.get())) {
            text.set(message.content());
        }
        Message.Reasoning thoughts = message.reasoning();
        if (thoughts != null) {
            reasoning.set(thoughts.text());
            thoughtMillis.set(thoughts.millis());
        }
        state.set(message.state());
    }

    void fail(@Nullable Problem why) {
        problem.set(why);
        if (state.get() == MessageState.STREAMING) {
            state.set(text.get().isBlank() ? MessageState.FAILED : MessageState.INTERRUPTED);
        }
    }
}
