package koine.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import koine.app.chat.ScriptedEngines;
import koine.gguf.GgufValue;
import koine.gguf.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelShowTest {
    @TempDir
    Path home;

    private CommandLineRun line() {
        return new CommandLineRun(home, ScriptedEngines.saying("nothing"));
    }

    private Path model() throws IOException {
        Path file = home.resolve("mine.gguf");
        TinyModel.of("qwen3")
                .bytes("<|im_start|>{{ messages }}{{ enable_thinking }}", List.of("<|im_start|>", "<|im_end|>"))
                .put("general.name", GgufValue.text("Mine \u001b[31m"))
                .put("general.license", GgufValue.text("apache-2.0"))
                .put("general.languages", GgufValue.texts(List.of("hi", "ar")))
                .write(file);
        return file;
    }

    @Test
    void json_has_what_the_file_says() throws IOException {
        CommandLineRun run = line();
        assertEquals(0, run.run("models", "show", model().toString(), "--json"), run.err());
        JsonObject shown = run.json().getAsJsonObject();
        assertEquals("mine.gguf", shown.get("file").getAsString());
        assertEquals("qwen3", shown.get("architecture").getAsString());
        assertEquals("Mine [31m", shown.get("name").getAsString());
        assertEquals("model", shown.get("kind").getAsString());
        assertEquals(2, shown.get("layers").getAsLong());
        assertEquals(4, shown.get("heads").getAsLong());
        assertEquals(1, shown.get("keyValueHeads").getAsLong());
        assertEquals(512, shown.get("keyValueBytesPerToken").getAsLong());
        assertEquals(258, shown.getAsJsonObject("vocabulary").get("tokens").getAsLong());
        assertEquals("apache-2.0", shown.get("license").getAsString());
        assertEquals(2, shown.getAsJsonArray("languages").size());
        assertEquals(
                "ChatML", shown.getAsJsonObject("chatTemplate").get("family").getAsString());
        assertTrue(shown.getAsJsonObject("chatTemplate").get("thinking").getAsBoolean());
        JsonObject type = shown.getAsJsonArray("tensorTypes").get(0).getAsJsonObject();
        assertEquals("F32", type.get("type").getAsString());
        assertEquals(60, type.get("tensors").getAsLong());
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "ar", "hi"})
    void people_get_it_in_their_language_without_a_key_or_a_control_character(String language) throws IOException {
        CommandLineRun run = line();
        assertEquals(0, run.run("--language", language, "models", "show", model().toString()), run.err());
        assertTrue(run.out().contains("qwen3"), run.out());
        assertTrue(run.out().contains("ChatML"), run.out());
        assertFalse(run.out().contains("cli."), run.out());
        assertFalse(run.out().contains("\u001b"), run.out());
    }

    @Test
    void a_file_that_is_no_model_and_a_name_of_none_are_problems_of_their_own() throws IOException {
        Path text = Files.writeString(home.resolve("text.gguf"), "This is no model.");
        CommandLineRun run = line();
        assertEquals(1, run.run("models", "show", text.toString()));
        assertTrue(run.err().contains("KOINE-M102"), run.err());
        CommandLineRun none = line();
        assertEquals(4, none.run("models", "show", "no-such-model"));
        assertTrue(none.err().contains("KOINE-M101"), none.err());
    }
}
