package koine.ui.testing;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import koine.app.Assistant;
import koine.app.Folders;
import koine.app.Settings;
import koine.app.bench.SpeedSearch;
import koine.app.bench.SpeedTest;
import koine.app.chat.ChatObserver;
import koine.app.chat.ChatOptions;
import koine.app.chat.ChatService;
import koine.app.chat.ContextPlan;
import koine.app.chat.Overflow;
import koine.app.conversations.ChatTurn;
import koine.app.conversations.ContextNote;
import koine.app.conversations.Conversation;
import koine.app.conversations.ConversationStore;
import koine.app.conversations.Layer;
import koine.app.conversations.Message;
import koine.app.conversations.MessageState;
import koine.app.conversations.StorageException;
import koine.app.layers.Layers;
import koine.engine.client.EngineFacts;
import koine.engine.door.ServedModels;
import koine.engine.hardware.Placements;
import koine.engine.hardware.Wish;
import koine.engine.packs.PackStore;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import koine.models.CatalogueEntry;
import koine.models.InstalledAdapter;
import koine.models.InstalledModel;
import koine.models.ModelStore;
import org.jspecify.annotations.Nullable;

/** The app's contract in memory: answers come from a script that the test writes. */
public final class MemoryAssistant implements Assistant, ChatService, ConversationStore, ModelStore, Settings {
    /** What the model does with a question. */
    @FunctionalInterface
    public interface Script {
        /** @param stopped tells whether the user asked to stop */
        void answer(ChatObserver observer, Stopped stopped) throws Problem;
    }

    /** Whether the user asked to stop. */
    @FunctionalInterface
    public interface Stopped {
        boolean now();
    }

    private final Path home;
    private final Map<String, Conversation> conversations = new LinkedHashMap<>();
    private final Map<String, List<Message>> messages = new LinkedHashMap<>();
    private final Set<String> stopped = ConcurrentHashMap.newKeySet();
    private int ids;
    private UiLanguage language = UiLanguage.ENGLISH;
    private Theme theme = Theme.LIGHT;
    private @Nullable String device;
    private @Nullable String model;
    public Instant now = Instant.parse("2026-11-22T10:15:00Z");
    public Script script = (observer, stop) -> observer.onText("The capital of France is Paris.");
    public @Nullable Problem beforeStoring;

    /** Runs when a question has come and is not stored yet. */
    public Runnable whenAsked = () -> {};

    public boolean closed;

    /** What the next answers say of themselves. */
    public long thoughtMillis = 12_300;

    public String finish = "stop";
    public EngineFacts facts = EngineFacts.UNKNOWN;
    public Overflow overflow = new Overflow(9_120, 8_192, 4, new Overflow.Larger(16_384, 188_743_680));
    public String summary = "A short summary.";
    public int enlargedTo;
    public final List<ChatOptions> asked = new ArrayList<>();

    /** With what ways out of a conversation that is too long were looked for. */
    public final List<ChatOptions> examined = new ArrayList<>();

    private final Map<String, ContextNote> notes = new LinkedHashMap<>();

    /** Why the disk fails, if it does. */
    public @Nullable Problem broken;

    public List<InstalledModel> models = List.of(starter());

    /** Layers on this computer; their files must be there. */
    public List<InstalledAdapter> adapters = List.of();

    private final Layers layers = new Layers(this);
    private final Map<String, List<Layer>> layersOf = new LinkedHashMap<>();

    /** None is here until the test installs some. */
    public final FakePacks packs;

    /** What is known of the models' speed, and what comes of measuring it. */
    public final FakeSpeed speed = new FakeSpeed();

    public MemoryAssistant(Path home) {
        this.home = home;
        this.packs = new FakePacks(home);
    }

    public static InstalledModel starter() {
        CatalogueEntry entry = new CatalogueEntry(
                "smollm2-135m-instruct",
                "SmolLM2 135M Instruct",
                "Hugging Face",
                "FR",
                List.of("en"),
                "llama",
                "Apache-2.0",
                List.of(),
                List.of());
        return new InstalledModel(
                entry.id(),
                entry.system(),
                Path.of("starter.gguf"),
                94_000_000,
                "llama",
                "Q4_1",
                List.of("en"),
                8192,
                entry);
    }

    /** Adds a stored conversation: question, answer, question, answer, … */
    public String add(Instant at, String... turns) {
        now = at;
        String id = begin(turns[0]);
        for (int i = 0; i < turns.length; i++) {
            store(id, i % 2 == 0 ? "user" : "assistant", turns[i], MessageState.COMPLETE);
        }
        return id;
    }

    private synchronized String begin(String question) {
        String id = "c" + ++ids;
        conversations.put(id, new Conversation(id, question, 0, now, now));
        messages.put(id, new ArrayList<>());
        return id;
    }

