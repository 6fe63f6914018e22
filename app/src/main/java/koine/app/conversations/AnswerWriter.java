package koine.app.conversations;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongSupplier;
import koine.app.conversations.Message.Ending;
import koine.app.conversations.Message.Reasoning;
import koine.app.conversations.Message.Timings;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writing end of one streaming answer. Text given to {@link #append} is on disk half a second later at the latest,
 * also when no more follows. Any thread.
 */
public final class AnswerWriter {
    private static final Logger LOG = LoggerFactory.getLogger(AnswerWriter.class);
    private static final Duration DELAY = Duration.ofMillis(500);
    private static final long NANOS_A_MILLI = 1_000_000;

    private final Database database;
    private final Message answer;
    private final Runnable onFinished;
    private final StringBuilder text = new StringBuilder(); // guards the fields below as well
    private final StringBuilder thoughts = new StringBuilder();
    private final LongSupplier nanoTime;
    private long thinkingSince;
    private long thinkingUntil;
    private boolean thinking;
    private Written written = new Written(0, 0); // the database's thread alone changes it
    private boolean scheduled;
    private boolean finished;

    /** How many characters are on disk. */
    private record Written(int text, int thoughts) {}

    AnswerWriter(Database database, Message answer, Runnable onFinished, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.database = database;
        this.answer = answer;
        this.onFinished = onFinished;
    }

    /** Returns at once. A write that fails is tried again with the next, and finally reported by {@link #finish}. */
    public void append(String more) {
        boolean schedule;
        synchronized (text) {
            text.append(more);
            endThinking();
            schedule = schedule();
        }
        if (schedule) {
            database.later(DELAY, this::flush);
        }
    }

    /** As {@link #append}, of what the model thinks before its answer. */
    public void appendReasoning(String more) {
        boolean schedule;
        synchronized (text) {
            if (thoughts.isEmpty()) {
                thinkingSince = nanoTime.getAsLong();
            }
            thinking = true;
            thoughts.append(more);
            schedule = schedule();
        }
        if (schedule) {
            database.later(DELAY, this::flush);
        }
    }

    private boolean schedule() {
        boolean schedule = !scheduled && !finished;
        scheduled = true;
        return schedule;
    }

    private void endThinking() {
        if (thinking) {
            thinking = false;
            thinkingUntil = nanoTime.getAsLong();
        }
    }

    /**
     * Writes the rest and the end of the answer; once, and a second time when that failed: what is not written now is
     * lost.
     *
     * @return the answer as stored
     */
    public Message finish(MessageState state, @Nullable Timings timings) throws Problem {
        return finish(state, timings, null);
    }

    /**
     * As {@link #finish(MessageState, Timings)}.
     *
     * @param ending null when the engine did not get to its end
     */
    public Message finish(MessageState state, @Nullable Timings timings, @Nullable Ending ending) throws Problem {
        synchronized (text) {
            finished = true;
            endThinking();
        }
        try {
            try {
                return database.write(c -> end(c, state, timings, ending));
            } catch (Problem first) {
                LOG.warn("the end of an answer is written a second time after {}", first.code());
                return database.write(c -> end(c, state, timings, ending));
            }
        } finally {
            onFinished.run();
        }
    }

    private Message end(Connection c, MessageState state, @Nullable Timings timings, @Nullable Ending ending)
            throws SQLException {
        appendRest(c);
        Reasoning reasoning = reasoning();
        SqliteConversationStore.update(
                c,
                """
                    UPDATE messages
                    SET state = ?, prompt_tokens = ?, cached_tokens = ?, answer_tokens = ?, prompt_millis = ?,
                        answer_millis = ?, reasoning_millis = ?, finish = ?, context_tokens = ?, writer_pid = NULL,
                        writer_started = NULL
                    WHERE id = ?""",
                SqliteConversationStore.name(state),
                timings == null ? null : timings.promptTokens(),
                timings == null ? null : timings.cachedTokens(),
                timings == null ? null : timings.answerTokens(),
                timings == null ? null : timings.promptMillis(),
                timings == null ? null : timings.answerMillis(),
                reasoning == null ? null : reasoning.millis(),
                ending == null ? null : ending.finish(),
                ending == null ? null : ending.contextTokens(),
                answer.id());
        SqliteConversationStore.update(
                c,
                "UPDATE conversations SET updated_at = ? WHERE id = ?",
                System.currentTimeMillis(),
                answer.conversationId());
        return new Message(
                answer.id(),
                answer.conversationId(),
                answer.parentId(),
                answer.role(),
                soFar(),
                answer.model(),
                answer.language(),
                state,
                answer.createdAt(),
                timings,
                reasoning,
                ending,
                answer.layers());
    }

    /** All the text given so far. */
    public String soFar() {
        synchronized (text) {
            return text.toString();
        }
    }

    /** All the thoughts so far. */
    public String thoughtsSoFar() {
        synchronized (text) {
            return thoughts.toString();
        }
    }

    /** Whether neither a word of the answer nor a thought has come. */
    public boolean nothingSoFar() {
        synchronized (text) {
            return text.isEmpty() && thoughts.isEmpty();
        }
    }

    private @Nullable Reasoning reasoning() {
        synchronized (text) {
            return thoughts.isEmpty()
                    ? null
                    : new Reasoning(thoughts.toString(), Math.max(0, thinkingUntil - thinkingSince) / NANOS_A_MILLI);
        }
    }

    private void flush() {
        synchronized (text) {
            scheduled = false;
            if (finished) {
                return;
            }
        }
        try {
            written = database.writeHere(this::appendRest);
        } catch (Problem e) {
            return; // said by finish(), unless the disk has recovered until then
        }
    }

    /** @return how much is on disk once the transaction is */
    private Written appendRest(Connection c) throws SQLException {
        String rest;
        String thoughtsRest;
        Written all;
        synchronized (text) {
            rest = text.substring(written.text());
            thoughtsRest = thoughts.substring(written.thoughts());
            all = new Written(text.length(), thoughts.length());
        }
        if (!rest.isEmpty()) {
            SqliteConversationStore.update(
                    c, "UPDATE messages SET content = content || ? WHERE id = ?", rest, answer.id());
        }
        if (!thoughtsRest.isEmpty()) {
            SqliteConversationStore.update(
                    c,
                    "UPDATE messages SET reasoning = ifnull(reasoning, '') || ? WHERE id = ?",
                    thoughtsRest,
                    answer.id());
        }
        return all;
    }
}
