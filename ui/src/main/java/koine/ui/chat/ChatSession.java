package koine.ui.chat;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import koine.app.chat.ChatOptions;
import koine.app.chat.ChatService;
import koine.app.conversations.ConversationStore;
import koine.app.conversations.Layer;
import koine.i18n.Problem;
import koine.ui.tasks.Failures;
import koine.ui.tasks.Tasks;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A conversation in the window: its messages, the answer that streams, what is typed but not sent. Lives as long as the
 * window, so an answer goes on while another conversation is looked at. Window's thread only, except inside.
 */
public final class ChatSession {
    private static final Logger LOG = LoggerFactory.getLogger(ChatSession.class);

    private final ChatService chat;
    private final ConversationStore store;
    private final Tasks tasks;
    private final Consumer<ChatSession> onChanged;
    private final ReadOnlyObjectWrapper<@Nullable String> id;
    private final ReadOnlyObjectWrapper<Activity> activity = new ReadOnlyObjectWrapper<>(new Activity.Idle());
    private final ReadOnlyObjectWrapper<@Nullable Problem> problem = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyObjectWrapper<List<Problem>> notices = new ReadOnlyObjectWrapper<>(List.of());
    private final LongConversation tooLong;
    private final ReadOnlyObjectWrapper<ContextMeter.@Nullable Room> room = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyObjectWrapper<List<Layer>> layers = new ReadOnlyObjectWrapper<>(List.of());
    private boolean layersChosen; // and not stored yet
    private final StringProperty draft = new SimpleStringProperty("");
    private final ObservableList<MessageModel> messages = FXCollections.observableArrayList();
    private boolean loaded;
    private boolean reading;
    private @Nullable Problem unreadable;
    private @Nullable Instant seen;
    private int turns;

    /**
     * @param id of a stored conversation; null is one that begins with its first question
     * @param onChanged told on the window's thread when the conversation was stored or its answer ended
     */
    public ChatSession(
            ChatService chat,
            ConversationStore store,
            Tasks tasks,
            @Nullable String id,
            Consumer<ChatSession> onChanged) {
        this.chat = chat;
        this.store = store;
        this.tasks = tasks;
        this.onChanged = onChanged;
        this.id = new ReadOnlyObjectWrapper<>(id);
        this.loaded = id == null;
        this.tooLong = new LongConversation(this, chat.context(), store, tasks);
    }

    public ReadOnlyObjectProperty<@Nullable String> id() {
        return id.getReadOnlyProperty();
    }

    public ReadOnlyObjectProperty<Activity> activity() {
        return activity.getReadOnlyProperty();
    }

    /** What went wrong before there was an answer to show it at. */
    public ReadOnlyObjectProperty<@Nullable Problem> problem() {
        return problem.getReadOnlyProperty();
    }

    /** What there is to know about the engine that answers here. */
    public ReadOnlyObjectProperty<List<Problem>> notices() {
        return notices.getReadOnlyProperty();
    }

    /** What can be done when the conversation does not fit any more. */
    public LongConversation tooLong() {
        return tooLong;
    }

    /** How much of the context the newest answer left. */
    ReadOnlyObjectProperty<ContextMeter.@Nullable Room> room() {
        return room.getReadOnlyProperty();
    }

    /** The layers that the next answer is given with, beside the model. */
    public ReadOnlyObjectProperty<List<Layer>> layers() {
        return layers.getReadOnlyProperty();
    }

    /** From the next answer on; kept with its question. */
    public void chooseLayers(List<Layer> wanted) {
        layersChosen = true;
        layers.set(List.copyOf(wanted));
    }

    /** With the layers that were chosen since the last question. */
    public ChatOptions with(ChatOptions usual) {
        return layersChosen ? usual.withLayers(layers.get()) : usual;
    }

    public StringProperty draft() {
        return draft;
    }

    public ObservableList<MessageModel> messages() {
        return messages;
    }

    public boolean busy() {
        return activity.get().busy();
    }

