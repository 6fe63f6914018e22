package koine.app.conversations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The layers of conversations and of their answers. On the database's thread, without state. */
final class StoredLayers {
    private StoredLayers() {}

    static List<Layer> of(Connection c, String conversationId) throws SQLException {
        List<Layer> layers = new ArrayList<>();
        try (PreparedStatement statement = c.prepareStatement(
                "SELECT name, sha256, scale FROM layers WHERE conversation_id = ? ORDER BY position")) {
            statement.setString(1, conversationId);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    layers.add(new Layer(row.getString(1), row.getString(2), row.getDouble(3)));
                }
            }
        }
        return Collections.unmodifiableList(layers);
    }

    /** Of all answers of a conversation that have some, by their ids. */
    static Map<String, List<Layer>> ofAnswers(Connection c, String conversationId) throws SQLException {
        Map<String, List<Layer>> layers = new HashMap<>();
        try (PreparedStatement statement = c.prepareStatement("""
                SELECT l.message_id, l.name, l.sha256, l.scale
                FROM answer_layers l JOIN messages m ON m.id = l.message_id
                WHERE m.conversation_id = ? ORDER BY l.message_id, l.position""")) {
            statement.setString(1, conversationId);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    layers.computeIfAbsent(row.getString(1), id -> new ArrayList<>())
                            .add(new Layer(row.getString(2), row.getString(3), row.getDouble(4)));
                }
            }
        }
        return layers;
    }

    /** Of an answer that has none yet. */
    static void setOfAnswer(Connection c, String messageId, List<Layer> layers) throws SQLException {
        insert(
                c,
                "INSERT INTO answer_layers (message_id, position, name, sha256, scale) VALUES (?, ?, ?, ?, ?)",
                messageId,
                layers);
    }

    /** In place of those there are. */
    static void set(Connection c, String conversationId, List<Layer> layers) throws SQLException {
        SqliteConversationStore.update(c, "DELETE FROM layers WHERE conversation_id = ?", conversationId);
        insert(
                c,
                "INSERT INTO layers (conversation_id, position, name, sha256, scale) VALUES (?, ?, ?, ?, ?)",
                conversationId,
                layers);
    }

    private static void insert(Connection c, String sql, String owner, List<Layer> layers) throws SQLException {
        int position = 0;
        for (Layer layer : layers) {
            SqliteConversationStore.update(c, sql, owner, position++, layer.name(), layer.sha256(), layer.scale());
        }
    }
}
