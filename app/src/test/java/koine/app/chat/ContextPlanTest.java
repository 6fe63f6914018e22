package koine.app.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import koine.app.Koine;
import koine.app.TestProfile;
import koine.app.conversations.ContextNote;
import koine.app.conversations.Message;
import koine.app.conversations.MessageState;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoopbackEngine;
import koine.i18n.Problem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over a real database, and a server that counts a token for each character. */
@Timeout(60)
class ContextPlanTest {
    private static final ChatObserver NOBODY = new ChatObserver() {};
    private static final ChatOptions OPTIONS = ChatOptions.DEFAULT;

    @TempDir
    Path home;

    private ScriptedServer server;
    private Koine koine;
    private final List<EngineSpec> specs = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        server = new ScriptedServer();
        koine = TestProfile.open(home, (spec, listener) -> {
            specs.add(spec);
            return new LoopbackEngine(server.port(), ScriptedServer.TOKEN);
        });
    }

    @AfterEach
    void close() {
        koine.close();
        server.close();
    }

    private static String words(char letter, int count) {
        return String.valueOf(letter).repeat(count);
    }

    /** Four turns of 200 tokens each, and then a question of 300 that does not fit any more. */
    private String longConversation() throws Problem {
        String id = koine.chat()
                .ask(
                        null,
                        words('a', 196),
                        new ChatOptions(null, words('s', 50), OPTIONS.sampling(), null, true),
                        NOBODY)
                .conversationId();
        for (char letter : "bcd".toCharArray()) {
            koine.chat().ask(id, words(letter, 196), OPTIONS, NOBODY);
        }
        Problem problem = assertThrows(Problem.class, () -> koine.chat().ask(id, words('e', 300), OPTIONS, NOBODY));
        assertEquals("KOINE-E202", problem.code());
        return id;
    }

    private List<String> sent() {
        List<String> sent = new ArrayList<>();
        JsonObject last = server.chats.getLast();
        for (JsonElement message : last.getAsJsonArray("messages")) {
            String content = message.getAsJsonObject().get("content").getAsString();
            sent.add(content.length() > 150 ? content.substring(0, 1) : content);
        }
        return sent;
    }

    @Test
    void a_conversation_that_was_too_long_is_still_known_to_be_when_the_profile_is_opened_again() throws Exception {
        String id = longConversation();
        koine.close();
        koine = TestProfile.open(home, (spec, listener) -> new LoopbackEngine(server.port(), ScriptedServer.TOKEN));
        Message answer = koine.conversations().messages(id).getLast();
        assertEquals(MessageState.FAILED, answer.state());
        assertEquals(new Message.Ending(Message.Ending.OVERFLOW, 1000), answer.ending());
        assertEquals(50 + 4 * 200 + 300, answer.usedTokens());
    }

    @Test
    void the_numbers_are_the_engines_own() throws Problem {
        Overflow overflow = koine.chat().context().examine(longConversation(), OPTIONS);
        assertEquals(50 + 4 * 200 + 300, overflow.promptTokens());
        assertEquals(1000, overflow.contextTokens());
        // a quarter of 1000 stays free for the answer: the system prompt, one turn and the question have 550, two 750
        assertEquals(4, overflow.oldMessages());
        Overflow.Larger larger = Objects.requireNonNull(overflow.larger());
        assertEquals(2000, larger.contextTokens());
        // the starter: 30 layers, 3 heads of keys and values, 64 numbers each, two bytes a number
        assertEquals((2048 - 1024) * 30 * 3 * 64 * 2 * 2, larger.moreBytes());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void as_many_of_the_oldest_turns_are_dropped_as_needed_and_nothing_else(boolean counts) throws Problem {
        server.counts = counts; // without a counter, reading and refusing tells the number
        String id = longConversation();
        ContextNote note = koine.chat().context().dropOldest(id, OPTIONS);
        koine.chat().retry(id, OPTIONS, NOBODY);
        assertEquals(List.of(words('s', 50), "c", "fine", "d", "fine", "e"), sent());
        List<Message> stored = koine.conversations().messages(id);
        assertEquals(10, stored.size(), "all stay stored");
        assertEquals(stored.get(4).id(), note.firstSentId());
        assertNull(note.summary());
        assertEquals(MessageState.COMPLETE, stored.getLast().state());
        assertEquals(note, koine.conversations().contextNote(id).orElseThrow());
    }

    @Test
    void what_was_dropped_stays_dropped_for_the_next_question_and_more_goes_when_needed() throws Problem {
        String id = longConversation();
        koine.chat().context().dropOldest(id, OPTIONS);
        koine.chat().retry(id, OPTIONS, NOBODY);
        Problem problem = assertThrows(Problem.class, () -> koine.chat().ask(id, words('f', 300), OPTIONS, NOBODY));
        assertEquals("KOINE-E202", problem.code());
        assertEquals(4, koine.chat().context().examine(id, OPTIONS).oldMessages());
        koine.chat().context().dropOldest(id, OPTIONS);
        koine.chat().retry(id, OPTIONS, NOBODY);
        assertEquals(List.of(words('s', 50), "e", "fine", "f"), sent());
    }

    @Test
    void undone_the_whole_conversation_is_sent_again() throws Problem {
        String id = longConversation();
        koine.chat().context().dropOldest(id, OPTIONS);
        koine.chat().context().undo(id);
        assertTrue(koine.conversations().contextNote(id).isEmpty());
        server.contextTokens = 5000;
        try (Koine anew =
                TestProfile.open(home, (spec, listener) -> new LoopbackEngine(server.port(), ScriptedServer.TOKEN))) {
            anew.chat().retry(id, OPTIONS, NOBODY);
        }
        assertEquals(10, sent().size());
    }

    @Test
    void a_larger_context_starts_an_engine_of_its_own_and_is_remembered_for_this_conversation_alone() throws Problem {
        String id = longConversation();
        koine.chat().context().enlarge(id, 4096, OPTIONS);
        server.contextTokens = 4096;
        koine.chat().retry(id, OPTIONS, NOBODY);
        koine.chat().ask(null, "another", OPTIONS, NOBODY);
        assertEquals(
                List.of(0, 4096, 0),
                specs.stream().map(spec -> spec.options().contextTokens()).toList());
        assertEquals(4096, koine.conversations().contextTokens(id));
        Problem problem =
                assertThrows(Problem.class, () -> koine.chat().context().enlarge(id, 1_000_000, OPTIONS));
        assertEquals("KOINE-C113", problem.code());
    }

    @Test
    void a_summary_of_the_oldest_turns_is_asked_for_in_their_language_and_sent_in_their_place() throws Problem {
        String id = koine.chat().ask(null, words('م', 196), OPTIONS, NOBODY).conversationId();
        for (char letter : "نه".toCharArray()) {
            koine.chat().ask(id, words(letter, 196), OPTIONS, NOBODY);
        }
        server.contextTokens = 800;
        Koine smaller =
                TestProfile.open(home, (spec, listener) -> new LoopbackEngine(server.port(), ScriptedServer.TOKEN));
        try (smaller) {
            assertThrows(Problem.class, () -> smaller.chat().ask(id, words('و', 250), OPTIONS, NOBODY));
            server.answers = List.of(List.of("", "ملخّص "), List.of("", "قصير"));
            ContextNote note = Objects.requireNonNull(smaller.chat().context().summarize(id, OPTIONS, NOBODY));
            assertEquals("ملخّص قصير", note.summary());
            JsonObject asked = server.chats.getLast();
            String request = asked.getAsJsonArray("messages")
                    .asList()
                    .getLast()
                    .getAsJsonObject()
                    .get("content")
                    .getAsString();
            assertTrue(request.contains("لخّص"), request);
            assertFalse(asked.has("prompt_cache_retention"));
            smaller.chat().retry(id, OPTIONS, NOBODY);
            String first = server.chats
                    .getLast()
                    .getAsJsonArray("messages")
                    .get(0)
                    .getAsJsonObject()
                    .get("content")
                    .getAsString();
            assertTrue(first.contains("ملخّص قصير"), first);
            assertTrue(ScriptedServer.tokens(server.chats.getLast()) < 800);
            smaller.chat().context().undo(id);
            assertTrue(smaller.conversations().contextNote(id).isEmpty());
        }
    }

    @Test
    void a_question_that_is_too_long_by_itself_is_said_to_be() {
        Problem refused = assertThrows(Problem.class, () -> koine.chat().ask(null, words('q', 1200), OPTIONS, NOBODY));
        assertEquals("KOINE-E202", refused.code());
        String id = koine.conversations().list().getFirst().id();
        Problem problem =
                assertThrows(Problem.class, () -> koine.chat().context().dropOldest(id, OPTIONS));
        assertEquals("KOINE-C111", problem.code());
        assertEquals(1200, problem.arguments().get("promptTokens"));
    }
}