    /**
     * Reads the stored messages, unless nobody changed them since they were read last. Where the newest question did not
     * fit, what can be done is found out again.
     *
     * @param options of what would be asked; null leaves it at reading, for finding out may load the model
     */
    public void load(@Nullable ChatOptions options) {
        String stored = id.get();
        if (stored == null || reading || (loaded && busy())) {
            return;
        }
        reading = true;
        int turnsBefore = turns;
        Instant known = loaded ? seen : null;
        tasks.run(
                () -> StoredChat.read(store, stored, known),
                found -> {
                    reading = false;
                    if (unreadable != null && unreadable.equals(problem.get())) {
                        problem.set(null);
                    }
                    unreadable = null;
                    found.ifPresent(now -> take(now, turnsBefore));
                    if (options != null && !busy() && overflowed()) {
                        tooLong.findWays(options);
                    }
                },
                e -> {
                    reading = false;
                    failed(e);
                    unreadable = problem.get();
                });
    }

    private void take(StoredChat found, int turnsBefore) {
        List<MessageModel> wanted;
        if (turns == turnsBefore && !busy()) {
            wanted = found.insteadOf(messages);
            seen = found.updatedAt();
        } else if (loaded) {
            return; // a question was asked since: what is shown is newer than what was read
        } else {
            wanted = found.before(messages);
        }
        loaded = true;
        if (!layersChosen) {
            layers.set(found.layers());
        }
        if (!wanted.equals(messages)) {
            messages.setAll(wanted);
        }
        tooLong.read(found.note());
        measure();
    }

    private boolean overflowed() {
        Problem why = messages.isEmpty() ? null : messages.getLast().problem().get();
        return why != null && why.code().equals("KOINE-E202");
    }

    private void measure() {
        room.set(ContextMeter.Room.after(messages));
    }

    /** Has the model go on with an answer that a limit cut off. */
    public void goOn(String question, ChatOptions options) {
        if (!busy()) {
            ask(question, null, options, observer -> chat.ask(id.get(), question, options, observer));
        }
    }

    /** Sends what is typed, unless that is nothing or an answer still runs. */
    public void send(ChatOptions options) {
        String question = draft.get().strip();
        if (question.isEmpty() || busy()) {
            return;
        }
        draft.set("");
        ask(question, null, options, observer -> chat.ask(id.get(), question, options, observer));
    }

    /** Answers the last question anew; the new answer takes the place of the old one. */
    public void retry(ChatOptions options) {
        String stored = id.get();
        if (stored == null || busy() || messages.isEmpty()) {
            return;
        }
        MessageModel last = messages.getLast();
        ask(null, last.fromUser() ? null : last, options, observer -> chat.retry(stored, options, observer));
    }

    /** Stops the running answer; what came stays. */
    public void stop() {
        Activity now = activity.get();
        if (!now.busy() || now instanceof Activity.Stopping) {
            return;
        }
        activity.set(new Activity.Stopping(now));
        askToStop();
    }

    private void askToStop() {
        String stored = id.get();
        if (stored != null) { // else the answer is not known yet, and onStored comes back here
            tasks.background(() -> chat.stop(stored));
        }
    }

    void seen(Activity next) {
        if (!(activity.get() instanceof Activity.Stopping)) {
            activity.set(next);
        }
    }

    void begin(Activity first) {
        problem.set(null);
        activity.set(first);
    }

    void idle() {
        activity.set(new Activity.Idle());
    }

    void noticed(List<Problem> said) {
        notices.set(said);
    }

    /** A question and its empty answer are on disk. */
    void stored(String conversationId, ChatOptions options) {
        id.set(conversationId);
        if (layers.get().equals(options.layers())) {
            layersChosen = false;
        }
        if (activity.get() instanceof Activity.Stopping) {
            askToStop();
        }
        onChanged.accept(this);
    }

    /** An answer has ended, well or not. */
    void ended() {
        measure();
        idle();
        onChanged.accept(this);
    }

    void failed(Exception e) {
        problem.set(Failures.problem(e, LOG, "unexpected failure in a conversation"));
    }

    /** How many questions were asked since the window was opened. */
    int turns() {
        return turns;
    }

    private void ask(
            @Nullable String question, @Nullable MessageModel replaced, ChatOptions options, Asking.Service service) {
        turns++;
        tooLong.asked();
        new Asking(this, tasks, question, replaced, options).start(service);
    }
}
