package koine.app.conversations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import koine.app.conversations.Message.Timings;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.Function;

@Timeout(120)
class SqliteConversationStoreTest {
    private static final String NO_PROCESS = "no process has this number on any system";

    @TempDir
    Path folder;

    private Path file;
    private SqliteConversationStore store;

    @BeforeEach
    void open() {
        file = folder.resolve("profile é مجلد").resolve("koine.db");
        store = new SqliteConversationStore(file);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private ChatTurn turn(@Nullable String conversationId, String question, String answer) throws Problem {
        ChatTurn turn = store.begin(conversationId, question, null, "m", "en", TurnChoices.NONE);
        AnswerWriter writer = store.write(turn.answer());
        writer.append(answer);
        writer.finish(MessageState.COMPLETE, new Timings(7, 2, 3, 12.5, 30.25));
        return turn;
    }

    @Nested
    class A_turn {
        @Test
        void stores_the_question_complete_and_the_answer_streaming_before_anything_is_asked() throws Problem {
            ChatTurn turn = store.begin(null, "What is a lemma?", "Be brief.", "m", "hi", TurnChoices.NONE);
            try (SqliteConversationStore other = new SqliteConversationStore(file)) {
                // another process would see the same: this store's rows belong to a process that lives
                List<Message> messages =
                        new Reader(file).messages(turn.conversation().id());
                assertEquals(2, messages.size());
                assertEquals("What is a lemma?", messages.get(0).content());
                assertEquals(MessageState.COMPLETE, messages.get(0).state());
                assertEquals(MessageState.STREAMING, messages.get(1).state());
                assertEquals("hi", messages.get(1).language());
                assertEquals(
                        "Be brief.",
                        other.systemPrompt(turn.conversation().id()).orElseThrow());
            }
        }

        @Test
        void ends_with_text_state_and_timings() throws Problem {
            ChatTurn turn = turn(null, "q", "the answer 👩‍🚀");
            Message answer = store.messages(turn.conversation().id()).getLast();
            assertEquals("the answer 👩‍🚀", answer.content());
            assertEquals(MessageState.COMPLETE, answer.state());
            assertEquals(new Timings(7, 2, 3, 12.5, 30.25), answer.timings());
            assertEquals(turn.question().id(), answer.parentId());
            assertEquals("m", answer.model());
        }

        @Test
        void whose_end_could_not_be_written_at_once_still_ends_complete_and_says_nothing_twice() throws Exception {
            ChatTurn turn = store.begin(null, "q", null, "m", "en", TurnChoices.NONE);
            AtomicInteger tries = new AtomicInteger();
            try (Database hindered = new Database(file)) {
                hindered.read(c -> {
                    Function.create(c, "hinder", new Function() {
                        @Override
                        protected void xFunc() throws SQLException {
                            if (tries.incrementAndGet() == 1) {
                                throw new SQLException("as if the disk were full for a moment");
                            }
                            result(1);
                        }
                    });
                    return SqliteConversationStore.update(c, """
                            CREATE TEMP TRIGGER hindrance AFTER UPDATE OF state ON main.messages
                            BEGIN SELECT hinder(); END""");
                });
                AnswerWriter writer = new AnswerWriter(hindered, turn.answer(), () -> {}, System::nanoTime);
                writer.append("the whole answer");
                writer.finish(MessageState.COMPLETE, null);
            }
            assertEquals(2, tries.get());
            Message stored = store.messages(turn.conversation().id()).getLast();
            assertEquals("the whole answer", stored.content());
            assertEquals(MessageState.COMPLETE, stored.state());
        }

        @Test
        void follows_the_turn_before_it() throws Problem {
            ChatTurn first = turn(null, "one", "1");
            ChatTurn second = turn(first.conversation().id(), "two", "2");
            assertEquals(first.answer().id(), second.question().parentId());
            assertEquals(
                    List.of("one", "1", "two", "2"),
                    store.messages(first.conversation().id()).stream()
                            .map(Message::content)
                            .toList());
            assertEquals(4, store.list().getFirst().messageCount());
        }

        @Test
        void answered_again_keeps_the_former_answer_as_a_sibling() throws Problem {
            String id = turn(null, "q", "old").conversation().id();
            ChatTurn again = store.beginAgain(id, "m", null, TurnChoices.NONE);
            AnswerWriter writer = store.write(again.answer());
            writer.append("new");
            writer.finish(MessageState.COMPLETE, null);
            assertEquals(List.of("q", "new"), contents(store.messages(id)));
            assertEquals(List.of("q", "old", "new"), contents(store.allMessages(id)));
            assertEquals(2, store.find(id).orElseThrow().messageCount());
        }

        @Test
        void is_refused_while_another_answer_streams_in_the_conversation() throws Problem {
            ChatTurn turn = store.begin(null, "q", null, "m", null, TurnChoices.NONE);
            Problem problem = assertThrows(
                    Problem.class,
                    () -> store.begin(turn.conversation().id(), "q2", null, "m", null, TurnChoices.NONE));
            assertEquals("KOINE-C108", problem.code());
        }

        @Test
        void in_a_conversation_that_does_not_exist_is_a_problem() {
            assertEquals(
                    "KOINE-C101",
                    assertThrows(Problem.class, () -> store.begin("nowhere", "q", null, "m", null, TurnChoices.NONE))
                            .code());
        }

        @Test
        void that_its_writer_gave_up_on_does_not_block_the_conversation() throws Problem {
            ChatTurn turn = store.begin(null, "q", null, "m", null, TurnChoices.NONE);
            AnswerWriter writer = store.write(turn.answer());
            writer.append("part");
            try (SqliteConversationStore again = new SqliteConversationStore(file)) {
                // a store of this very process that does not write the answer: nobody does
                assertEquals(
                        MessageState.FAILED,
                        again.messages(turn.conversation().id()).getLast().state());
            }
        }
    }

    @Test
    void the_latest_conversation_comes_first_and_a_deleted_one_is_gone_from_the_disk() throws Exception {
        String one = turn(null, "one", "xyzzy-secret").conversation().id();
        String two = turn(null, "two", "2").conversation().id();
        assertEquals(
                List.of(two, one), store.list().stream().map(Conversation::id).toList());
        store.rename(one, "Renamed");
        assertEquals("Renamed", store.find(one).orElseThrow().title());
        store.delete(one);
        assertEquals(List.of(two), store.list().stream().map(Conversation::id).toList());
        assertTrue(store.allMessages(one).isEmpty());
        for (Path each : List.of(file, file.resolveSibling("koine.db-wal"))) {
            assertFalse(
                    new String(Files.readAllBytes(each), StandardCharsets.ISO_8859_1).contains("xyzzy-secret"),
                    "deleted words are still in " + each.getFileName());
        }
    }

    @Test
    void deleted_words_that_another_process_was_still_reading_are_gone_when_the_store_is_closed() throws Exception {
        String id = turn(null, "one", "xyzzy-secret").conversation().id();
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            other.setAutoCommit(false);
            try (Statement statement = other.createStatement();
                    ResultSet row = statement.executeQuery("SELECT count(*) FROM messages")) {
                assertTrue(row.next());
                store.delete(id);
            }
            Path log = file.resolveSibling("koine.db-wal");
            assertTrue(Files.size(log) > 0, "the other reader was in the way");
            other.rollback();
            store.close();
            assertEquals(0, Files.size(log));
        }
    }

