package koine.ui.shell;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyDoubleProperty;
import javafx.beans.property.ReadOnlyDoubleWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.value.ObservableValue;
import koine.app.Assistant;
import koine.app.chat.ChatOptions;
import koine.app.conversations.Conversation;
import koine.engine.client.EngineFacts;
import koine.engine.client.Thinking;
import koine.ui.chat.ChatSession;
import koine.ui.conversations.ConversationList;
import koine.ui.language.Texts;
import koine.ui.layers.LayersModel;
import koine.ui.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/** What the window shows, without a single control. Window's thread only. */
public final class ShellModel {
    /** The places one can be. */
    public enum Screen {
        WELCOME,
        CHAT,
        SETTINGS
    }

    private final List<Runnable> farewells = new ArrayList<>();
    private final Assistant assistant;
    private final Tasks tasks;
    private final Texts texts;
    private final Appearance appearance;
    private final ConversationList conversations;
    private final ModelChoice models;
    private final LayersModel layers;
    private final Map<String, ChatSession> sessions = new HashMap<>();
    private final List<ChatSession> begun = new ArrayList<>();
    private final ReadOnlyObjectWrapper<Screen> screen = new ReadOnlyObjectWrapper<>(Screen.CHAT);
    private final ReadOnlyObjectWrapper<ChatSession> session;
    private final ReadOnlyDoubleWrapper preparing = new ReadOnlyDoubleWrapper();
    private final ReadOnlyObjectWrapper<EngineFacts> facts = new ReadOnlyObjectWrapper<>(EngineFacts.UNKNOWN);
    private final ReadOnlyBooleanWrapper thinkingPossible = new ReadOnlyBooleanWrapper();
    private final BooleanProperty thinking = new SimpleBooleanProperty(true);
    private boolean browsing;
    private boolean loadsModels;
    private final ReadOnlyObjectWrapper<@Nullable String> open = new ReadOnlyObjectWrapper<>();

    public ShellModel(Assistant assistant, Texts texts, Tasks tasks) {
        this(assistant, texts, tasks, null);
    }

    /** @param answerLanguage BCP 47 tag of the language that answers were asked for in; null is not known */
    public ShellModel(Assistant assistant, Texts texts, Tasks tasks, @Nullable String answerLanguage) {
        this.assistant = assistant;
        this.tasks = tasks;
        this.texts = texts;
        this.appearance = new Appearance(assistant.settings(), texts, tasks);
        this.conversations = new ConversationList(assistant.conversations(), tasks);
        this.models = new ModelChoice(assistant.models(), assistant.settings(), tasks, answerLanguage);
        this.session = new ReadOnlyObjectWrapper<>(begin());
        this.layers = new LayersModel(
                assistant.layers(), assistant.models(), models.current(), session.getReadOnlyProperty(), tasks);
        this.facts.subscribe(now -> thinkingPossible.set(now.thinking() == Thinking.SWITCHABLE));
    }

    /** Reads the profile; shows the welcome screen when it holds no conversation. */
    public void start() {
        models.refresh();
        conversations.refresh(() -> {
            if (conversations.isEmpty() && session.get().messages().isEmpty()) {
                show(Screen.WELCOME);
            }
        });
    }

    /** From now on the model that answers is loaded as soon as it is known, so that the first answer need not wait. */
    public void prepareModels() {
        loadsModels = true;
        models.current().subscribe(model -> {
            facts.set(EngineFacts.UNKNOWN);
            if (model != null) {
                assistant
                        .chat()
                        .prepare(
                                models.optionsOf(model),
                                fraction -> tasks.ui(() -> {
                                    preparing.set(fraction < 1 ? fraction : 0);
                                }),
                                found -> tasks.ui(() -> {
                                    if (model.equals(models.current().get())) {
                                        facts.set(found);
                                    }
                                }));
            }
        });
    }

    /** Reads again what another window or the command line may have changed. */
    public void refresh() {
        conversations.refresh(() -> {});
        layers.refresh();
        load(session.get());
    }

    private void load(ChatSession read) {
        read.load(loadsModels ? options(read) : null);
    }

