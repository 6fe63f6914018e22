package koine.app.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import koine.app.Koine;
import koine.app.TestProfile;
import koine.app.conversations.Message;
import koine.app.conversations.MessageState;
import koine.engine.client.ChatResult;
import koine.engine.client.EngineFacts;
import koine.engine.client.LoopbackEngine;
import koine.engine.client.Sampling;
import koine.engine.client.Thinking;
import koine.i18n.Problem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the app sends to an engine, and keeps of what it says, over the app's own client. */
@Timeout(60)
class ThoughtsTest {
    private static final ChatObserver NOBODY = new ChatObserver() {};

    @TempDir
    Path home;

    private ScriptedServer server;
    private Koine koine;

    @BeforeEach
    void open() throws Exception {
        server = new ScriptedServer();
        koine = TestProfile.open(home, (spec, listener) -> new LoopbackEngine(server.port(), ScriptedServer.TOKEN));
    }

    @AfterEach
    void close() {
        koine.close();
        server.close();
    }

    @Test
    void are_told_and_stored_apart_from_the_answer_and_sent_back_with_it() throws Problem {
        server.thinking = "switchable";
        server.answers = List.of(List.of("First ", ""), List.of("this.", ""), List.of("", "Then that."));
        List<String> heard = new ArrayList<>();
        List<EngineFacts> facts = new ArrayList<>();
        List<ChatResult> results = new ArrayList<>();
        Message answer = koine.chat().ask(null, "q", ChatOptions.DEFAULT, new ChatObserver() {
            @Override
            public void onReasoning(String text) {
                heard.add("thought " + text);
            }

            @Override
            public void onText(String text) {
                heard.add("said " + text);
            }

            @Override
            public void onEngine(EngineFacts known) {
                facts.add(known);
            }

            @Override
            public void onResult(ChatResult result) {
                results.add(result);
            }
        });
        assertEquals(List.of("thought First ", "thought this.", "said Then that."), heard);
        assertEquals(List.of(new EngineFacts(1000, Thinking.SWITCHABLE, true)), facts);
        assertEquals("First this.", results.getFirst().reasoning());
        assertEquals("Then that.", answer.content());
        assertEquals("First this.", Objects.requireNonNull(answer.reasoning()).text());
        Message stored = koine.conversations().messages(answer.conversationId()).getLast();
        assertEquals(answer, stored);
        assertEquals(new Message.Ending("stop", 1000), stored.ending());

        koine.chat().ask(answer.conversationId(), "and?", ChatOptions.DEFAULT, NOBODY);
        JsonObject turn =
                server.chats.getLast().getAsJsonArray("messages").get(1).getAsJsonObject();
        assertEquals("First this.", turn.get("reasoning_content").getAsString());
        assertEquals("Then that.", turn.get("content").getAsString());
    }

    @Test
    void that_led_to_no_answer_are_kept_and_not_sent_back() throws Problem {
        server.answers = List.of(List.of("only thoughts", ""));
        Message answer = koine.chat().ask(null, "q", ChatOptions.DEFAULT, NOBODY);
        assertEquals(MessageState.COMPLETE, answer.state());
        assertEquals("only thoughts", Objects.requireNonNull(answer.reasoning()).text());
        koine.chat().ask(answer.conversationId(), "and?", ChatOptions.DEFAULT, NOBODY);
        assertEquals(1, server.chats.getLast().getAsJsonArray("messages").size());
    }

    @Test
    void are_switched_for_each_question_where_the_model_can() throws Problem {
        server.thinking = "switchable";
        koine.chat().ask(null, "q", ChatOptions.DEFAULT.withThinking(false), NOBODY);
        JsonObject off = server.chats.getLast();
        assertFalse(off.getAsJsonObject("chat_template_kwargs")
                .get("enable_thinking")
                .getAsBoolean());
        assertEquals(AnswerDefaults.MOST_TOKENS, off.get("max_tokens").getAsInt());
        koine.chat().ask(null, "q", ChatOptions.DEFAULT, NOBODY);
        JsonObject usual = server.chats.getLast();
        assertFalse(usual.has("chat_template_kwargs"));
        assertEquals(
                AnswerDefaults.MOST_TOKENS_THINKING, usual.get("max_tokens").getAsInt());
    }

