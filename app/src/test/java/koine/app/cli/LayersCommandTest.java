package koine.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import koine.app.TestLayers;
import koine.app.TestProfile;
import koine.app.chat.ScriptedEngines;
import koine.engine.client.ChatAdapter;
import koine.i18n.Problem;
import koine.models.Sha256;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers on the command line: listed, shown, chosen, refused. */
@Timeout(60)
class LayersCommandTest {
    @TempDir
    Path home;

    private final ScriptedEngines engines = ScriptedEngines.saying("fine");
    private Path models;
    private Path stories;

    @BeforeEach
    void layers() throws IOException {
        models = TestProfile.folders(home).models();
        stories = TestLayers.fitting(models, "stories", 1);
        TestLayers.foreign(models, "foreign");
    }

    private CommandLineRun line() {
        return new CommandLineRun(home, engines);
    }

    private static ChatAdapter adapter(Path file, double scale) {
        try {
            return new ChatAdapter(file, Sha256.of(file), scale);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<ChatAdapter> asked() {
        return engines.requests.getLast().adapters();
    }

    private String id() {
        CommandLineRun list = line();
        list.run("conversations", "list", "--json");
        return list.json().getAsJsonArray().get(0).getAsJsonObject().get("id").getAsString();
    }

    private JsonArray layersOf(String id) {
        CommandLineRun show = line();
        assertEquals(0, show.run("conversations", "show", id, "--json"));
        return show.json().getAsJsonObject().getAsJsonArray("layers");
    }

    @Test
    void the_list_says_of_each_what_it_is_and_whether_it_goes_with_the_model() {
        CommandLineRun run = line();
        assertEquals(0, run.run("models", "layers", "--json"), run.err());
        JsonArray layers = run.json().getAsJsonArray();
        assertEquals(2, layers.size());
        JsonObject fitting = layers.get(0).getAsJsonObject();
        assertEquals("stories", fitting.get("id").getAsString());
        assertEquals("Stories stories", fitting.get("name").getAsString());
        assertEquals("Asha", fitting.get("maker").getAsString());
        assertEquals("cc-by-4.0", fitting.get("license").getAsString());
        assertEquals("llama", fitting.get("architecture").getAsString());
        assertEquals(2, fitting.get("rank").getAsLong());
        assertEquals(4, fitting.get("alpha").getAsDouble());
        assertEquals(
                "Hugging Face", fitting.getAsJsonObject("base").get("maker").getAsString());
        assertEquals("smollm2-135m-instruct", fitting.get("model").getAsString());
        assertTrue(fitting.get("fits").getAsBoolean());
        assertTrue(fitting.get("reason").isJsonNull());
        JsonObject foreign = layers.get(1).getAsJsonObject();
        assertFalse(foreign.get("fits").getAsBoolean());
        assertEquals("other_architecture", foreign.get("reason").getAsString());
        assertTrue(foreign.get("maker").isJsonNull());
    }

    @Test
    void a_model_can_be_named_to_hold_them_against() {
        CommandLineRun run = line();
        assertEquals(0, run.run("models", "layers", "--model", "smollm2-135m-instruct"), run.err());
        assertTrue(run.out().contains("Goes with SmolLM2"), run.out());
        assertTrue(run.out().contains("Made for another kind of model"), run.out());
        assertTrue(run.out().contains("SmolLM2 135M Instruct, by Hugging Face"), run.out());
        assertEquals(4, line().run("models", "layers", "--model", "none-such"));
    }

    @ParameterizedTest
    @CsvSource({"en,LATIN", "ar,ARABIC", "hi,DEVANAGARI"})
    void people_get_all_of_it_in_their_language(String language, Character.UnicodeScript script) {
        for (String[] command : new String[][] {
            {"models", "layers"}, {"models", "show", "stories"}, {"models", "show", "smollm2-135m-instruct"}
        }) {
            CommandLineRun run = line();
            String[] all = new String[command.length + 2];
            all[0] = "--language";
            all[1] = language;
            System.arraycopy(command, 0, all, 2, command.length);
            assertEquals(0, run.run(all), run.err());
            assertTrue(run.out().contains("tories"), run.out());
            assertTrue(run.out().codePoints().anyMatch(c -> Character.UnicodeScript.of(c) == script), run.out());
            assertFalse(run.out().contains("cli.") || run.out().contains("layers."), run.out());
        }
    }

    @Test
    void a_profile_without_layers_says_so() throws IOException {
        Files.delete(stories);
        Files.delete(models.resolve("foreign.gguf"));
        CommandLineRun run = line();
        assertEquals(0, run.run("models", "layers"));
        assertEquals("There are no layers on this computer yet.\n", run.out());
    }

    @Test
    void a_layer_is_shown_by_its_id_and_a_model_names_those_that_go_with_it() {
        CommandLineRun run = line();
        assertEquals(0, run.run("models", "show", "stories", "--json"), run.err());
        JsonObject layer = run.json().getAsJsonObject();
        assertEquals("adapter", layer.get("kind").getAsString());
        assertEquals("Asha", layer.get("maker").getAsString());
        JsonObject facts = layer.getAsJsonObject("adapter");
        assertEquals(2, facts.get("rank").getAsLong());
        assertEquals(
                "SmolLM2 135M Instruct",
                facts.getAsJsonObject("base").get("name").getAsString());
        CommandLineRun model = line();
        assertEquals(0, model.run("models", "show", "smollm2-135m-instruct", "--json"), model.err());
        JsonObject shown = model.json().getAsJsonObject();
        assertTrue(shown.get("adapter").isJsonNull());
        assertEquals(1, shown.getAsJsonArray("adapters").size());
        assertEquals("stories", shown.getAsJsonArray("adapters").get(0).getAsString());
    }

    @Test
    void a_question_is_asked_with_the_layers_it_names_and_they_are_kept() throws IOException {
        Path other = TestLayers.fitting(home.resolve("a=b"), "other", 7);
        CommandLineRun run = line();
        assertEquals(0, run.run("ask", "--layer", "stories=0.5", "--layer", other.toString(), "q"), run.err());
        assertEquals(List.of(adapter(stories, 0.5), adapter(other, 1)), asked());
        JsonObject first = layersOf(id()).get(0).getAsJsonObject();
        assertEquals("stories", first.get("name").getAsString());
        assertEquals(0.5, first.get("scale").getAsDouble());
        CommandLineRun words = line();
        words.run("conversations", "show", id());
        assertTrue(words.out().contains("With the layer stories, 50%"), words.out());
    }

    @Test
    void each_answer_says_which_layers_it_was_written_with_whatever_was_chosen_since() throws IOException {
        assertEquals(0, line().run("ask", "--layer", "stories=0.5", "one"));
        String id = id();
        assertEquals(0, line().input("two\n").run("chat", "--continue", id));
        assertEquals(0, line().input("three\n").run("chat", "--continue", id, "--layer", "none"));
        CommandLineRun show = line();
        show.run("conversations", "show", id, "--json");
        List<String> layers = show.json().getAsJsonObject().getAsJsonArray("messages").asList().stream()
                .map(message -> message.getAsJsonObject().get("layers").toString())
                .toList();
        String half = "[{\"name\":\"stories\",\"sha256\":\"" + Sha256.of(stories) + "\",\"scale\":0.5}]";
        assertEquals(List.of("null", half, "null", half, "null", "[]"), layers);
        CommandLineRun words = line();
        words.run("conversations", "show", id);
        assertEquals(2, words.out().split("With the layer stories, 50%", -1).length - 1, words.out());
    }

    @ParameterizedTest
    @CsvSource({
        "stories=abc,2,KOINE-A104",
        "stories=-1,2,KOINE-A104",
        "stories=2.5,2,KOINE-A104",
        "stories=,2,KOINE-A104",
        "stories=NaN,2,KOINE-A104",
        "nowhere,4,KOINE-M104",
        "/no/such/layer.gguf,4,KOINE-M104",
        "foreign,5,KOINE-E117"
    })
    void what_cannot_be_is_one_sentence_and_leaves_nothing(String layer, int exitCode, String code) {
        for (String command : List.of("ask", "chat")) {
            CommandLineRun run = line().input("q\n");
            assertEquals(exitCode, run.run(command, "--layer", layer), run.err());
            assertTrue(run.err().matches("[^\\n]+ \\(" + code + "\\)\\n"), run.err());
        }
        CommandLineRun list = line();
        list.run("conversations", "list", "--json");
        assertEquals(0, list.json().getAsJsonArray().size());
        assertEquals(0, engines.acquired.get());
    }

    @Test
    void a_layer_that_is_named_twice_or_has_gone_from_its_conversation_is_refused() throws IOException {
        CommandLineRun twice = line();
        assertEquals(2, twice.run("ask", "--layer", "stories", "--layer", "stories=0.5", "q"));
        assertTrue(twice.err().contains("KOINE-A129"), twice.err());
        assertEquals(0, line().run("ask", "--layer", "stories", "one"));
        Files.delete(stories);
        CommandLineRun gone = line().input("two\n");
        assertEquals(4, gone.run("chat", "--continue", id()));
        assertTrue(gone.err().contains("KOINE-C114"), gone.err());
        assertEquals(1, engines.requests.size());
    }

    @Test
    void a_layer_asked_as_a_model_is_said_to_be_one() {
        CommandLineRun run = line();
        assertEquals(1, run.run("ask", "--model", "stories", "q"));
        assertTrue(run.err().contains("stories.gguf is a layer"), run.err());
        assertTrue(run.err().contains("KOINE-M102"), run.err());
        CommandLineRun list = line();
        assertEquals(0, list.run("models", "list"));
        assertFalse(list.out().contains("tories"), list.out());
    }

    @Test
    void a_chat_shows_and_changes_its_layers() {
        CommandLineRun run =
                line().input("/layers\none\n/layers stories=0.5\ntwo\nthree\n/layers none\nfour\n/new\nfive\n");
        assertEquals(0, run.run("chat"), run.err());
        assertEquals("", run.err());
        assertTrue(run.out().contains("These layers go with the model: stories."), run.out());
        assertTrue(run.out().contains("/layers stories=0.5"), run.out());
        assertTrue(run.out().contains("50%"), run.out());
        List<ChatAdapter> half = List.of(adapter(stories, 0.5));
        assertEquals(
                List.of(List.of(), half, half, List.of(), List.of()),
                engines.requests.stream().map(request -> request.adapters()).toList());
    }

    @Test
    void a_new_conversation_in_a_chat_has_the_layers_of_the_one_before() {
        assertEquals(0, line().run("ask", "--layer", "stories=0.5", "one"));
        assertEquals(0, line().input("two\n/new\nthree\n").run("chat", "--continue", id()));
        assertEquals(List.of(adapter(stories, 0.5)), asked());
        assertEquals(3, engines.requests.size());
        assertEquals(1, layersOf(id()).size());
    }

    @ParameterizedTest
    @CsvSource({"missing,1", "out_of_memory,1", "damaged,0", "other_base,0"})
    void a_question_that_may_be_answered_the_next_time_is_kept(String reason, int kept) {
        ScriptedEngines refusing = new ScriptedEngines((request, listener, running) -> {
            throw new Problem("KOINE-E118", Map.of("reason", reason));
        });
        assertEquals(5, new CommandLineRun(home, refusing).run("ask", "--layer", "stories", "q"));
        CommandLineRun list = line();
        list.run("conversations", "list", "--json");
        assertEquals(kept, list.json().getAsJsonArray().size());
    }

    @Test
    void a_chat_goes_on_with_its_layers_or_others_and_refuses_what_cannot_be() {
        assertEquals(0, line().run("ask", "--layer", "stories", "one"));
        String id = id();
        assertEquals(0, line().input("two\n").run("chat", "--continue", id));
        assertEquals(List.of(adapter(stories, 1)), asked());
        for (String[] bad : new String[][] {{"/layers foreign", "KOINE-E117"}, {"/layers stories=9", "KOINE-A104"}}) {
            int before = engines.requests.size();
            CommandLineRun script = line().input(bad[0] + "\nthree\n");
            assertEquals(bad[1].equals("KOINE-E117") ? 5 : 2, script.run("chat", "--continue", id));
            assertTrue(script.err().contains(bad[1]), script.err());
            assertEquals(before, engines.requests.size(), "what comes after it was meant for those layers");
        }
        CommandLineRun refused = line().atTerminal().input("/layers foreign\n/layers stories=9\nthree\n");
        assertEquals(0, refused.run("chat", "--continue", id));
        assertTrue(refused.err().contains("KOINE-E117") && refused.err().contains("KOINE-A104"), refused.err());
        assertEquals(List.of(adapter(stories, 1)), asked(), "they stay as they were");
        assertEquals(0, line().input("four\n").run("chat", "--continue", id, "--layer", "none"));
        assertEquals(List.of(), asked());
        assertEquals(0, layersOf(id).size());
    }
}
