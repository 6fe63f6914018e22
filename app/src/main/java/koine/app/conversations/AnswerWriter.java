package koine.app.conversations;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
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

    private final Database database;
    private final Message answer;
    private final Runnable onFinished;
    private final StringBuilder text = new StringBuilder();
    private int written; // how much of the text is on disk; the database's thread alone changes it
    private boolean scheduled;
    private boolean finished;

    AnswerWriter(Database database, Message answer, Runnable onFinished) {
        this.database = database;
        this.answer = answer;
        this.onFinished = onFinished;
    }

    /** Returns at once. A write that fails is tried again with the next, and finally reported by {@link #finish}. */
    public void append(String more) {
        boolean schedule;
        synchronized (text) {
            text.append(more);
            schedule = !scheduled && !finished;
            scheduled = true;
        }
        if (schedule) {
            database.later(DELAY, this::flush);
        }
    }

    /**
     * Writes the rest and the end of the answer; once, and a second time when that failed: what is not written now is
     * lost.
     *
     * @return the answer as stored
     */
    public Message finish(MessageState state, @Nullable Timings timings) throws Problem {
        synchronized (text) {
            finished = true;
        }
        try {
            try {
                return database.write(c -> end(c, state, timings));
            } catch (Problem first) {
                LOG.warn("the end of an answer is written a second time after {}", first.code());
                return database.write(c -> end(c, state, timings));
            }
        } finally {
            onFinished.run();
        }
    }

    private Message end(Connection c, MessageState state, @Nullable Timings timings) throws SQLException {
        appendRest(c);
        SqliteConversationStore.update(
                c,
                """
                    UPDATE messages
                    SET state = ?, prompt_tokens = ?, cached_tokens = ?, answer_tokens = ?, prompt_millis = ?,
                        answer_millis = ?, writer_pid = NULL, writer_started = NULL
                    WHERE id = ?""",
                SqliteConversationStore.name(state),
                timings == null ? null : timings.promptTokens(),
                timings == null ? null : timings.cachedTokens(),
                timings == null ? null : timings.answerTokens(),
                timings == null ? null : timings.promptMillis(),
                timings == null ? null : timings.answerMillis(),
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
                timings);
    }

    /** All the text given so far. */
    public String soFar() {
        synchronized (text) {
            return text.toString();
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
            int length = database.writeHere(this::appendRest);
            written = length;
        } catch (Problem e) {
            return; // said by finish(), unless the disk has recovered until then
        }
    }

    /** @return how much of the text is on disk once the transaction is */
    private int appendRest(Connection c) throws SQLException {
        String rest;
        int length;
        synchronized (text) {
            rest = text.substring(written);
            length = text.length();
        }
        if (!rest.isEmpty()) {
            SqliteConversationStore.update(
                    c, "UPDATE messages SET content = content || ? WHERE id = ?", rest, answer.id());
        }
        return length;
    }
}
