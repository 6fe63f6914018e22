package koine.app.conversations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How much of a long conversation is sent, and how much room it was given. On the database's thread, without state. */
final class ContextNotes {
    private ContextNotes() {}

    static Optional<ContextNote> newest(Connection c, String conversationId) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement("""
                SELECT id, conversation_id, first_sent_id, summary, created_at FROM context_notes
                WHERE conversation_id = ? ORDER BY sequence DESC LIMIT 1""")) {
            statement.setString(1, conversationId);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(new ContextNote(
                                row.getString(1),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                Instant.ofEpochMilli(row.getLong(5))))
                        : Optional.empty();
            }
        }
    }

    static ContextNote add(Connection c, String id, String conversationId, String firstSentId, @Nullable String summary)
            throws SQLException {
        ContextNote note = new ContextNote(id, conversationId, firstSentId, summary, SqliteConversationStore.now());
        SqliteConversationStore.update(
                c,
                "INSERT INTO context_notes (id, conversation_id, first_sent_id, summary, created_at) VALUES (?, ?, ?, ?, ?)",
                note.id(),
                note.conversationId(),
                note.firstSentId(),
                note.summary(),
                note.createdAt().toEpochMilli());
        SqliteConversationStore.touch(c, conversationId);
        return note;
    }

    /** The one before it holds again. */
    static int removeNewest(Connection c, String conversationId) throws SQLException {
        SqliteConversationStore.update(
                c,
                "DELETE FROM context_notes WHERE sequence = (SELECT max(sequence) FROM context_notes WHERE conversation_id = ?)",
                conversationId);
        return SqliteConversationStore.touch(c, conversationId);
    }

    /** @return 0 when none was chosen */
    static int contextTokens(Connection c, String conversationId) throws SQLException {
        try (PreparedStatement statement =
                c.prepareStatement("SELECT ifnull(context_tokens, 0) FROM conversations WHERE id = ?")) {
            statement.setString(1, conversationId);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getInt(1) : 0;
            }
        }
    }

    /** @param tokens 0 is the engine's usual context */
    static int setContextTokens(Connection c, String conversationId, int tokens) throws SQLException {
        return SqliteConversationStore.update(
                c,
                "UPDATE conversations SET context_tokens = ? WHERE id = ?",
                tokens == 0 ? null : tokens,
                conversationId);
    }
}
