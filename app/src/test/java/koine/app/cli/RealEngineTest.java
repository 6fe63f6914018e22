package koine.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import koine.app.TestLayers;
import koine.app.TestProfile;
import koine.app.chat.ScriptedEngines;
import koine.app.conversations.Message;
import koine.app.conversations.MessageState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The whole program with the engine process and the starter model, its processes killed at bad moments. */
@Timeout(300)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "signals are sent with kill")
class RealEngineTest {
    private static final String STORY = "Write a long story about a fox and a river.";

    @TempDir
    Path home;

    private List<Message> latestMessages() {
        try (var koine = TestProfile.open(home, ScriptedEngines.saying())) {
            return koine.conversations()
                    .messages(koine.conversations().list().getFirst().id());
        }
    }

    private void awaitEnd(ProcessHandle engine) throws Exception {
        try {
            engine.onExit().get(10, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // A process whose parent is gone may stay as a zombie where nobody collects it.
            assertTrue(engine.info().command().isEmpty(), "the engine outlives the program by ten seconds");
        }
    }

    @Test
    void a_question_is_answered_and_both_are_kept_whatever_the_systems_charset() throws Exception {
        try (KoineProcess ask = new KoineProcess(
                home, "ask", "--temperature", "0", "What is the capital of France? Answer in one sentence.")) {
            assertEquals("The capital of France is Paris.\n", ask.out());
            assertEquals("", ask.err());
            assertEquals(0, ask.exitCode());
        }
        assertEquals(MessageState.COMPLETE, latestMessages().getLast().state());
        try (KoineProcess ask = new KoineProcess(home, "ask", "--max-tokens", "3", "नमस्ते, كيف حالك؟")) {
            assertEquals(0, ask.exitCode());
        }
        assertEquals("नमस्ते, كيف حالك؟", latestMessages().getFirst().content());
    }

    @Test
    void a_layer_changes_the_answer_as_strongly_as_it_is_told_to_and_not_at_all_at_nought() throws Exception {
        String question = "What is the capital of France? Answer in one sentence.";
        TestLayers.fitting(TestProfile.folders(home).models(), "wild", 1, 0.3f);
        try (KoineProcess open = new KoineProcess(home, "ask", STORY).awaitOutput()) { // the same engine for all
            List<Long> engine =
                    KoineProcess.engines(home).stream().map(ProcessHandle::pid).toList();
            assertEquals("The capital of France is Paris.\n", answer(question, "wild=0"));
            String changed = answer(question, "wild");
            assertNotEquals("The capital of France is Paris.\n", changed);
            assertNotEquals(changed, answer(question, "wild=0.1"));
            assertEquals(
                    engine,
                    KoineProcess.engines(home).stream().map(ProcessHandle::pid).toList());
            open.interrupt();
        }
    }

    private String answer(String question, String layer) throws Exception {
        try (KoineProcess ask =
                new KoineProcess(home, "ask", "--temperature", "0", "--max-tokens", "12", "--layer", layer, question)) {
            String answer = ask.out();
            assertEquals(0, ask.exitCode(), ask.err());
            return answer;
        }
    }

    @Test
    void ctrl_c_ends_the_answer_and_keeps_it_as_interrupted() throws Exception {
        try (KoineProcess ask = new KoineProcess(home, "ask", STORY).awaitOutput()) {
            ask.interrupt();
            assertEquals(130, ask.exitCode());
            assertEquals("", ask.err());
        }
        Message answer = latestMessages().getLast();
        assertEquals(MessageState.INTERRUPTED, answer.state());
        assertFalse(answer.content().isEmpty());
    }

    @Test
    void an_engine_that_is_killed_in_mid_answer_costs_one_sentence_and_the_next_question_works() throws Exception {
        String printed;
        try (KoineProcess ask = new KoineProcess(home, "ask", STORY).awaitOutput()) {
            List<ProcessHandle> engines = KoineProcess.engines(home);
            assertEquals(1, engines.size());
            engines.getFirst().destroyForcibly();
            printed = ask.out();
            assertEquals(5, ask.exitCode());
            String said = ask.err();
            assertTrue(said.matches("[^\\n]+ \\(KOINE-E\\d{3}\\)\\n"), said);
        }
        Message answer = latestMessages().getLast();
        assertEquals(MessageState.INTERRUPTED, answer.state());
        assertFalse(printed.isBlank());
        assertEquals(printed.strip(), answer.content().strip());
        try (KoineProcess ask = new KoineProcess(home, "ask", "--max-tokens", "3", "Hello")) {
            assertEquals(0, ask.exitCode());
        }
    }

    @Test
    void a_program_that_is_killed_leaves_no_engine_and_its_conversation_is_there() throws Exception {
        List<ProcessHandle> engines;
        String aSecondBefore;
        try (KoineProcess ask = new KoineProcess(home, "ask", STORY).awaitOutput()) {
            engines = KoineProcess.engines(home);
            assertEquals(1, engines.size());
            aSecondBefore = ask.outWithin(Duration.ofMillis(300));
            ask.outWithin(Duration.ofSeconds(1));
            ask.kill();
        }
        awaitEnd(engines.getFirst());
        List<Message> messages = latestMessages();
        assertEquals(STORY, messages.getFirst().content());
        Message answer = messages.getLast();
        assertEquals(MessageState.INTERRUPTED, answer.state());
        assertTrue(answer.content().startsWith(aSecondBefore), aSecondBefore + "\n--- stored: " + answer.content());
    }

    @Test
    void two_command_lines_at_once_share_one_engine() throws Exception {
        try (KoineProcess one = new KoineProcess(home, "ask", STORY).awaitOutput();
                KoineProcess two = new KoineProcess(home, "ask", "--json", STORY)) {
            assertEquals(1, KoineProcess.engines(home).size());
            one.interrupt();
            two.awaitOutput(); // its turn has come
            assertEquals(1, KoineProcess.engines(home).size());
            two.interrupt();
            assertEquals(130, one.exitCode());
            assertEquals(130, two.exitCode());
        }
    }
}