    public synchronized Message store(String id, String role, String content, MessageState state) {
        Message message = new Message(
                "m" + ++ids,
                id,
                null,
                role,
                content,
                role.equals("assistant") ? starter().id() : null,
                null,
                state,
                now,
                null,
                null,
                null,
                role.equals("assistant") ? layers(id) : null);
        list(id).add(message);
        Conversation old = find(id).orElseThrow();
        conversations.put(id, new Conversation(id, old.title(), list(id).size(), old.createdAt(), now));
        return message;
    }

    private List<Message> list(String id) {
        return messages.getOrDefault(id, new ArrayList<>());
    }

    @Override
    public ServedModels served(Consumer<Problem> person) {
        throw new UnsupportedOperationException("no window serves models");
    }

    @Override
    public Message ask(@Nullable String conversationId, String question, ChatOptions options, ChatObserver observer)
            throws Problem {
        asked.add(options);
        whenAsked.run();
        if (beforeStoring != null) {
            throw beforeStoring;
        }
        String id = conversationId == null ? begin(question) : conversationId;
        remember(id, options);
        Message asked = store(id, "user", question, MessageState.COMPLETE);
        return answer(id, asked, observer);
    }

    @Override
    public Message retry(String conversationId, ChatOptions options, ChatObserver observer) throws Problem {
        remember(conversationId, options);
        List<Message> all = list(conversationId);
        if (all.getLast().role().equals("assistant")) {
            all.removeLast();
        }
        return answer(conversationId, all.getLast(), observer);
    }

    private void remember(String id, ChatOptions options) {
        if (options.layers() != null) { // with the hashes of their files, as the store keeps them
            setLayers(
                    id,
                    layers.look(options.layers(), models.getFirst()).stream()
                            .map(Layers.Look::layer)
                            .toList());
        }
    }

    private Message answer(String id, Message asked, ChatObserver observer) throws Problem {
        stopped.remove(id);
        Message answer = store(id, "assistant", "", MessageState.STREAMING);
        StringBuilder text = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        observer.onStored(new ChatTurn(find(id).orElseThrow(), asked, answer));
        ChatObserver recording = new ChatObserver() {
            @Override
            public void onText(String more) {
                text.append(more);
                observer.onText(more);
            }

            @Override
            public void onReasoning(String more) {
                thoughts.append(more);
                observer.onReasoning(more);
            }

            @Override
            public void onLoadProgress(double fraction) {
                observer.onLoadProgress(fraction);
            }

            @Override
            public void onNotices(List<Problem> notices) {
                observer.onNotices(notices);
            }

            @Override
            public void onPromptProgress(int processed, int cached, int total) {
                observer.onPromptProgress(processed, cached, total);
            }
        };
        try {
            script.answer(recording, () -> stopped.contains(id));
        } catch (Problem e) {
            observer.onEnd(
                    e.code().equals("KOINE-E202")
                            ? endTooLong(id, e)
                            : end(id, text, thoughts, text.isEmpty() ? MessageState.FAILED : MessageState.INTERRUPTED));
            throw e;
        }
        Message ended =
                end(id, text, thoughts, stopped.contains(id) ? MessageState.INTERRUPTED : MessageState.COMPLETE);
        observer.onEnd(ended);
        return ended;
    }

    private synchronized Message endTooLong(String id, Problem tooLong) {
        list(id).removeLast();
        Message stored = store(id, "assistant", "", MessageState.FAILED);
        Message ended = new Message(
                stored.id(),
                id,
                null,
                "assistant",
                "",
                stored.model(),
                null,
                MessageState.FAILED,
                stored.createdAt(),
                new Message.Timings(number(tooLong, "promptTokens"), 0, 0, 0, 0),
                null,
                new Message.Ending(Message.Ending.OVERFLOW, number(tooLong, "contextTokens")),
                stored.layers());
        list(id).set(list(id).size() - 1, ended);
        return ended;
    }

    private static int number(Problem problem, String argument) {
        return problem.arguments().get(argument) instanceof Integer number ? number : 0;
    }

    private synchronized Message end(String id, CharSequence text, CharSequence thoughts, MessageState state) {
        list(id).removeLast();
        Message stored = store(id, "assistant", text.toString(), state);
        Message ended = new Message(
                stored.id(),
                id,
                null,
                "assistant",
                stored.content(),
                stored.model(),
                null,
                state,
                stored.createdAt(),
                new Message.Timings(1200, 0, 34, 10, 20),
                thoughts.isEmpty() ? null : new Message.Reasoning(thoughts.toString(), thoughtMillis),
                state == MessageState.COMPLETE ? new Message.Ending(finish, 8192) : null,
                stored.layers());
        list(id).set(list(id).size() - 1, ended);
        return ended;
    }

