package koine.app.chat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import koine.app.conversations.ContextNote;
import koine.app.conversations.Message;
import koine.app.conversations.SqliteConversationStore;
import koine.engine.client.ChatAdapter;
import koine.engine.client.ChatEngine;
import koine.engine.client.ChatListener;
import koine.engine.client.ChatMessage;
import koine.engine.client.ChatRequest;
import koine.engine.client.ChatResult;
import koine.engine.client.EngineFacts;
import koine.engine.client.Sampling;
import koine.engine.client.Thinking;
import koine.i18n.Problem;
import koine.models.InstalledModel;
import org.jspecify.annotations.Nullable;

/** Plans over stored conversations; the engine that answers them counts and summarizes. Any thread. */
final class StoredContextPlan implements ContextPlan {
    /** The part of the room that is kept free for the answer. */
    private static final int ANSWER_SHARE = 4;
    /** With less than this there is no answer worth the name. */
    private static final int LEAST_ANSWER = 16;

    private static final int MOST_SUMMARY = 400;
    private static final int SUMMARY_SHARE = 8;
    /** Close to the text, and yet not so strict that a small model repeats itself. */
    private static final Sampling CALM = AnswerDefaults.sampling(new Sampling(0.3, null, null, null, null));

    private final StoringChatService chat;
    private final ContextCost cost;

    StoredContextPlan(StoringChatService chat, ContextCost cost) {
        this.chat = chat;
        this.cost = cost;
    }

    /** A conversation while its engine is held: what is sent of it now, and who can count it. */
    private record Open(
            SqliteConversationStore store,
            String id,
            Optional<String> system,
            List<Message> path,
            Optional<ContextNote> note,
            ChatEngine engine,
            EngineFacts facts,
            ChatOptions options,
            List<ChatAdapter> adapters) {
        int first() {
            return History.firstSent(path, note);
        }

        int room() {
            return facts.contextTokens();
        }

        int reserve() {
            return room() / ANSWER_SHARE;
        }

        @Nullable
        Boolean thinking() {
            return options.thinking();
        }
    }

    private interface Work<T extends @Nullable Object> {
        T with(Open open, InstalledModel model) throws Problem;
    }

    private <T extends @Nullable Object> T open(String conversationId, ChatOptions options, Work<T> work)
            throws Problem {
        SqliteConversationStore store = chat.store(options);
        InstalledModel model = chat.specs().model(options);
        List<ChatAdapter> adapters =
                chat.beside(store, conversationId, model, options).adapters();
        try (EngineLeases.Use use = chat.engine(chat.specs().of(store, conversationId, model, options))) {
            ChatEngine engine = use.lease().engine();
            EngineFacts facts = engine.facts();
            if (facts.contextTokens() == 0) {
                throw new Problem("KOINE-E206", Map.of());
            }
            return work.with(
                    new Open(
                            store,
                            conversationId,
                            store.systemPrompt(conversationId),
                            question(store.messages(conversationId)),
                            store.contextNote(conversationId),
                            engine,
                            facts,
                            options,
                            adapters),
                    model);
        }
    }

    /** Up to and with the newest question. */
    private static List<Message> question(List<Message> path) {
        int end = path.size();
        while (end > 0 && !path.get(end - 1).role().equals("user")) {
            end--;
        }
        return path.subList(0, end);
    }

    @Override
    public Overflow examine(String conversationId, ChatOptions options) throws Problem {
        return open(conversationId, options, (open, model) -> {
            int tokens = count(open, History.of(open.system(), open.path(), open.note()));
            int cut = cut(open, open.room() - open.reserve(), null);
            return new Overflow(
                    tokens, open.room(), cut < 0 ? 0 : cut - open.first(), larger(model, tokens, open.room()));
        });
    }

    @Override
    public ContextNote dropOldest(String conversationId, ChatOptions options) throws Problem {
        return open(conversationId, options, (open, model) -> {
            int cut = cut(open, open.room() - open.reserve(), null);
            if (cut < 0) {
                throw tooLong(open);
            }
            return open.store().addContextNote(open.id(), open.path().get(cut).id(), null);
        });
    }

    @Override
    public void enlarge(String conversationId, int contextTokens, ChatOptions options) throws Problem {
        InstalledModel model = chat.specs().model(options);
        EngineSpecs.checkContext(model, contextTokens);
        chat.store(options).setContextTokens(conversationId, contextTokens);
    }

    @Override
    public void undo(String conversationId) throws Problem {
        chat.store(ChatOptions.DEFAULT).removeContextNote(conversationId);
    }

    @Override
    public @Nullable ContextNote summarize(String conversationId, ChatOptions options, ChatObserver observer)
            throws Problem {
        return open(conversationId, options, (open, model) -> {
            int summaryTokens = Math.min(MOST_SUMMARY, open.room() / SUMMARY_SHARE);
            int cut = cut(open, open.room() - open.reserve() - summaryTokens, "");
            if (cut < 0) {
                throw tooLong(open);
            }
            String summary = open.note().map(ContextNote::summary).orElse(null);
            int from = open.first();
            while (from < cut) {
                int to = readable(open, from, cut, summary, summaryTokens);
                String shorter = summary(open, from, to, summary, summaryTokens, observer);
                if (shorter == null) {
                    return null;
                }
                summary = shorter;
                from = to;
            }
            return open.store().addContextNote(open.id(), open.path().get(cut).id(), summary);
        });
    }

