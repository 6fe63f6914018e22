package koine.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import koine.app.chat.ScriptedEngines;
import koine.engine.client.ChatResult;
import koine.engine.client.ChatResult.Finish;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EngineMeasureCommandTest {
    @TempDir
    Path home;

    /** Twenty tokens a second, whatever they are started with. */
    private final ScriptedEngines engines = new ScriptedEngines((request, listener, running) -> {
        listener.onText("words");
        return new ChatResult(Finish.LENGTH, 9, 0, 41, 5, 2000);
    });

    private CommandLineRun line(int code, String... arguments) {
        CommandLineRun run = new CommandLineRun(home, engines);
        assertEquals(code, run.run(arguments), run.err());
        return run;
    }

    private JsonObject json(String... more) {
        String[] all = new String[more.length + 3];
        System.arraycopy(new String[] {"engine", "measure", "--json"}, 0, all, 0, 3);
        System.arraycopy(more, 0, all, 3, more.length);
        return line(0, all).json().getAsJsonObject();
    }

    @Test
    void what_was_measured_is_told_shown_again_and_forgotten() throws Exception {
        JsonObject before = json("--show");
        assertEquals("smollm2-135m-instruct", before.get("model").getAsString());
        assertTrue(before.get("measured").isJsonNull());
        assertTrue(line(0, "engine", "measure", "--show").out().startsWith("Nothing was measured for SmolLM2"));
        assertTrue(line(0, "engine", "measure", "--show", "--model", "smollm2-135m-instruct")
                .out()
                .endsWith("koine engine measure --model smollm2-135m-instruct does so.\n"));
        assertTrue(line(0, "engine", "measure", "--json").err().startsWith("Measuring SmolLM2"), "not silent");
        JsonObject found = json();
        assertEquals(20, found.get("tokensPerSecond").getAsDouble(), 0.01);
        assertEquals(20, found.get("fastest").getAsDouble(), 0.01);
        List<String> kinds = found.getAsJsonArray("trials").asList().stream()
                .map(trial -> trial.getAsJsonObject().get("kind").getAsString())
                .toList();
        assertEquals(List.of("large_pages", "locked", "quantized_context"), kinds);
        JsonObject context = found.getAsJsonArray("trials").get(2).getAsJsonObject();
        assertTrue(context.get("used").getAsBoolean(), "it is as quick");
        assertEquals(1, context.get("ratio").getAsDouble(), 0.001);
        assertEquals(found, json("--show"));
        String table = line(0, "engine", "measure", "--show").out();
        assertTrue(table.contains("Conversation kept in fewer bits"), table);
        assertTrue(table.contains("+0.0%, used where memory is short"), table);
        assertTrue(table.endsWith("Nothing made the model certainly faster than 20 tokens per second.\n"), table);
        assertEquals(
                "Forgotten. From its next start on, the model runs as it comes.\n",
                line(0, "engine", "measure", "--forget").out());
        assertEquals(
                "There was nothing to forget.\n",
                line(0, "engine", "measure", "--forget").out());
        assertTrue(json("--show").get("measured").isJsonNull());
    }

    @Test
    void a_draft_that_does_not_draft_is_said_not_to_go_with_the_model() throws Exception {
        Path draft = Files.copy(
                Path.of(System.getProperty("koine.bundle"), "models")
                        .toFile()
                        .listFiles((folder, name) -> name.endsWith(".gguf"))[0]
                        .toPath(),
                home.resolve("مسودة draft.gguf"));
        JsonObject trial = json("--draft", draft.toString())
                .getAsJsonArray("trials")
                .get(3)
                .getAsJsonObject();
        assertEquals("draft", trial.get("kind").getAsString());
        assertEquals(draft.toString(), trial.get("draft").getAsString());
        assertEquals("not_with_this_model", trial.get("obstacle").getAsString());
        assertFalse(trial.get("used").getAsBoolean());
    }

    @Test
    void options_that_exclude_each_other_and_models_that_are_not_here_are_refused() {
        assertTrue(line(2, "engine", "measure", "--show", "--forget").err().contains("KOINE-A126"));
        assertTrue(line(2, "engine", "measure", "--show", "--draft", "x").err().contains("KOINE-A126"));
        assertTrue(line(4, "engine", "measure", "--model", "nowhere").err().contains("KOINE-M101"));
        assertEquals(List.of(), engines.specs);
    }

    @Test
    void one_question_does_not_wait_for_what_pays_with_many() {
        line(0, "ask", "q");
        assertTrue(engines.specs.getLast().options().brief());
        assertEquals(0, new CommandLineRun(home, engines).input("q\n").run("chat"));
        assertFalse(engines.specs.getLast().options().brief());
    }
}