    @Test
    void cannot_be_had_or_avoided_against_the_models_nature() {
        server.thinking = "always";
        assertEquals("KOINE-A121", refusal(false));
    }

    @Test
    void are_not_promised_for_a_model_that_has_none() {
        assertEquals("KOINE-A120", refusal(true));
    }

    private String refusal(boolean thinking) {
        ChatOptions options = ChatOptions.DEFAULT.withThinking(thinking);
        return assertThrows(Problem.class, () -> koine.chat().ask(null, "q", options, NOBODY))
                .code();
    }

    @Test
    void greedy_questions_stay_greedy_and_all_others_are_kept_from_going_round_in_circles() throws Problem {
        koine.chat().ask(null, "q", ChatOptions.DEFAULT, NOBODY);
        JsonObject usual = server.chats.getLast();
        assertEquals(0.8, usual.get("dry_multiplier").getAsDouble());
        Sampling greedy = new Sampling(0.0, null, null, null, null);
        koine.chat().ask(null, "q", new ChatOptions(null, null, greedy, null, true), NOBODY);
        JsonObject pure = server.chats.getLast();
        assertEquals(0.0, pure.get("temperature").getAsDouble());
        assertTrue(pure.keySet().stream().noneMatch(name -> name.startsWith("dry") || name.startsWith("repeat")));
    }

    @Test
    void only_what_is_saved_may_be_kept_by_the_engine_for_a_day() throws Problem {
        Message saved = koine.chat().ask(null, "q", ChatOptions.DEFAULT, NOBODY);
        JsonObject kept = server.chats.getLast();
        assertEquals("24h", kept.get("prompt_cache_retention").getAsString());
        assertEquals(saved.conversationId(), kept.get("prompt_cache_key").getAsString());
        koine.chat().ask(null, "q", new ChatOptions(null, null, Sampling.DEFAULT, null, false), NOBODY);
        assertFalse(server.chats.getLast().has("prompt_cache_retention"));
    }

    @Test
    void of_a_deleted_conversation_nothing_stays_in_running_engines_nor_on_disk() throws Exception {
        Path runtime = TestProfile.folders(home).runtime();
        server.announce(runtime);
        Message deleted = koine.chat().ask(null, "q", ChatOptions.DEFAULT, NOBODY);
        Message other = koine.chat().ask(null, "q", ChatOptions.DEFAULT, NOBODY);
        Path snapshots = Files.createDirectories(runtime.resolve("snapshots"));
        Path gone =
                Files.writeString(snapshots.resolve(digest(deleted.conversationId()) + "-0123456789abcdef.kv"), "x");
        Path kept = Files.writeString(snapshots.resolve(digest(other.conversationId()) + "-0123456789abcdef.kv"), "x");
        koine.conversations().delete(deleted.conversationId());
        assertEquals(List.of(deleted.conversationId()), server.forgotten);
        assertEquals("Bearer " + ScriptedServer.TOKEN, server.bearers.getLast());
        assertFalse(Files.exists(gone));
        assertTrue(Files.exists(kept));
    }

    @Test
    void of_a_question_that_is_not_saved_engines_forget_all_when_the_program_ends() throws Exception {
        server.announce(TestProfile.folders(home).runtime());
        ChatOptions unsaved = new ChatOptions(null, null, Sampling.DEFAULT, null, false);
        Message answer = koine.chat().ask(null, "q", unsaved, NOBODY);
        koine.close();
        assertEquals(List.of(answer.conversationId()), server.forgotten);
    }

    /** As the engine names the files: it is its own affair, and this test notices when it changes. */
    private static String digest(String key) throws Exception {
        byte[] hash = java.security.MessageDigest.getInstance("SHA-256")
                .digest(key.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return java.util.HexFormat.of().formatHex(hash).substring(0, 32);
    }
}
