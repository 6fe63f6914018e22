package koine.app.conversations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The layers of conversations. On the database's thread, without state. */
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

    /** In place of those there are. */
    static int set(Connection c, String conversationId, List<Layer> layers) throws SQLException {
        SqliteConversationStore.update(c, "DELETE FROM layers WHERE conversation_id = ?", conversationId);
        int position = 0;
        for (Layer layer : layers) {
            SqliteConversationStore.update(
                    c,
                    "INSERT INTO layers (conversation_id, position, name, sha256, scale) VALUES (?, ?, ?, ?, ?)",
                    conversationId,
                    position++,
                    layer.name(),
                    layer.sha256(),
                    layer.scale());
        }
        return SqliteConversationStore.touch(c, conversationId);
    }
}