    @Test
    void the_file_and_its_companions_can_be_read_by_the_owner_alone() throws Exception {
        store.list();
        Assumptions.assumeTrue(
                Files.getFileStore(folder).supportsFileAttributeView("posix"), "no POSIX rights on this file system");
        for (String name : List.of("koine.db", "koine.db-wal", "koine.db-shm")) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(file.resolveSibling(name))),
                    name);
        }
        assertEquals(
                "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file.resolveSibling("."))));
    }

    @Test
    void ids_sort_by_the_time_of_their_making() {
        Ids ids = new Ids();
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            made.add(ids.next());
        }
        assertEquals(made.stream().sorted().distinct().toList(), made);
        assertEquals('7', made.getFirst().charAt(14));
    }

    @Nested
    class Other_processes {
        @Test
        void begin_on_a_fresh_file_and_write_at_once_and_nothing_is_lost() throws Exception {
            try (WritingProcess a = WritingProcess.start(file, "turns");
                    WritingProcess b = WritingProcess.start(file, "turns")) {
                for (int i = 0; i < 20; i++) {
                    turn(null, "mine " + i, "answer");
                }
                assertEquals("done", a.line());
                assertEquals("done", b.line());
                assertEquals(0, a.exitCode());
                assertEquals(0, b.exitCode());
            }
            List<Conversation> all = store.list();
            assertEquals(60, all.size());
            for (Conversation conversation : all) {
                List<Message> messages = store.messages(conversation.id());
                assertEquals(2, messages.size());
                assertEquals(MessageState.COMPLETE, messages.getLast().state());
                assertTrue(messages.getLast().content().startsWith("answer"));
            }
        }

        @Test
        void killed_in_mid_stream_lose_at_most_the_last_second_and_never_the_question() throws Exception {
            for (int millis : new int[] {0, 300, 1100, 1900}) {
                String id;
                int known = -1; // the last word handed over at least a second before the kill
                int last = -1;
                try (WritingProcess other = WritingProcess.start(file, "stream")) {
                    id = other.line().substring("asked ".length());
                    long start = System.nanoTime();
                    List<long[]> words = new ArrayList<>();
                    while ((System.nanoTime() - start) / 1_000_000 < millis) {
                        last = Integer.parseInt(other.line());
                        words.add(new long[] {System.nanoTime(), last});
                        assertEquals(
                                MessageState.STREAMING,
                                store.messages(id).getLast().state(),
                                "a living process's answer was taken from it");
                    }
                    long killed = System.nanoTime();
                    other.kill();
                    for (long[] word : words) {
                        if (killed - word[0] > 1_000_000_000L) {
                            known = (int) word[1];
                        }
                    }
                }
                List<Message> messages = store.messages(id);
                assertEquals("Will you remember this?", messages.getFirst().content());
                assertEquals(MessageState.COMPLETE, messages.getFirst().state());
                String kept = messages.getLast().content();
                assertEquals(
                        kept.isEmpty() ? MessageState.FAILED : MessageState.INTERRUPTED,
                        messages.getLast().state());
                assertTrue(wordsUpTo(last + 500).startsWith(kept), "not what was written: " + kept);
                assertTrue(
                        kept.startsWith(wordsUpTo(known)),
                        "killed after " + millis + " ms, word " + known + " is lost: " + kept);
            }
        }
    }

    @Test
    void a_writer_that_is_gone_or_whose_number_was_given_to_another_process_is_not_alive() {
        Writer self = Writer.self();
        assertTrue(self.alive());
        assertFalse(new Writer(self.pid(), self.startedMillis() - 60_000).alive());
        assertFalse(new Writer(Integer.MAX_VALUE, 1).alive(), NO_PROCESS);
    }

    @Test
    void conversations_in_memory_leave_no_file() throws Exception {
        try (SqliteConversationStore memory = SqliteConversationStore.inMemory()) {
            ChatTurn turn = memory.begin(null, "q", null, "m", null, TurnChoices.NONE);
            memory.write(turn.answer()).finish(MessageState.COMPLETE, null);
            assertEquals(2, memory.messages(turn.conversation().id()).size());
            assertNull(turn.question().parentId());
        }
        assertFalse(Files.exists(Path.of(":memory:")));
    }

    private static String wordsUpTo(int last) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i <= last; i++) {
            words.append(i).append(' ');
        }
        return words.toString();
    }

    private static List<String> contents(List<Message> messages) {
        return messages.stream().map(Message::content).toList();
    }

    /** Reads the file as it is, without the store's care for abandoned answers. */
    private record Reader(Path file) {
        List<Message> messages(String conversationId) throws Problem {
            try (SqliteConversationStore other =
                    SqliteConversationStore.withWriter(file, new Writer(Integer.MAX_VALUE, 1))) {
                return other.messages(conversationId);
            }
        }
    }
}
