package koine.app.chat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;
import koine.app.Settings;
import koine.app.conversations.ChatTurn;
import koine.app.conversations.Layer;
import koine.app.conversations.Message;
import koine.app.conversations.SqliteConversationStore;
import koine.app.conversations.TurnChoices;
import koine.app.layers.Layers;
import koine.engine.client.ChatAdapter;
import koine.engine.client.ChatEngine;
import koine.engine.client.ChatListener;
import koine.engine.client.ChatRequest;
import koine.engine.client.ChatResult;
import koine.engine.client.EngineFacts;
import koine.engine.client.EngineSpec;
import koine.i18n.Problem;
import koine.models.InstalledModel;
import koine.models.ModelStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Questions and answers that are stored as they come. Any thread; close it to give the engines back. */
public final class StoringChatService implements ChatService, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoringChatService.class);

    /** Where the native pack lies. */
    @FunctionalInterface
    public interface PackFinder {
        /** @throws Problem {@code KOINE-A110} the program has none for this computer */
        Path pack() throws Problem;
    }

    private final EngineSpecs specs;
    private final EngineLeases leases;
    private final Layers layers;
    private final Supplier<SqliteConversationStore> saved;
    private final Supplier<SqliteConversationStore> unsaved;
    private final Map<String, RunningAnswer> running = new ConcurrentHashMap<>();
    private final ContextPlan context;

    /**
     * @param layers on the models
     * @param saved the profile's conversations
     * @param unsaved conversations in memory, for turns that are not to be saved
     * @param cost what a larger context takes
     */
    public StoringChatService(
            ModelStore models,
            Settings settings,
            PackFinder packs,
            Engines engines,
            Layers layers,
            Supplier<SqliteConversationStore> saved,
            Supplier<SqliteConversationStore> unsaved,
            ContextCost cost) {
        this.specs = new EngineSpecs(models, settings, packs);
        this.leases = new EngineLeases(engines);
        this.layers = layers;
        this.saved = saved;
        this.unsaved = unsaved;
        this.context = new StoredContextPlan(this, cost);
    }

    @Override
    public Message ask(@Nullable String conversationId, String question, ChatOptions options, ChatObserver observer)
            throws Problem {
        long wish = leases.wish();
        SqliteConversationStore store = store(options);
        // Whatever can be refused is refused before the question is stored, so that the person still has it in hand.
        InstalledModel model = specs.model(options);
        EngineSpec spec = specs.of(store, conversationId, model, options);
        Layers.Ready beside = beside(store, conversationId, model, options);
        ChatTurn turn = store.begin(
                conversationId, question, options.system(), model.id(), options.language(), choices(options, beside));
        return answer(store, turn, spec, beside.adapters(), wish, options, observer);
    }

    @Override
    public Message retry(String conversationId, ChatOptions options, ChatObserver observer) throws Problem {
        long wish = leases.wish();
        SqliteConversationStore store = store(options);
        InstalledModel model = specs.model(options);
        EngineSpec spec = specs.of(store, conversationId, model, options);
        Layers.Ready beside = beside(store, conversationId, model, options);
        ChatTurn turn = store.beginAgain(conversationId, model.id(), options.language(), choices(options, beside));
        return answer(store, turn, spec, beside.adapters(), wish, options, observer);
    }

    private static TurnChoices choices(ChatOptions options, Layers.Ready beside) {
        return new TurnChoices(
                options.contextTokens(), options.layers() == null ? null : beside.layers(), beside.layers());
    }

    /** The layers to answer with: those that were asked for, else the conversation's own. */
    Layers.Ready beside(
            SqliteConversationStore store, @Nullable String conversationId, InstalledModel model, ChatOptions options)
            throws Problem {
        List<Layer> wanted = options.layers();
        if (wanted == null) {
            wanted = conversationId == null ? List.of() : store.layers(conversationId);
        }
        return layers.ready(wanted, model);
    }

    @Override
    public ContextPlan context() {
        return context;
    }

    @Override
    public void prepare(ChatOptions options, DoubleConsumer progress) {
        prepare(options, progress, facts -> {});
    }

    @Override
    public void prepare(ChatOptions options, DoubleConsumer progress, Consumer<EngineFacts> ready) {
        long wish = leases.wish();
        Thread.ofPlatform().name("koine-engine-prepare").daemon().start(() -> {
            try {
                leases.prepare(specs.of(options), wish, progress::accept, ready);
            } catch (Problem e) {
                LOG.info("no model was prepared: {}", e.code());
            } finally {
                progress.accept(1);
            }
        });
    }

    @Override
    public void stop(String conversationId) {
        RunningAnswer answer = running.get(conversationId);
        if (answer != null) {
            answer.stop();
        }
    }

    /** Stops what runs, waits until it is stored, and gives the engines back. */
    @Override
    public void close() {
        List<RunningAnswer> left = List.copyOf(running.values());
        left.forEach(RunningAnswer::stop);
        left.forEach(RunningAnswer::awaitEnd);
        leases.close();
    }

    /** The caller's to close. Blocks while the model loads. */
    EngineLeases.Use engine(EngineSpec spec) throws Problem {
        return leases.use(spec, leases.wish(), fraction -> {});
    }

    /** A request beside the conversation's answers, that can be stopped as they can. */
    ChatResult run(
            String conversationId, RunningAnswer work, ChatEngine engine, ChatRequest request, ChatListener listener)
            throws Problem {
        if (running.putIfAbsent(conversationId, work) != null) {
            throw new Problem("KOINE-C108", Map.of());
        }
        try {
            work.asking(engine);
            return engine.chat(request, listener);
        } finally {
            running.remove(conversationId, work);
            work.ended();
        }
    }

    SqliteConversationStore store(ChatOptions options) {
        return options.save() ? saved.get() : unsaved.get();
    }

    EngineSpecs specs() {
        return specs;
    }

    private Message answer(
            SqliteConversationStore store,
            ChatTurn turn,
            EngineSpec spec,
            List<ChatAdapter> adapters,
            long wish,
            ChatOptions options,
            ChatObserver observer)
            throws Problem {
        String conversationId = turn.conversation().id();
        RunningAnswer answer = new RunningAnswer(turn.answer().id());
        running.put(conversationId, answer);
        try {
            return new Answering(leases, store, turn, options, adapters, observer, answer).run(spec, wish);
        } finally {
            running.remove(conversationId, answer);
            answer.ended();
        }
    }
}
