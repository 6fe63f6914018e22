package koine.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import koine.app.chat.ScriptedEngines;
import koine.app.conversations.SqliteConversationStore;
import koine.app.conversations.TurnChoices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an engine that hung, or a program that was killed, left on disk of conversations that were deleted. */
class SweptSnapshotsTest {
    private static final String DELETED = "00000000-0000-7000-8000-000000000000";

    @TempDir
    Path home;

    private String conversation(String question) throws Exception {
        try (SqliteConversationStore store =
                new SqliteConversationStore(TestProfile.folders(home).data().resolve("koine.db"))) {
            return store.begin(null, question, null, "starter", null, TurnChoices.NONE)
                    .conversation()
                    .id();
        }
    }

    private Path snapshots() {
        return TestProfile.folders(home).runtime().resolve("snapshots");
    }

    private Path snapshot(String conversationId, Duration age, String ending) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(conversationId.getBytes(StandardCharsets.UTF_8));
        String name = HexFormat.of().formatHex(hash).substring(0, 32) + "-0123456789abcdef" + ending;
        Path file = Files.writeString(Files.createDirectories(snapshots()).resolve(name), "words");
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(snapshots())) {
            return files.sorted().toList();
        }
    }

    @Test
    void goes_when_the_program_starts_and_that_of_conversations_that_are_here_stays() throws Exception {
        Path kept = snapshot(conversation("kept?"), Duration.ofDays(3), ".kv");
        Path weights = Files.writeString(snapshots().resolve("weights.properties"), "");
        snapshot(DELETED, Duration.ofMinutes(2), ".kv");
        snapshot(DELETED, Duration.ofMinutes(2), ".kv123.part");
        try (Koine koine = TestProfile.open(home, ScriptedEngines.saying())) {
            koine.sweep().join();
        }
        assertEquals(Stream.of(kept, weights).sorted().toList(), left());
    }

    @Test
    void stays_while_it_could_be_of_a_conversation_that_just_began() throws Exception {
        conversation("kept?");
        Path young = snapshot(DELETED, Duration.ofSeconds(1), ".kv");
        try (Koine koine = TestProfile.open(home, ScriptedEngines.saying())) {
            koine.sweep().join();
        }
        assertEquals(List.of(young), left());
    }

    @Test
    void goes_when_another_conversation_is_deleted() throws Exception {
        String other = conversation("other?");
        Path old = snapshot(DELETED, Duration.ofMinutes(2), ".kv");
        try (Koine koine = TestProfile.open(home, ScriptedEngines.saying())) {
            koine.conversations().delete(other);
        }
        assertFalse(Files.exists(old));
    }

    @Test
    void stays_when_the_conversations_cannot_be_listed() throws Exception {
        Path file = snapshot(DELETED, Duration.ofMinutes(2), ".kv");
        Files.writeString(
                home.resolve("koine.db"), "this is no database, but longer than its header would be\n".repeat(40));
        try (Koine koine = TestProfile.open(home, ScriptedEngines.saying())) {
            koine.sweep().join();
        }
        assertTrue(Files.exists(file), "what is kept is not known");
    }
}
