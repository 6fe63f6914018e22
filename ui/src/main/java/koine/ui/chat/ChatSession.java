package koine.ui.chat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import koine.app.chat.ChatObserver;
import koine.app.chat.ChatOptions;
import koine.app.chat.ChatService;
import koine.app.conversations.ChatTurn;
import koine.app.conversations.Conversation;
import koine.app.conversations.ConversationStore;
import koine.app.conversations.Message;
import koine.i18n.Problem;
import koine.ui.tasks.Failures;
import koine.ui.tasks.Tasks;
import koine.ui.tasks.Throttle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A conversation in the window: its messages, the answer that streams, what is typed but not sent. Lives as long as the
 * window, so an answer goes on while another conversation is looked at. Window's thread only, except inside.
 */
public final class ChatSession {
    private static final Logger LOG = LoggerFactory.getLogger(ChatSession.class);

    /** At most twenty repaints a second: text arrives faster, and every repaint takes time from the model. */
    static final Duration REPAINT_INTERVAL = Duration.ofMillis(50);

    private final ChatService chat;
    private final ConversationStore store;
    private final Tasks tasks;
    private final Consumer<ChatSession> onChanged;
    private final ReadOnlyObjectWrapper<@Nullable String> id;
    private final ReadOnlyObjectWrapper<Activity> activity = new ReadOnlyObjectWrapper<>(new Activity.Idle());
    private final ReadOnlyObjectWrapper<@Nullable Problem> problem = new ReadOnlyObjectWrapper<>();
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

    public StringProperty draft() {
        return draft;
    }

    public ObservableList<MessageModel> messages() {
        return messages;
    }

    public boolean busy() {
        return activity.get().busy();
    }

    /** Reads the stored messages, unless nobody changed them since they were read last. */
    public void load() {
        String stored = id.get();
        if (stored == null || reading || (loaded && busy())) {
            return;
        }
        reading = true;
        int turnsBefore = turns;
        Instant known = loaded ? seen : null;
        tasks.run(
                () -> read(stored, known),
                found -> {
                    reading = false;
                    if (unreadable != null && unreadable.equals(problem.get())) {
                        problem.set(null);
                    }
                    unreadable = null;
                    found.ifPresent(now -> take(now, turnsBefore));
                },
                e -> {
                    reading = false;
                    failed(e);
                    unreadable = problem.get();
                });
    }

    private record Found(Instant updatedAt, List<Message> messages) {}

    /** Empty when there is nothing newer. In the background. */
    private Optional<Found> read(String stored, @Nullable Instant known) {
        return store.find(stored)
                .map(Conversation::updatedAt) // read first: what is written meanwhile is found the next time
                .filter(updatedAt -> !updatedAt.equals(known))
                .map(updatedAt -> new Found(updatedAt, store.messages(stored)));
    }

    private void take(Found found, int turnsBefore) {
        Map<String, MessageModel> shown = new HashMap<>();
        messages.forEach(model -> shown.put(model.stored().get().id(), model));
        List<MessageModel> wanted = new ArrayList<>();
        if (turns == turnsBefore && !busy()) {
            for (Message message : found.messages()) {
                MessageModel model = shown.get(message.id());
                wanted.add(model != null && model.shows(message) ? model : new MessageModel(message));
            }
            seen = found.updatedAt();
        } else if (loaded) {
            return; // a question was asked since: what is shown is newer than what was read
        } else {
            for (Message message : found.messages()) {
                if (!shown.containsKey(message.id())) {
                    wanted.add(new MessageModel(message));
                }
            }
            wanted.addAll(messages);
        }
        loaded = true;
        if (!wanted.equals(messages)) {
            messages.setAll(wanted);
        }
    }

    /** Sends what is typed, unless that is nothing or an answer still runs. */
    public void send(ChatOptions options) {
        String question = draft.get().strip();
        if (question.isEmpty() || busy()) {
            return;
        }
        draft.set("");
        Run run = new Run(question, null);
        run.start(() -> chat.ask(id.get(), question, options, run));
    }

    /** Answers the last question anew; the new answer takes the place of the old one. */
    public void retry(ChatOptions options) {
        String stored = id.get();
        if (stored == null || busy() || messages.isEmpty()) {
            return;
        }
        MessageModel last = messages.getLast();
        Run run = new Run(null, last.fromUser() ? null : last);
        run.start(() -> chat.retry(stored, options, run));
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

    private void seen(Activity next) {
        if (!(activity.get() instanceof Activity.Stopping)) {
            activity.set(next);
        }
    }

    private void failed(Exception e) {
        problem.set(Failures.problem(e, LOG, "unexpected failure in a conversation"));
    }

    private interface Work {
        Message call() throws Problem;
    }

    /** One question on its way. Hears the service on its thread, and shows on the window's. */
    private final class Run implements ChatObserver {
        private final @Nullable String question;
        private final @Nullable MessageModel replaced;
        private final Throttle repaint = tasks.throttle(REPAINT_INTERVAL, this::show);
        private final StringBuilder arrived = new StringBuilder();
        private @Nullable Activity progress;
        private @Nullable MessageModel answer;

        Run(@Nullable String question, @Nullable MessageModel replaced) {
            this.question = question;
            this.replaced = replaced;
        }

        void start(Work work) {
            turns++;
            problem.set(null);
            activity.set(new Activity.Asked());
            tasks.run(work::call, this::ended, this::broken);
        }

        @Override
        public void onStored(ChatTurn turn) {
            tasks.ui(() -> {
                id.set(turn.conversation().id());
                if (replaced != null) {
                    messages.remove(replaced);
                }
                // they are there already when the conversation was read between their storing and now
                remove(turn.answer());
                if (question != null) {
                    remove(turn.question());
                    messages.add(new MessageModel(turn.question()));
                }
                answer = new MessageModel(turn.answer());
                messages.add(answer);
                if (activity.get() instanceof Activity.Stopping) {
                    askToStop();
                }
                onChanged.accept(ChatSession.this);
            });
        }

        private void remove(Message message) {
            messages.removeIf(shown -> shown.stored().get().id().equals(message.id()));
        }

        @Override
        public void onLoadProgress(double fraction) {
            progress(new Activity.Loading(fraction));
        }

        @Override
        public void onPromptProgress(int processed, int cached, int total) {
            progress(new Activity.Reading(processed, total));
        }

        private void progress(Activity next) {
            synchronized (arrived) {
                progress = next;
            }
            repaint.request();
        }

        @Override
        public void onText(String text) {
            synchronized (arrived) {
                arrived.append(text);
                progress = new Activity.Writing();
            }
            repaint.request();
        }

        private void show() {
            String text;
            Activity now;
            synchronized (arrived) {
                text = arrived.toString();
                arrived.setLength(0);
                now = progress;
                progress = null;
            }
            if (now != null && busy()) {
                seen(now);
            }
            if (answer != null && !text.isEmpty()) {
                answer.append(text);
            }
        }

        private void ended(Message stored) {
            show();
            if (answer != null) {
                answer.end(stored);
            }
            activity.set(new Activity.Idle());
            onChanged.accept(ChatSession.this);
        }

        private void broken(Exception e) {
            show();
            activity.set(new Activity.Idle());
            if (answer == null) {
                if (question != null) { // nothing was stored: the words go back to where they were typed
                    String typedSince = draft.get();
                    draft.set(typedSince.isBlank() ? question : question + "\n\n" + typedSince);
                }
                failed(e);
            } else {
                answer.fail(Failures.problem(e, LOG, "unexpected failure in an answer"));
            }
            onChanged.accept(ChatSession.this);
        }
    }
}
