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
import koine.app.chat.Overflow;
import koine.app.conversations.ChatTurn;
import koine.app.conversations.ContextNote;
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

    private static final long NANOS_A_MILLI = 1_000_000;

    private final ChatService chat;
    private final ConversationStore store;
    private final Tasks tasks;
    private final Consumer<ChatSession> onChanged;
    private final ReadOnlyObjectWrapper<@Nullable String> id;
    private final ReadOnlyObjectWrapper<Activity> activity = new ReadOnlyObjectWrapper<>(new Activity.Idle());
    private final ReadOnlyObjectWrapper<@Nullable Problem> problem = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyObjectWrapper<@Nullable Overflow> overflow = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyObjectWrapper<@Nullable ContextNote> note = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyObjectWrapper<ContextMeter.@Nullable Room> room = new ReadOnlyObjectWrapper<>();
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

    /** What can be done about a question that did not fit; null while nothing has to be, or it is not known yet. */
    public ReadOnlyObjectProperty<@Nullable Overflow> overflow() {
        return overflow.getReadOnlyProperty();
    }

    /** From where on the conversation is sent, when not from its beginning. */
    public ReadOnlyObjectProperty<@Nullable ContextNote> note() {
        return note.getReadOnlyProperty();
    }

    /** How much of the context the newest answer left. */
    ReadOnlyObjectProperty<ContextMeter.@Nullable Room> room() {
        return room.getReadOnlyProperty();
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

    private record Found(Instant updatedAt, List<Message> messages, Optional<ContextNote> note) {}

    /** Empty when there is nothing newer. In the background. */
    private Optional<Found> read(String stored, @Nullable Instant known) {
        return store.find(stored)
                .map(Conversation::updatedAt) // read first: what is written meanwhile is found the next time
                .filter(updatedAt -> !updatedAt.equals(known))
                .map(updatedAt -> new Found(updatedAt, store.messages(stored), store.contextNote(stored)));
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
        note.set(found.note().orElse(null));
        measure();
    }

    private void measure() {
        for (MessageModel model : messages.reversed()) {
            Message message = model.stored().get();
            Message.Ending ending = message.ending();
            if (ending != null && ending.contextTokens() > 0) {
                room.set(new ContextMeter.Room(message.usedTokens(), ending.contextTokens()));
                return;
            }
        }
        room.set(null);
    }

    /** Has the model go on with an answer that a limit cut off. */
    public void goOn(String question, ChatOptions options) {
        if (!busy()) {
            Run run = new Run(question, null, options);
            run.start(() -> chat.ask(id.get(), question, options, run));
        }
    }

    /** Stops sending the oldest messages, and asks the question again. */
    public void dropOldest(ChatOptions options) {
        makeRoom(options, new Activity.Asked(), stored -> chat.context().dropOldest(stored, options));
    }

    /** Gives the conversation a larger context, and asks the question again. */
    public void enlarge(int contextTokens, ChatOptions options) {
        makeRoom(options, new Activity.Asked(), stored -> {
            chat.context().enlarge(stored, contextTokens, options);
            return note.get();
        });
    }

    /** Has the oldest messages summarized, and asks the question again. */
    public void summarize(ChatOptions options) {
        ChatObserver progress = new ChatObserver() {
            @Override
            public void onPromptProgress(int processed, int cached, int total) {
                double share = total == 0 ? 0 : (double) processed / total;
                tasks.ui(() -> seen(new Activity.Summarizing(share)));
            }
        };
        makeRoom(options, new Activity.Summarizing(0), stored -> chat.context().summarize(stored, options, progress));
    }

    private interface Room {
        @Nullable
        ContextNote make(String conversationId) throws Problem;
    }

    private void makeRoom(ChatOptions options, Activity shown, Room work) {
        String stored = id.get();
        if (stored == null || busy()) {
            return;
        }
        problem.set(null);
        activity.set(shown);
        tasks.run(
                () -> Optional.ofNullable(work.make(stored)),
                made -> {
                    boolean givenUp = shown instanceof Activity.Summarizing && made.isEmpty();
                    activity.set(new Activity.Idle());
                    if (!givenUp) {
                        note.set(made.orElse(null));
                        retry(options);
                    }
                },
                e -> {
                    activity.set(new Activity.Idle());
                    failed(e);
                });
    }

    /** Sends what was left out, or summarized, as it was. */
    public void undoNote() {
        String stored = id.get();
        if (stored == null || busy()) {
            return;
        }
        tasks.run(
                () -> {
                    chat.context().undo(stored);
                    return store.contextNote(stored);
                },
                now -> note.set(now.orElse(null)),
                this::failed);
    }

    /** Sends what is typed, unless that is nothing or an answer still runs. */
    public void send(ChatOptions options) {
        String question = draft.get().strip();
        if (question.isEmpty() || busy()) {
            return;
        }
        draft.set("");
        Run run = new Run(question, null, options);
        run.start(() -> chat.ask(id.get(), question, options, run));
    }

    /** Answers the last question anew; the new answer takes the place of the old one. */
    public void retry(ChatOptions options) {
        String stored = id.get();
        if (stored == null || busy() || messages.isEmpty()) {
            return;
        }
        MessageModel last = messages.getLast();
        Run run = new Run(null, last.fromUser() ? null : last, options);
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

    private void findWays(ChatOptions options) {
        String stored = id.get();
        int turn = turns;
        if (stored != null) {
            tasks.run(
                    () -> chat.context().examine(stored, options),
                    found -> {
                        if (turn == turns) {
                            overflow.set(found);
                        }
                    },
                    this::failed);
        }
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
        private final StringBuilder thoughts = new StringBuilder();
        private final ChatOptions options;
        private long thinkingSince = -1;
        private long thoughtMillis = -1;
        private @Nullable Activity progress;
        private @Nullable MessageModel answer;

        Run(@Nullable String question, @Nullable MessageModel replaced, ChatOptions options) {
            this.options = options;
            this.question = question;
            this.replaced = replaced;
        }

        void start(Work work) {
            turns++;
            problem.set(null);
            overflow.set(null);
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
        public void onReasoning(String text) {
            synchronized (arrived) {
                if (thinkingSince < 0) {
                    thinkingSince = tasks.nanoTime();
                }
                thoughts.append(text);
                progress = new Activity.Thinking();
            }
            repaint.request();
        }

        @Override
        public void onText(String text) {
            synchronized (arrived) {
                if (thinkingSince >= 0 && thoughtMillis < 0) {
                    thoughtMillis = (tasks.nanoTime() - thinkingSince) / NANOS_A_MILLI;
                }
                arrived.append(text);
                progress = new Activity.Writing();
            }
            repaint.request();
        }

        private void show() {
            String text;
            String thought;
            long millis;
            Activity now;
            synchronized (arrived) {
                thought = thoughts.toString();
                thoughts.setLength(0);
                millis = thoughtMillis;
                text = arrived.toString();
                arrived.setLength(0);
                now = progress;
                progress = null;
            }
            if (now != null && busy()) {
                seen(now);
            }
            if (answer == null) {
                return;
            }
            if (!thought.isEmpty()) {
                answer.think(thought);
            }
            if (millis >= 0) {
                answer.thought(millis);
            }
            if (!text.isEmpty()) {
                answer.append(text);
            }
        }

        private void ended(Message stored) {
            show();
            if (answer != null) {
                answer.end(stored);
            }
            measure();
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
                if (e instanceof Problem tooLong && tooLong.code().equals("KOINE-E202")) {
                    findWays(options);
                }
            }
            onChanged.accept(ChatSession.this);
        }
    }
}
