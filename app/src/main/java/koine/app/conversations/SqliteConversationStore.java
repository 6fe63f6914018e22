package koine.app.conversations;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Conversations in one SQLite file, shared with other processes of the same user. Any thread; the file is opened at
 * first use. Reading throws {@link StorageException}, writing a turn throws {@link Problem}:
 *
 * <ul>
 *   <li>{@code KOINE-C101} no such conversation
 *   <li>{@code KOINE-C102} the file is damaged or not Koine's; nothing is overwritten
 *   <li>{@code KOINE-C103} the file was written by a newer Koine
 *   <li>{@code KOINE-C104} the folder cannot be written
 *   <li>{@code KOINE-C105} the disk is full
 *   <li>{@code KOINE-C106} another program holds the file
 *   <li>{@code KOINE-C107} reading or writing failed otherwise
 *   <li>{@code KOINE-C108} the conversation is being answered, here or in another window
 * </ul>
 */
public final class SqliteConversationStore implements ConversationStore, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteConversationStore.class);

    private final Database database;
    private final Writer self;
    private final Ids ids = new Ids();
    private final Set<String> open = ConcurrentHashMap.newKeySet(); // answers that this store is writing
    private volatile boolean deletedWordsLeft;

    /** @param file made, readable by its owner alone, when it does not exist */
    public SqliteConversationStore(Path file) {
        this(new Database(file), Writer.self());
    }

    private SqliteConversationStore(Database database, Writer self) {
        this.database = database;
        this.self = self;
    }

    static SqliteConversationStore withWriter(Path file, Writer self) {
        return new SqliteConversationStore(new Database(file), self);
    }

    /** Conversations that are never written anywhere and end with the store. */
    public static SqliteConversationStore inMemory() {
        return new SqliteConversationStore(new Database(null), Writer.self());
    }

    @Override
    public List<Conversation> list() {
        return reading(Rows::list);
    }

    @Override
    public Optional<Conversation> find(String conversationId) {
        return reading(c -> Rows.find(c, conversationId));
    }

    @Override
    public List<Message> messages(String conversationId) {
        return reading(c -> Rows.newestPath(Rows.allMessages(c, conversationId)));
    }

    @Override
    public List<Message> allMessages(String conversationId) {
        return reading(c -> Collections.unmodifiableList(Rows.allMessages(c, conversationId)));
    }

    @Override
    public Optional<String> systemPrompt(String conversationId) {
        return reading(c -> {
            try (PreparedStatement statement =
                    c.prepareStatement("SELECT system_prompt FROM conversations WHERE id = ?")) {
                statement.setString(1, conversationId);
                try (ResultSet row = statement.executeQuery()) {
                    return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.empty();
                }
            }
        });
    }

    @Override
    public void rename(String conversationId, String title) {
        writing(c -> update(c, "UPDATE conversations SET title = ? WHERE id = ?", title, conversationId));
    }

    @Override
    public void delete(String conversationId) {
        writing(c -> update(c, "DELETE FROM conversations WHERE id = ?", conversationId));
        // The write-ahead log still holds the pages with the deleted words.
        deletedWordsLeft = !reading(Database::emptyLog);
    }

    /**
     * Stores a question, complete, and an empty answer to it that streams from now on, in one transaction.
     *
     * @param conversationId null begins a new conversation
     * @param system system prompt of a new conversation
     * @param model id of the model that will answer
     * @param language BCP 47 tag of the answer where known
     * @param choices stored with them: nobody finds the question without what it was asked with
     */
    public ChatTurn begin(
            @Nullable String conversationId,
            String question,
            @Nullable String system,
            String model,
            @Nullable String language,
            TurnChoices choices)
            throws Problem {
        return database.write(c -> {
            Instant now = now();
            String id;
            String parent;
            if (conversationId == null) {
                id = ids.next();
                parent = null;
                update(
                        c,
                        "INSERT INTO conversations (id, title, system_prompt, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
                        id,
                        Titles.of(question),
                        system,
                        now.toEpochMilli(),
                        now.toEpochMilli());
            } else {
                id = conversationId;
                List<Message> path = answerable(c, conversationId);
                parent = path.isEmpty() ? null : path.getLast().id();
            }
            Message asked =
                    new Message(ids.next(), id, parent, "user", question, null, null, MessageState.COMPLETE, now, null);
            insert(c, asked);
            return turn(c, asked, model, language, choices, now);
        });
    }

    /** Begins another answer to the last question of a conversation. */
    public ChatTurn beginAgain(String conversationId, String model, @Nullable String language, TurnChoices choices)
            throws Problem {
        return database.write(c -> {
            Message question = answerable(c, conversationId).stream()
                    .filter(m -> m.role().equals("user"))
                    .reduce((earlier, later) -> later)
                    .orElseThrow(() -> StorageProblems.noSuchConversation(conversationId));
            return turn(c, question, model, language, choices, now());
        });
    }

    @Override
    public Optional<ContextNote> contextNote(String conversationId) {
        return reading(c -> ContextNotes.newest(c, conversationId));
    }

    /**
     * From now on the conversation is sent from this message on.
     *
     * @param summary sent in place of what comes before; null is nothing
     */
    public ContextNote addContextNote(String conversationId, String firstSentId, @Nullable String summary)
            throws Problem {
        return database.write(c -> ContextNotes.add(c, ids.next(), conversationId, firstSentId, summary));
    }

    /** Takes the newest note of a conversation back; the one before it holds again. */
    public void removeContextNote(String conversationId) throws Problem {
        database.write(c -> ContextNotes.removeNewest(c, conversationId));
    }

    @Override
    public int contextTokens(String conversationId) {
        return reading(c -> ContextNotes.contextTokens(c, conversationId));
    }

    /** @param tokens 0 is the engine's usual context */
    public void setContextTokens(String conversationId, int tokens) throws Problem {
        database.write(c -> ContextNotes.setContextTokens(c, conversationId, tokens));
    }

    @Override
    public List<Layer> layers(String conversationId) {
        return reading(c -> StoredLayers.of(c, conversationId));
    }

    static int touch(Connection c, String conversationId) throws SQLException {
        return update(c, "UPDATE conversations SET updated_at = ? WHERE id = ?", now().toEpochMilli(), conversationId);
    }

    /** The writing end of an answer that has begun. */
    public AnswerWriter write(Message answer) {
        return new AnswerWriter(database, answer, () -> open.remove(answer.id()), System::nanoTime);
    }

    @Override
    public void close() {
        if (deletedWordsLeft) {
            deletedWordsLeft = false;
            try {
                boolean gone = database.read(Database::emptyLog);
                LOG.info("the log of the conversations was emptied at last: {}", gone);
            } catch (Problem e) {
                LOG.warn("the log of the conversations could not be emptied: {}", e.code());
            }
        }
        database.close();
    }

    private ChatTurn turn(
            Connection c, Message question, String model, @Nullable String language, TurnChoices choices, Instant now)
            throws SQLException, Problem {
        String id = question.conversationId();
        Message answer = new Message(
                ids.next(),
                id,
                question.id(),
                "assistant",
                "",
                model,
                language,
                MessageState.STREAMING,
                now,
                null,
                null,
                null,
                choices.used());
        open.add(answer.id());
        insert(c, answer);
        StoredLayers.setOfAnswer(c, answer.id(), choices.used());
        if (choices.contextTokens() > 0) {
            ContextNotes.setContextTokens(c, id, choices.contextTokens());
        }
        if (choices.layers() != null) {
            StoredLayers.set(c, id, choices.layers());
        }
        touch(c, id);
        Conversation conversation = Rows.find(c, id).orElseThrow(() -> StorageProblems.noSuchConversation(id));
        return new ChatTurn(conversation, question, answer);
    }

    /** The conversation's newest path, when nobody is answering in it. */
    private List<Message> answerable(Connection c, String conversationId) throws SQLException, Problem {
        if (Rows.find(c, conversationId).isEmpty()) {
            throw StorageProblems.noSuchConversation(conversationId);
        }
        closeAbandoned(c);
        List<Message> all = Rows.allMessages(c, conversationId);
        if (all.stream().anyMatch(m -> m.state() == MessageState.STREAMING)) {
            throw StorageProblems.beingAnswered();
        }
        return Rows.newestPath(all);
    }

    private void insert(Connection c, Message m) throws SQLException {
        boolean streaming = m.state() == MessageState.STREAMING;
        update(
                c,
                """
                INSERT INTO messages (id, conversation_id, parent_id, role, content, model, language, state, created_at,
                                      layers, writer_pid, writer_started)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                m.id(),
                m.conversationId(),
                m.parentId(),
                m.role(),
                m.content(),
                m.model(),
                m.language(),
                name(m.state()),
                m.createdAt().toEpochMilli(),
                m.layers() == null ? null : m.layers().size(),
                streaming ? self.pid() : null,
                streaming ? self.startedMillis() : null);
    }

    private <T extends @Nullable Object> T reading(Database.Work<T> work) {
        try {
            if (database.read(c -> !abandoned(c).isEmpty())) {
                database.write(this::closeAbandoned);
            }
            return database.read(work);
        } catch (Problem e) {
            throw new StorageException(e);
        }
    }

    private void writing(Database.Work<Integer> work) {
        try {
            database.write(work);
        } catch (Problem e) {
            throw new StorageException(e);
        }
    }

    /** Ids of the streaming answers that nobody will finish: their process is gone, or gave up on them. */
    private List<String> abandoned(Connection c) throws SQLException {
        List<String> found = new ArrayList<>();
        try (PreparedStatement statement = c.prepareStatement(
                        "SELECT id, writer_pid, writer_started FROM messages WHERE state = 'streaming'");
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                String id = row.getString(1);
                Writer writer = new Writer(row.getLong(2), row.getLong(3));
                if (writer.equals(self) ? !open.contains(id) : !writer.alive()) {
                    found.add(id);
                }
            }
        }
        return found;
    }

    /** Interrupted with what they have, failed when they have nothing. */
    private int closeAbandoned(Connection c) throws SQLException {
        int closed = 0;
        for (String id : abandoned(c)) {
            closed += update(c, """
                    UPDATE messages
                    SET state = CASE WHEN content = '' AND reasoning IS NULL THEN 'failed' ELSE 'interrupted' END,
                        writer_pid = NULL, writer_started = NULL
                    WHERE id = ? AND state = 'streaming'""", id);
        }
        return closed;
    }

    static String name(MessageState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    static int update(Connection c, String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }

    static Instant now() {
        return Instant.ofEpochMilli(System.currentTimeMillis()); // what the file can hold
    }
}
