package koine.app.conversations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import koine.app.conversations.Message.Timings;
import org.jspecify.annotations.Nullable;

/** Reads conversations and messages. On the database's thread, without state. */
final class Rows {
    private static final String CONVERSATIONS = """
            SELECT c.id, c.title, c.created_at, c.updated_at,
                   (SELECT count(DISTINCT ifnull(m.parent_id, '')) FROM messages m WHERE m.conversation_id = c.id)
            FROM conversations c""";
    private static final String MESSAGES = """
            SELECT id, conversation_id, parent_id, role, content, model, language, state, created_at,
                   prompt_tokens, cached_tokens, answer_tokens, prompt_millis, answer_millis,
                   reasoning, reasoning_millis, finish, context_tokens, layers
            FROM messages""";

    private Rows() {}

    /** The latest first. */
    static List<Conversation> list(Connection c) throws SQLException {
        List<Conversation> found = new ArrayList<>();
        try (PreparedStatement statement =
                        c.prepareStatement(CONVERSATIONS + " ORDER BY c.updated_at DESC, c.id DESC");
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                found.add(conversation(row));
            }
        }
        return Collections.unmodifiableList(found);
    }

    static Optional<Conversation> find(Connection c, String id) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement(CONVERSATIONS + " WHERE c.id = ?")) {
            statement.setString(1, id);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(conversation(row)) : Optional.empty();
            }
        }
    }

    static List<Message> allMessages(Connection c, String conversationId) throws SQLException {
        Map<String, List<Layer>> layers = StoredLayers.ofAnswers(c, conversationId);
        List<Message> found = new ArrayList<>();
        try (PreparedStatement statement =
                c.prepareStatement(MESSAGES + " WHERE conversation_id = ? ORDER BY sequence")) {
            statement.setString(1, conversationId);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(message(row, layers));
                }
            }
        }
        return found;
    }

    /** From the first question on, always to the newest of those that follow. */
    static List<Message> newestPath(List<Message> all) {
        Map<@Nullable String, Message> newestChild = new HashMap<>();
        for (Message message : all) {
            newestChild.put(message.parentId(), message);
        }
        List<Message> path = new ArrayList<>();
        for (Message next = newestChild.get(null); next != null; next = newestChild.get(next.id())) {
            path.add(next);
        }
        return Collections.unmodifiableList(path);
    }

    private static Conversation conversation(ResultSet row) throws SQLException {
        return new Conversation(
                row.getString(1),
                row.getString(2),
                row.getInt(5),
                Instant.ofEpochMilli(row.getLong(3)),
                Instant.ofEpochMilli(row.getLong(4)));
    }

    private static Message message(ResultSet row, Map<String, List<Layer>> layers) throws SQLException {
        int promptTokens = row.getInt(10);
        Timings timings = row.wasNull()
                ? null
                : new Timings(promptTokens, row.getInt(11), row.getInt(12), row.getDouble(13), row.getDouble(14));
        String reasoning = row.getString(15);
        String finish = row.getString(17);
        row.getInt(19);
        boolean known = !row.wasNull();
        return new Message(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                MessageState.valueOf(row.getString(8).toUpperCase(Locale.ROOT)),
                Instant.ofEpochMilli(row.getLong(9)),
                timings,
                reasoning == null ? null : new Message.Reasoning(reasoning, row.getLong(16)),
                finish == null ? null : new Message.Ending(finish, row.getInt(18)),
                known ? List.copyOf(layers.getOrDefault(row.getString(1), List.of())) : null);
    }
}