    /** How much of the model is loaded ahead of a question, 0 to 1; 0 when none is being loaded. */
    public ReadOnlyDoubleProperty preparing() {
        return preparing.getReadOnlyProperty();
    }

    /** Whether the model that answers can be told to think first, or not to. */
    public ReadOnlyBooleanProperty thinkingPossible() {
        return thinkingPossible.getReadOnlyProperty();
    }

    /** Whether it is to think first, where it can do both. */
    public BooleanProperty thinking() {
        return thinking;
    }

    private ChatOptions options() {
        return options(session.get());
    }

    private ChatOptions options(ChatSession of) {
        ChatOptions usual = of.with(models.options());
        return thinkingPossible.get() && !thinking.get() ? usual.withThinking(false) : usual;
    }

    public Texts texts() {
        return texts;
    }

    public Appearance appearance() {
        return appearance;
    }

    public ConversationList conversations() {
        return conversations;
    }

    public ModelChoice models() {
        return models;
    }

    public LayersModel layers() {
        return layers;
    }

    public Assistant assistant() {
        return assistant;
    }

    public Tasks tasks() {
        return tasks;
    }

    public ReadOnlyObjectProperty<Screen> screen() {
        return screen.getReadOnlyProperty();
    }

    public ReadOnlyObjectProperty<ChatSession> session() {
        return session.getReadOnlyProperty();
    }

    /** The stored conversation that is on the screen; null when none is. */
    public ObservableValue<@Nullable String> open() {
        return open;
    }

    public void show(Screen wanted) {
        screen.set(wanted);
        mark();
    }

    private void mark() {
        open.set(screen.get() == Screen.CHAT ? session.get().id().get() : null);
    }

    public void newConversation() {
        ChatSession now = session.get();
        if (now.id().get() != null || now.busy()) {
            session.set(begin());
        }
        show(Screen.CHAT);
    }

    public void open(String conversationId) {
        if (conversationId.equals(session.get().id().get())) {
            load(session.get());
            show(Screen.CHAT);
            return;
        }
        ChatSession found = sessions.computeIfAbsent(
                conversationId,
                id -> new ChatSession(assistant.chat(), assistant.conversations(), tasks, id, this::changed));
        load(found);
        session.set(found);
        show(Screen.CHAT);
    }

    /** Opens a conversation to look at, and leaves the keyboard where it is. */
    public void browse(String conversationId) {
        browsing = true;
        try {
            open(conversationId);
        } finally {
            browsing = false;
        }
    }

    /** True while conversations are walked through with the keyboard: then the composer does not take the focus. */
    public boolean browsing() {
        return browsing;
    }

    public void delete(Conversation conversation) {
        ChatSession open = sessions.get(conversation.id());
        if (open != null) {
            open.stop();
        }
        if (conversation.id().equals(session.get().id().get())) {
            session.set(begin());
            mark();
        }
        conversations.delete(conversation);
    }

    public void send() {
        session.get().send(options());
    }

    public void retry() {
        session.get().retry(options());
    }

    /** Has the model go on with an answer that a limit cut off. */
    public void goOn() {
        session.get().goOn(texts.get("chat.continue.question"), options());
    }

    public void dropOldest() {
        session.get().tooLong().dropOldest(options());
    }

    public void enlarge(int contextTokens) {
        session.get().tooLong().enlarge(contextTokens, options());
    }

    public void summarize() {
        session.get().tooLong().summarize(options());
    }

    /** Has something done before the window goes. */
    public void beforeClosing(Runnable farewell) {
        farewells.add(farewell);
    }

    /** Before the window goes: what was deleted is gone, what runs is stopped. */
    public void close() {
        farewells.forEach(Runnable::run);
        conversations.finishDeleting();
        begun.forEach(ChatSession::stop);
        sessions.values().forEach(ChatSession::stop);
    }

    private ChatSession begin() {
        ChatSession begins = new ChatSession(assistant.chat(), assistant.conversations(), tasks, null, this::changed);
        begun.removeIf(old -> !old.busy());
        begun.add(begins);
        return begins;
    }

    private void changed(ChatSession changed) {
        String id = changed.id().get();
        if (id != null) {
            sessions.putIfAbsent(id, changed);
        }
        mark();
        conversations.refresh(() -> {});
    }
}
