package koine.app.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import koine.app.conversations.AnswerWriter;
import koine.app.conversations.ChatTurn;
import koine.app.conversations.Message;
import koine.app.conversations.Message.Ending;
import koine.app.conversations.Message.Timings;
import koine.app.conversations.MessageState;
import koine.app.conversations.SqliteConversationStore;
import koine.app.conversations.StorageException;
import koine.engine.client.ChatAdapter;
import koine.engine.client.ChatEngine;
import koine.engine.client.ChatListener;
import koine.engine.client.ChatMessage;
import koine.engine.client.ChatRequest;
import koine.engine.client.ChatResult;
import koine.engine.client.EngineFacts;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.client.Thinking;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One answer from its engine to the disk. */
final class Answering {
    private static final Logger LOG = LoggerFactory.getLogger(Answering.class);

    private final EngineLeases leases;
    private final SqliteConversationStore store;
    private final ChatTurn turn;
    private final ChatOptions options;
    private final List<ChatAdapter> adapters;
    private final ChatObserver observer;
    private final RunningAnswer answer;
    private final AnswerWriter writer;

    Answering(
            EngineLeases leases,
            SqliteConversationStore store,
            ChatTurn turn,
            ChatOptions options,
            List<ChatAdapter> adapters,
            ChatObserver observer,
            RunningAnswer answer) {
        this.leases = leases;
        this.store = store;
        this.turn = turn;
        this.options = options;
        this.adapters = adapters;
        this.observer = observer;
        this.answer = answer;
        this.writer = store.write(turn.answer());
    }

    /**
     * Blocks until the answer has ended, well or not, and is stored.
     *
     * @param wish from {@link EngineLeases#wish}
     */
    Message run(EngineSpec spec, long wish) throws Problem {
        boolean ended = false;
        try {
            observer.onStored(turn);
            Answered answered = ask(spec, wish);
            ended = true; // the writer tries twice by itself; a third end would say less than the second
            return end(answered);
        } catch (StorageException e) {
            throw e.problem();
        } catch (Problem e) {
            if (!ended && e.code().equals("KOINE-E202")) {
                ended = true;
                endTooLong(e);
            }
            throw e;
        } finally {
            if (!ended) {
                end(writer.nothingSoFar() ? MessageState.FAILED : MessageState.INTERRUPTED);
            }
        }
    }

    /** @param result null when the answer was stopped before the engine said anything */
    private record Answered(@Nullable ChatResult result, int contextTokens) {
        static final Answered NOTHING = new Answered(null, 0);
    }

    private Answered ask(EngineSpec spec, long wish) throws Problem {
        Problem death = null;
        for (int attempt = 1; ; attempt++) {
            try (EngineLeases.Use use = answer.start().await(leases, spec, wish, observer)) {
                if (use == null || answer.stopped()) {
                    return Answered.NOTHING;
                }
                EngineLease lease = use.lease();
                try {
                    ChatEngine engine = lease.engine();
                    EngineFacts facts = engine.facts();
                    ChatRequest request = writer.nothingSoFar() ? request(facts) : rest(request(facts), lease);
                    answer.asking(engine);
                    use.tellNotices(turn.conversation().id(), observer);
                    observer.onEngine(facts);
                    return new Answered(engine.chat(request, new Hearing()), facts.contextTokens());
                } catch (Problem e) {
                    if (answer.stopped()) {
                        if (!lease.alive()) {
                            leases.lost(lease); // what was waited for in vain is not tried again
                        }
                        return Answered.NOTHING; // breaking off is what was wanted
                    }
                    // An engine that died while nobody was asking is noticed only now, and a new one can answer.
                    boolean gone = e.code().equals("KOINE-E209")
                            || !lease.alive()
                            || (e.code().equals("KOINE-E201") && lease.endsSoon());
                    boolean begun = !writer.nothingSoFar();
                    // not its device's doing, if it died before it was asked
                    boolean asked = begun || attempt > 1 || e.code().equals("KOINE-E201");
                    boolean lower = gone && asked && leases.lost(lease);
                    if (!gone || ((begun || attempt > 1) && !lower)) {
                        throw death == null ? e : death; // that another could not go on says less
                    }
                    death = begun ? e : null;
                    LOG.info("the engine is gone; starting another{}", lower ? ", on less of a device" : "");
                }
            }
        }
    }

    private final class Hearing implements ChatListener {
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
    }

    private ChatRequest request(EngineFacts facts) throws Problem {
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
                        options.save())
                .withAdapters(adapters);
    }

    /** Of an answer whose engine died: another is asked for what comes after the words that are there. */
    private ChatRequest rest(ChatRequest whole, EngineLease lease) throws Problem {
        String thoughts = writer.thoughtsSoFar();
        String begun = writer.soFar();
        List<ChatMessage> messages = new ArrayList<>(whole.messages());
        messages.add(new ChatMessage("assistant", begun, thoughts.isEmpty() ? null : thoughts));
        Integer most = whole.maxTokens();
        int written = lease.tokens().tokenize(thoughts + begun).length;
        return new ChatRequest(
                whole.id(),
                messages,
                whole.sampling(),
                most == null ? null : Math.max(1, most - written),
                whole.cacheKey(),
                whole.thinking(),
                whole.keepOnDisk(),
                true,
                whole.adapters());
    }

    private static void checkThinking(@Nullable Boolean wanted, EngineFacts facts) throws Problem {
        if (Boolean.TRUE.equals(wanted) && facts.thinking() == Thinking.NONE) {
            throw new Problem("KOINE-A120", Map.of());
        }
        if (Boolean.FALSE.equals(wanted) && facts.thinking() == Thinking.ALWAYS) {
            throw new Problem("KOINE-A121", Map.of());
        }
    }

    private Message end(Answered answered) throws Problem {
        ChatResult result = answered.result();
        if (result == null) {
            return end(MessageState.INTERRUPTED);
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

    /** With the counts, so that what can be done is offered again whenever the conversation is opened. */
    private void endTooLong(Problem tooLong) throws Problem {
        Message stored = writer.finish(
                MessageState.FAILED,
                new Timings(number(tooLong, "promptTokens"), 0, 0, 0, 0),
                new Ending(Ending.OVERFLOW, number(tooLong, "contextTokens")));
        observer.onEnd(stored);
    }

    private static int number(Problem problem, String argument) {
        return problem.arguments().get(argument) instanceof Number number ? number.intValue() : 0;
    }

    private Message end(MessageState state) throws Problem {
        Message stored = writer.finish(state, null);
        observer.onEnd(stored);
        return stored;
    }
}