    @Override
    public ContextPlan context() {
        return new ContextPlan() {
            @Override
            public Overflow examine(String conversationId, ChatOptions options) {
                examined.add(options);
                return overflow;
            }

            @Override
            public ContextNote dropOldest(String conversationId, ChatOptions options) {
                return note(conversationId, null);
            }

            @Override
            public void enlarge(String conversationId, int contextTokens, ChatOptions options) {
                enlargedTo = contextTokens;
            }

            @Override
            public ContextNote summarize(String conversationId, ChatOptions options, ChatObserver observer) {
                return note(conversationId, summary);
            }

            @Override
            public void undo(String conversationId) {
                notes.remove(conversationId);
            }
        };
    }

    /** As if the oldest messages were left out. */
    public ContextNote note(String conversationId, @Nullable String inTheirPlace) {
        String first = list(conversationId).get(overflow.oldMessages()).id();
        ContextNote note = new ContextNote("n1", conversationId, first, inTheirPlace, now);
        notes.put(conversationId, note);
        return note;
    }

    @Override
    public Optional<ContextNote> contextNote(String conversationId) {
        return Optional.ofNullable(notes.get(conversationId));
    }

    @Override
    public void prepare(ChatOptions options, DoubleConsumer progress, Consumer<EngineFacts> ready) {
        ready.accept(facts);
    }

    private void mayFail() {
        if (broken != null) {
            throw new StorageException(broken);
        }
    }

    @Override
    public void stop(String conversationId) {
        stopped.add(conversationId);
    }

    @Override
    public synchronized List<Conversation> list() {
        mayFail();
        return conversations.values().stream()
                .sorted(Comparator.comparing(Conversation::updatedAt).reversed())
                .toList();
    }

    @Override
    public synchronized Optional<Conversation> find(String conversationId) {
        return Optional.ofNullable(conversations.get(conversationId));
    }

    @Override
    public synchronized List<Message> messages(String conversationId) {
        mayFail();
        return List.copyOf(list(conversationId));
    }

    @Override
    public List<Message> allMessages(String conversationId) {
        return messages(conversationId);
    }

    @Override
    public synchronized void rename(String conversationId, String title) {
        mayFail();
        Conversation old = find(conversationId).orElseThrow();
        conversations.put(
                conversationId,
                new Conversation(old.id(), title, old.messageCount(), old.createdAt(), old.updatedAt()));
    }

    @Override
    public synchronized void delete(String conversationId) {
        conversations.remove(conversationId);
        messages.remove(conversationId);
    }

    @Override
    public List<InstalledModel> installed() {
        return models;
    }

    @Override
    public InstalledModel resolve(String nameOrPath) throws Problem {
        return models.stream()
                .filter(one -> one.id().equals(nameOrPath))
                .findFirst()
                .orElseThrow(() -> new Problem("KOINE-M101", Map.of("name", nameOrPath)));
    }

    @Override
    public List<InstalledAdapter> adapters() {
        return adapters;
    }

    @Override
    public InstalledAdapter adapter(String nameOrPath) throws Problem {
        return adapters.stream()
                .filter(one -> one.id().equalsIgnoreCase(nameOrPath))
                .findFirst()
                .orElseThrow(() -> new Problem(
                        "KOINE-M104", Map.of("name", nameOrPath, "found", "none", "nearest", "", "folder", "models")));
    }

    @Override
    public Layers layers() {
        return layers;
    }

    @Override
    public synchronized List<Layer> layers(String conversationId) {
        return layersOf.getOrDefault(conversationId, List.of());
    }

    /** As if the conversation had been answered with these. */
    public synchronized void setLayers(String conversationId, List<Layer> wanted) {
        layersOf.put(conversationId, List.copyOf(wanted));
    }

    @Override
    public InstalledModel preferred() throws Problem {
        if (models.isEmpty()) {
            throw new Problem("KOINE-M103", Map.of());
        }
        return models.getFirst();
    }

    @Override
    public ChatService chat() {
        return this;
    }

    @Override
    public ConversationStore conversations() {
        return this;
    }

    @Override
    public ModelStore models() {
        return this;
    }

    @Override
    public Settings settings() {
        return this;
    }

    @Override
    public PackStore packs() {
        return packs.store();
    }

    @Override
    public Placements placements() {
        return packs.placements(() -> new Wish(device));
    }

    @Override
    public SpeedSearch speedSearch() {
        return speed;
    }

    @Override
    public SpeedTest speedTest() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Folders folders() {
        return new Folders(home, home.resolve("models"), home.resolve("engine"), home.resolve("logs"), null);
    }

    @Override
    public UiLanguage language() {
        return language;
    }

    @Override
    public void setLanguage(UiLanguage wanted) {
        language = wanted;
    }

    @Override
    public Theme theme() {
        return theme;
    }

    @Override
    public void setTheme(Theme wanted) {
        theme = wanted;
    }

    @Override
    public @Nullable String device() {
        return device;
    }

    @Override
    public void setDevice(@Nullable String wanted) {
        device = wanted;
    }

    @Override
    public @Nullable String model() {
        return model;
    }

    @Override
    public void setModel(@Nullable String wanted) {
        model = wanted;
    }

    @Override
    public void close() {
        closed = true;
    }
}