    /**
     * The first message from which on the conversation has at most {@code most} tokens; at the latest the newest
     * question, which may take what is kept for the answer.
     *
     * @param summary what will stand before it; null is nothing
     * @return -1 when the question alone leaves no room, or there is nothing before it
     */
    private int cut(Open open, int most, @Nullable String summary) throws Problem {
        List<Integer> starts = starts(open.path(), open.first() + 1, open.path().size());
        if (starts.isEmpty()) {
            return -1;
        }
        int low = 0;
        int high = starts.size() - 1; // the answer, unless an earlier one fits
        while (low < high) {
            int middle = (low + high) / 2;
            if (count(open, sent(open, starts.get(middle), summary)) <= most) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        int cut = starts.get(high);
        boolean last = high == starts.size() - 1;
        return last && count(open, sent(open, cut, summary)) > open.room() - LEAST_ANSWER ? -1 : cut;
    }

    private static List<ChatMessage> sent(Open open, int from, @Nullable String summary) {
        return History.of(open.system(), open.path().subList(from, open.path().size()), summary);
    }

    /** How much of the old messages, from one of them on, can be read at once to be summarized. */
    private int readable(Open open, int from, int cut, @Nullable String summary, int summaryTokens) throws Problem {
        List<Integer> ends = new java.util.ArrayList<>(starts(open.path(), from + 1, cut));
        ends.add(cut);
        int most = open.room() - summaryTokens - LEAST_ANSWER;
        int low = -1;
        int high = ends.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) / 2;
            if (count(open, toSummarize(open, from, ends.get(middle), summary)) <= most) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        if (low < 0) {
            throw new Problem("KOINE-C112", Map.of());
        }
        return ends.get(low);
    }

    private static List<ChatMessage> toSummarize(Open open, int from, int to, @Nullable String summary) {
        List<Message> old = open.path().subList(from, to);
        return History.ask(History.of(Optional.empty(), old, summary), SummaryWords.request(old));
    }

    /** Where questions stand. */
    private static List<Integer> starts(List<Message> path, int from, int to) {
        return java.util.stream.IntStream.range(from, to)
                .filter(i -> path.get(i).role().equals("user"))
                .boxed()
                .toList();
    }

    private int count(Open open, List<ChatMessage> messages) throws Problem {
        return open.engine()
                .countTokens(new ChatRequest(
                                UUID.randomUUID().toString(), messages, CALM, 1, open.id(), open.thinking(), false)
                        .withAdapters(open.adapters()));
    }

    private @Nullable String summary(
            Open open, int from, int to, @Nullable String before, int summaryTokens, ChatObserver observer)
            throws Problem {
        RunningAnswer running = new RunningAnswer(UUID.randomUUID().toString());
        boolean canBeQuiet = open.facts().thinking() == Thinking.SWITCHABLE;
        ChatRequest request = new ChatRequest(
                        running.requestId(),
                        toSummarize(open, from, to, before),
                        CALM,
                        summaryTokens,
                        open.id(),
                        canBeQuiet ? Boolean.FALSE : null,
                        false)
                .withAdapters(open.adapters());
        StringBuilder text = new StringBuilder();
        ChatResult result = chat.run(open.id(), running, open.engine(), request, new ChatListener() {
            @Override
            public void onPromptProgress(int processed, int cached, int total) {
                running.stopIfWanted();
                observer.onPromptProgress(processed, cached, total);
            }

            @Override
            public void onText(String more) {
                running.stopIfWanted();
                text.append(more);
                observer.onText(more);
            }
        });
        if (result.finish() == ChatResult.Finish.CANCELLED) {
            return null;
        }
        String summary = text.toString().strip();
        if (summary.isEmpty()) {
            throw new Problem("KOINE-E205", Map.of());
        }
        return summary;
    }

    private Overflow.@Nullable Larger larger(InstalledModel model, int tokens, int room) {
        long trained = Math.min(model.contextTokens(), Integer.MAX_VALUE / 2);
        long wanted = room;
        while (wanted < tokens + wanted / ANSWER_SHARE && wanted < trained) {
            wanted *= 2;
        }
        wanted = Math.min(wanted, trained);
        if (wanted <= room || wanted < tokens + LEAST_ANSWER) {
            return null;
        }
        try {
            long more = cost.bytes(model.path(), (int) wanted) - cost.bytes(model.path(), room);
            return new Overflow.Larger((int) wanted, Math.max(0, more));
        } catch (IOException e) {
            return null; // without its cost it is no offer
        }
    }

    private Problem tooLong(Open open) throws Problem {
        int tokens = count(open, sent(open, open.path().size() - 1, null));
        return new Problem("KOINE-C111", Map.of("promptTokens", tokens, "contextTokens", open.room()));
    }
}
