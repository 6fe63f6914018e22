package koine.app.conversations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import koine.app.conversations.Message.Ending;
import koine.app.conversations.Message.Reasoning;
import koine.app.conversations.Message.Timings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A profile as an earlier version left it: the file is frozen and never made anew. */
@Timeout(60)
class OldProfileTest {
    private static final String ID = "0198c0de-0000-7000-8000-000000000001";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void copy() throws Exception {
        file = folder.resolve("koine.db");
        try (InputStream in =
                Objects.requireNonNull(OldProfileTest.class.getResourceAsStream("profile-of-version-1.db"))) {
            Files.copy(in, file);
        }
    }

    @Test
    void keeps_every_word_and_learns_of_thoughts_and_of_the_room_there_is() throws Exception {
        try (SqliteConversationStore store = new SqliteConversationStore(file)) {
            List<Message> old = store.messages(ID);
            assertEquals(
                    List.of("What is a koine?", "A shared language.", "कोइने क्या है?", "साझा"),
                    old.stream().map(Message::content).toList());
            assertEquals(new Timings(40, 8, 5, 90.5, 55.25), old.get(1).timings());
            assertEquals(MessageState.INTERRUPTED, old.get(3).state());
            assertNull(old.get(1).reasoning());
            assertNull(old.get(1).ending());
            assertEquals(0, store.contextTokens(ID));
            assertTrue(store.contextNote(ID).isEmpty());
            assertEquals(List.of(), store.layers(ID));
            store.setLayers(ID, List.of(new Layer("b", "hash of b", 0.5), new Layer("a", "hash of a", 1)));
            store.setLayers(ID, List.of(new Layer("b", "hash of b", 2), new Layer("c", "hash of c", 0)));
            assertEquals(List.of(new Layer("b", "hash of b", 2), new Layer("c", "hash of c", 0)), store.layers(ID));
            assertEquals("Be brief.", store.systemPrompt(ID).orElseThrow());

            ChatTurn turn = store.begin(ID, "And now?", null, "m", null);
            AnswerWriter writer = store.write(turn.answer());
            writer.appendReasoning("hm");
            writer.append("Yes.");
            writer.finish(MessageState.COMPLETE, null, new Ending("stop", 4096));
            Message last = store.messages(ID).getLast();
            Reasoning thoughts = Objects.requireNonNull(last.reasoning());
            assertEquals("hm", thoughts.text());
            assertEquals(new Ending("stop", 4096), last.ending());
        }
    }
}
