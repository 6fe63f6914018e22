package koine.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDetailsTest {
    @TempDir
    Path folder;

    @Test
    void keys_and_values_are_counted_by_layer_and_head() throws IOException {
        assertEquals(2 * 2 * (128 + 128) * 2, details(TinyModel.of("llama")).keyValueBytesPerToken());
        assertEquals(2 * 1 * (64 + 64) * 2, details(TinyModel.of("qwen3")).keyValueBytesPerToken());
    }

    @Test
    void layers_that_keep_a_state_keep_no_keys_and_values() throws IOException {
        assertEquals(2 * (128 + 128) * 2, details(TinyModel.of("qwen35")).keyValueBytesPerToken());
        assertEquals(2 * (128 + 128) * 2, details(TinyModel.of("plamo2")).keyValueBytesPerToken());
    }

    @Test
    void values_that_are_part_of_the_keys_are_counted_once() throws IOException {
        assertEquals(2 * 576 * 2, details(TinyModel.of("deepseek2")).keyValueBytesPerToken());
    }

    @Test
    void layers_heads_window_and_vocabulary_are_told() throws IOException {
        ModelDetails details = details(TinyModel.of("gemma3"));
        assertEquals(2, details.layers());
        assertEquals(2, details.heads());
        assertEquals(2, details.keyValueHeads());
        assertEquals(32, details.slidingWindow());
        assertEquals(new ModelDetails.Vocabulary("test", 128), details.vocabulary());
        assertNull(details.chatTemplate());
        assertEquals(
                List.of("F32"),
                details.tensorTypes().stream()
                        .map(ModelDetails.TensorTypeShare::type)
                        .toList());
        assertEquals(63, details.tensorTypes().getFirst().tensors());
    }

    @Test
    void the_family_of_a_template_and_whether_it_thinks_are_seen() throws IOException {
        assertEquals(new ModelDetails.ChatTemplate("Llama 3", false), template("llama"));
        assertEquals(new ModelDetails.ChatTemplate("ChatML", true), template("qwen3"));
        assertEquals(new ModelDetails.ChatTemplate("ChatML", false), template("qwen2"));
        assertEquals(new ModelDetails.ChatTemplate("Mistral", true), template("mistral3"));
        assertEquals(new ModelDetails.ChatTemplate("DeepSeek", true), template("deepseek2"));
        assertEquals(new ModelDetails.ChatTemplate("Gemma", false), template("gemma3"));
        assertEquals(new ModelDetails.ChatTemplate("Spark", true), template("spark2_5"));
    }

    @Test
    void absurd_numbers_do_not_overflow() throws IOException {
        ModelDetails details = details(TinyModel.of("llama")
                .put("llama.block_count", GgufValue.uint32(0xFFFFFFFFL))
                .put("llama.attention.key_length", GgufValue.uint32(0xFFFFFFFFL))
                .put("llama.attention.head_count_kv", GgufValue.uint32(0xFFFFFFFFL)));
        assertTrue(details.keyValueBytesPerToken() >= 0);
    }

    private ModelDetails.ChatTemplate template(String architecture) throws IOException {
        Path testkit = Path.of(System.getProperty("koine.testkit", ""));
        TinyFamily family = TinyFamily.of(architecture);
        assumeTrue(Files.isRegularFile(family.templateFile(testkit)), "no templates of llama.cpp in the test kit");
        return Objects.requireNonNull(details(family.model(testkit)).chatTemplate());
    }

    private ModelDetails details(TinyModel model) throws IOException {
        Path file = folder.resolve("model.gguf");
        model.write(file);
        return ModelDetails.read(file);
    }
}
