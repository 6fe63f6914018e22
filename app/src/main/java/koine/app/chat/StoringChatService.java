package koine.app.chat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;
import koine.app.Settings;
import koine.app.conversations.AnswerWriter;
import koine.app.conversations.ChatTurn;
import koine.app.conversations.Message;
import koine.app.conversations.Message.Timings;
import koine.app.conversations.MessageState;
import koine.app.conversations.SqliteConversationStore;
import koine.app.conversations.StorageException;
import koine.engine.client.ChatListener;
import koine.engine.client.ChatRequest;
import koine.engine.client.ChatResult;
import koine.engine.client.EngineLease;
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

    private final ModelStore models;
    private final Settings settings;
    private final PackFinder packs;
    private final EngineLeases leases;
    private final Supplier<SqliteConversationStore> saved;
    private final Supplier<SqliteConversationStore> unsaved;
    private final Map<String, RunningAnswer> running = new ConcurrentHashMap<>();

    /**
     * @param saved the profile's conversations
     * @param unsaved conversations in memory, for turns that are not to be saved
     */
    public StoringChatService(
            ModelStore models,
            Settings settings,
            PackFinder packs,
            Engines engines,
            Supplier<SqliteConversationStore> saved,
            Supplier<SqliteConversationStore> unsaved) {
        this.models = models;
        this.settings = settings;
        this.packs = packs;
        this.leases = new EngineLeases(engines);
        this.saved = saved;
        this.unsaved = unsaved;
    }

    @Override
    public Message ask(@Nullable String conversationId, String question, ChatOptions options, ChatObserver observer)
            throws Problem {
        long wish = leases.wish();
        SqliteConversationStore store = store(options);
        // Whatever can be refused is refused before the question is stored, so that the person still has it in hand.
        InstalledModel model = model(options);
        Path pack = packs.pack();
        ChatTurn turn = store.begin(conversationId, question, options.system(), model.id(), options.language());
        return answer(store, turn, new EngineSpec(model.path(), pack, 0), wish, options, observer);
    }

    @Override
    public Message retry(String conversationId, ChatOptions options, ChatObserver observer) throws Problem {
        long wish = leases.wish();
        SqliteConversationStore store = store(options);
        InstalledModel model = model(options);
        Path pack = packs.pack();
        ChatTurn turn = store.beginAgain(conversationId, model.id(), options.language());
        return answer(store, turn, new EngineSpec(model.path(), pack, 0), wish, options, observer);
    }

    @Override
    public void prepare(ChatOptions options, DoubleConsumer progress) {
        long wish = leases.wish();
        Thread.ofPlatform().name("koine-engine-prepare").daemon().start(() -> {
            try {
                leases.prepare(new EngineSpec(model(options).path(), packs.pack(), 0), wish, progress::accept);
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

    private SqliteConversationStore store(ChatOptions options) {
        return options.save() ? saved.get() : unsaved.get();
    }

    private InstalledModel model(ChatOptions options) throws Problem {
        if (options.model() != null) {
            return models.resolve(options.model());
        }
        String chosen = settings.model();
        if (chosen != null) {
            try {
                return models.resolve(chosen);
            } catch (Problem gone) {
                LOG.info("the chosen model is not here any more: {}", gone.code());
            }
        }
        return models.preferred();
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
            ChatRequest request = request(store, turn, options);
            ChatResult result = ask(answer, spec, wish, request, writer, observer);
            ended = true; // the writer tries twice by itself; a third end would say less than the second
            return end(writer, observer, result);
        } catch (StorageException e) {
            throw e.problem();
        } finally {
            try {
                if (!ended) {
                    end(
                            writer,
                            observer,
                            writer.soFar().isEmpty() ? MessageState.FAILED : MessageState.INTERRUPTED,
                            null);
                }
            } finally {
                running.remove(conversationId, answer);
                answer.ended();
            }
        }
    }

    private static ChatRequest request(SqliteConversationStore store, ChatTurn turn, ChatOptions options) {
        String conversationId = turn.conversation().id();
        List<Message> path = store.messages(conversationId).stream()
                .takeWhile(m -> !m.id().equals(turn.answer().id()))
                .toList();
        return new ChatRequest(
                turn.answer().id(),
                History.of(store.systemPrompt(conversationId), path),
                options.sampling(),
                options.maxTokens(),
                conversationId);
    }

    /** @return null when the answer was stopped before the engine said anything */
    private @Nullable ChatResult ask(
            RunningAnswer answer,
            EngineSpec spec,
            long wish,
            ChatRequest request,
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
            public void onText(String text) {
                answer.stopIfWanted();
                writer.append(text);
                observer.onText(text);
            }
        };
        for (int attempt = 1; ; attempt++) {
            try (EngineLeases.Use use = answer.start().await(leases, spec, wish, observer)) {
                if (use == null || answer.stopped()) {
                    return null;
                }
                EngineLease lease = use.lease();
                try {
                    answer.asking(lease.engine());
                    return lease.engine().chat(request, listener);
                } catch (Problem e) {
                    if (answer.stopped()) {
                        return null; // breaking off is what was wanted
                    }
                    // An engine that died while nobody was asking is noticed only now, and a new one can answer.
                    boolean gone = e.code().equals("KOINE-E209") || !lease.alive();
                    if (attempt == 2 || !gone || !writer.soFar().isEmpty()) {
                        throw e;
                    }
                    LOG.info("the engine is gone; starting another");
                }
            }
        }
    }

    private static Message end(AnswerWriter writer, ChatObserver observer, @Nullable ChatResult result) throws Problem {
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
                        result.answerMillis()));
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
