package koine.app.chat;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;
import koine.app.Settings;
import koine.app.conversations.AnswerWriter;
import koine.app.conversations.ChatTurn;
import koine.app.conversations.Message;
import koine.app.conversations.Message.Ending;
import koine.app.conversations.Message.Timings;
import koine.app.conversations.MessageState;
import koine.app.conversations.SqliteConversationStore;
import koine.app.conversations.StorageException;
import koine.engine.client.ChatEngine;
import koine.engine.client.ChatListener;
import koine.engine.client.ChatRequest;
import koine.engine.client.ChatResult;
import koine.engine.client.EngineFacts;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.client.Thinking;
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

    private final ModelStore models;
    private final Settings settings;
    private final PackFinder packs;
    private final EngineLeases leases;
    private final Supplier<SqliteConversationStore> saved;
    private final Supplier<SqliteConversationStore> unsaved;
    private final Map<String, RunningAnswer> running = new ConcurrentHashMap<>();
    private final ContextPlan context;

    /**
     * @param saved the profile's conversations
     * @param unsaved conversations in memory, for turns that are not to be saved
     * @param cost what a larger context takes
     */
    public StoringChatService(
            ModelStore models,
            Settings settings,
            PackFinder packs,
            Engines engines,
            Supplier<SqliteConversationStore> saved,
            Supplier<SqliteConversationStore> unsaved,
            ContextCost cost) {
        this.models = models;
        this.settings = settings;
        this.packs = packs;
        this.leases = new EngineLeases(engines);
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
        InstalledModel model = model(options);
        EngineSpec spec = spec(store, conversationId, model, options);
        ChatTurn turn = store.begin(conversationId, question, options.system(), model.id(), options.language());
        rememberContext(store, turn, options);
        return answer(store, turn, spec, wish, options, observer);
    }

    @Override
    public Message retry(String conversationId, ChatOptions options, ChatObserver observer) throws Problem {
        long wish = leases.wish();
        SqliteConversationStore store = store(options);
        InstalledModel model = model(options);
        EngineSpec spec = spec(store, conversationId, model, options);
        ChatTurn turn = store.beginAgain(conversationId, model.id(), options.language());
        rememberContext(store, turn, options);
        return answer(store, turn, spec, wish, options, observer);
    }

    private static void rememberContext(SqliteConversationStore store, ChatTurn turn, ChatOptions options)
            throws Problem {
        if (options.contextTokens() > 0) {
            store.setContextTokens(turn.conversation().id(), options.contextTokens());
        }
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
                leases.prepare(
                        new EngineSpec(model(options).path(), packs.pack(), options.contextTokens()),
                        wish,
                        progress::accept,
                        ready);
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

    /** @param conversationId null for one that begins */
    EngineSpec spec(
            SqliteConversationStore store, @Nullable String conversationId, InstalledModel model, ChatOptions options)
            throws Problem {
        int context = options.contextTokens();
        if (context > 0) {
            checkContext(model, context);
        } else if (conversationId != null) {
            context = store.contextTokens(conversationId);
        }
        // another model may have been made for less
        long trained = model.contextTokens();
        return new EngineSpec(model.path(), packs.pack(), trained > 0 ? (int) Math.min(context, trained) : context);
    }

    static void checkContext(InstalledModel model, int contextTokens) throws Problem {
        if (model.contextTokens() > 0 && contextTokens > model.contextTokens()) {
            throw new Problem("KOINE-C113", Map.of("contextTokens", model.contextTokens()));
        }
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

    InstalledModel model(ChatOptions options) throws Problem {
        return options.model() != null
                ? ModelNames.resolve(models, options.model())
                : ModelNames.usual(models, settings);
    }

    private Message answer(
            SqliteConversationStore store,
            ChatTurn turn,
            EngineSpec spec,
            long wish,
            ChatOptions options,
            ChatObserver observer)
            throws Problem {
        String conversationId = turn.conversation().id();
        AnswerWriter writer = store.write(turn.answer());
        RunningAnswer answer = new RunningAnswer(turn.answer().id());
        running.put(conversationId, answer);
        boolean ended = false;
        try {
            observer.onStored(turn);
            Answered answered =
                    ask(answer, spec, wish, facts -> request(store, turn, options, facts), writer, observer);
            ended = true; // the writer tries twice by itself; a third end would say less than the second
            return end(writer, observer, answered);
        } catch (StorageException e) {
            throw e.problem();
        } finally {
            try {
                if (!ended) {
                    end(writer, observer, writer.nothingSoFar() ? MessageState.FAILED : MessageState.INTERRUPTED, null);
                }
            } finally {
                running.remove(conversationId, answer);
                answer.ended();
            }
        }
    }

    private static ChatRequest request(
            SqliteConversationStore store, ChatTurn turn, ChatOptions options, EngineFacts facts) throws Problem {
        checkThinking(options.thinking(), facts);
        String conversationId = turn.conversation().id();
        List<Message> path = store.messages(conversationId).stream()
                .takeWhile(m -> !m.id().equals(turn.answer().id()))
                .toList();
        return new ChatRequest(
                turn.answer().id(),
                History.of(store.systemPrompt(conversationId), path, store.contextNote(conversationId)),
                AnswerDefaults.sampling(options.sampling()),
                AnswerDefaults.maxTokens(options, facts),
                conversationId,
                options.thinking(),
                options.save());
    }

    private static void checkThinking(@Nullable Boolean wanted, EngineFacts facts) throws Problem {
        if (Boolean.TRUE.equals(wanted) && facts.thinking() == Thinking.NONE) {
            throw new Problem("KOINE-A120", Map.of());
        }
        if (Boolean.FALSE.equals(wanted) && facts.thinking() == Thinking.ALWAYS) {
            throw new Problem("KOINE-A121", Map.of());
        }
    }

    private interface Requests {
        ChatRequest of(EngineFacts facts) throws Problem;
    }

    /** @param result null when the answer was stopped before the engine said anything */
    private record Answered(@Nullable ChatResult result, int contextTokens) {
        static final Answered NOTHING = new Answered(null, 0);
    }

    private Answered ask(
            RunningAnswer answer,
            EngineSpec spec,
            long wish,
            Requests requests,
            AnswerWriter writer,
            ChatObserver observer)
            throws Problem {
        ChatListener listener = new ChatListener() {
            @Override
            public void onPromptProgress(int processed, int cached, int total) {
                answer.stopIfWanted();
                observer.onPromptProgress(processed, cached, total);
            }

            @Override
            public void onReasoning(String text) {
                answer.stopIfWanted();
                writer.appendReasoning(text);
                observer.onReasoning(text);
            }

            @Override
            public void onText(String text) {
                answer.stopIfWanted();
                writer.append(text);
                observer.onText(text);
            }
        };
        for (int attempt = 1; ; attempt++) {
            try (EngineLeases.Use use = answer.start().await(leases, spec, wish, observer)) {
                if (use == null || answer.stopped()) {
                    return Answered.NOTHING;
                }
                EngineLease lease = use.lease();
                try {
                    ChatEngine engine = lease.engine();
                    EngineFacts facts = engine.facts();
                    ChatRequest request = requests.of(facts);
                    answer.asking(engine);
                    observer.onEngine(facts);
                    return new Answered(engine.chat(request, listener), facts.contextTokens());
                } catch (Problem e) {
                    if (answer.stopped()) {
                        return Answered.NOTHING; // breaking off is what was wanted
                    }
                    // An engine that died while nobody was asking is noticed only now, and a new one can answer.
                    boolean gone = e.code().equals("KOINE-E209") || !lease.alive();
                    if (attempt == 2 || !gone || !writer.nothingSoFar()) {
                        throw e;
                    }
                    LOG.info("the engine is gone; starting another");
                }
            }
        }
    }

    private static Message end(AnswerWriter writer, ChatObserver observer, Answered answered) throws Problem {
        ChatResult result = answered.result();
        if (result == null) {
            return end(writer, observer, MessageState.INTERRUPTED, null);
        }
        Message stored = writer.finish(
                result.finish() == ChatResult.Finish.CANCELLED ? MessageState.INTERRUPTED : MessageState.COMPLETE,
                new Timings(
                        result.promptTokens(),
                        result.cachedTokens(),
                        result.answerTokens(),
                        result.promptMillis(),
                        result.answerMillis()),
                new Ending(result.finish().name().toLowerCase(Locale.ROOT), answered.contextTokens()));
        observer.onResult(result);
        observer.onEnd(stored);
        return stored;
    }

    private static Message end(
            AnswerWriter writer, ChatObserver observer, MessageState state, @Nullable Timings timings) throws Problem {
        Message stored = writer.finish(state, timings);
        observer.onEnd(stored);
        return stored;
    }
}
