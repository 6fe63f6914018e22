package koine.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFactsTest {
    @TempDir
    Path folder;

    @Test
    void says_what_the_starter_model_is() throws IOException {
        ModelFacts facts = ModelFacts.read(starter());

        assertEquals("llama", facts.architecture());
        assertEquals("model", facts.kind());
        assertEquals("Smollm2 135M 8k Lc100K Mix1 Ep2", facts.name());
        assertEquals(134_515_008, facts.parameters());
        assertEquals(8_192, facts.contextTokens());
        assertEquals("Q4_1", facts.quantization());
        assertEquals(List.of("en"), facts.languages());
        assertEquals("apache-2.0", facts.license());
        assertTrue(facts.chatTemplate());
        assertNull(facts.split());
    }

    @Test
    void reads_the_starter_model_without_reading_all_of_it() throws IOException {
        Path starter = starter();
        ModelFacts.read(starter);
        long begin = System.nanoTime();
        ModelFacts.read(starter);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);

        assertTrue(took.toMillis() < 500, "took " + took);
    }

    @Test
    void without_a_file_type_the_type_of_most_numbers_names_the_quantization() throws IOException {
        ModelFacts facts =
                facts(new GgufWriter().put("general.architecture", "llama").tensor("t", List.of(4L), new float[4]));

        assertEquals("F32", facts.quantization());
        assertEquals(4, facts.parameters());
    }

    @Test
    void an_unknown_file_type_falls_back_to_the_tensors_and_a_guessed_one_counts() throws IOException {
        GgufWriter model = new GgufWriter().tensor("t", List.of(4L), new float[4]);

        assertEquals(
                "F32",
                facts(model.put("general.file_type", GgufValue.uint32(999))).quantization());
        assertEquals(
                "Q4_K_M",
                facts(model.put("general.file_type", GgufValue.uint32(1024 + 15)))
                        .quantization());
    }

    @Test
    void a_part_of_a_split_model_says_which_one_it_is() throws IOException {
        ModelFacts facts = facts(new GgufWriter()
                .put("split.no", new GgufValue.Int(GgufType.UINT16, 1))
                .put("split.count", new GgufValue.Int(GgufType.UINT16, 3)));

        assertEquals(new ModelFacts.Split(2, 3), facts.split());
        assertNull(facts.architecture());
    }

    @Test
    void values_of_an_unexpected_type_are_as_good_as_missing() throws IOException {
        ModelFacts facts = facts(new GgufWriter()
                .put("general.architecture", "llama")
                .put("general.name", GgufValue.uint32(3))
                .put("general.languages", "en")
                .put("general.file_type", "Q4")
                .put("llama.context_length", new GgufValue.Int(GgufType.INT32, -5))
                .put("tokenizer.chat_template", GgufValue.bool(true)));

        assertNull(facts.name());
        assertEquals(List.of(), facts.languages());
        assertEquals("", facts.quantization());
        assertEquals(0, facts.contextTokens());
        assertFalse(facts.chatTemplate());
    }

    @Test
    void a_name_cannot_turn_the_text_around_it_or_fill_the_screen() throws IOException {
        ModelFacts facts = facts(new GgufWriter()
                .put("general.architecture", "llama")
                .put("general.name", "  a\u202Eb\u2066c\nd" + "e".repeat(1_000))
                .put("general.license", "\u200F \t"));

        String name = facts.name();
        assertTrue(name != null && name.startsWith("abcde") && name.length() <= 200, name);
        assertNull(facts.license());
    }

    @Test
    void a_tiny_model_is_a_model() throws IOException {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.of("falcon-h1").bytes("{{ messages }}", List.of("<|end|>")).write(file);
        ModelFacts facts = ModelFacts.read(file);

        assertEquals("falcon-h1", facts.architecture());
        assertEquals(256, facts.contextTokens());
        assertTrue(facts.chatTemplate());
    }

    @Test
    void the_same_seed_writes_the_same_tiny_model() throws IOException {
        Path one = folder.resolve("one.gguf");
        Path two = folder.resolve("two.gguf");
        Path other = folder.resolve("other.gguf");
        TinyModel.of("llama").seed(5).write(one);
        TinyModel.of("llama").seed(5).write(two);
        TinyModel.of("llama").seed(6).write(other);

        assertEquals(-1, Files.mismatch(one, two));
        assertTrue(Files.mismatch(one, other) > 0);
    }

    private ModelFacts facts(GgufWriter writer) throws IOException {
        Path file = folder.resolve("model.gguf");
        writer.write(file);
        return ModelFacts.read(file);
    }

    private static Path starter() {
        Path starter = Path.of(System.getProperty("koine.bundle", ""), "models", "SmolLM2-135M-Instruct.Q4_1.gguf");
        assumeTrue(Files.exists(starter), "the starter model is not there");
        return starter;
    }
}
