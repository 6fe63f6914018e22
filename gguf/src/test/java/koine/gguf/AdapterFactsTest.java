package koine.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdapterFactsTest {
    @TempDir
    Path folder;

    private AdapterFacts facts(TinyAdapter adapter) throws IOException {
        Path file = folder.resolve("adapter.gguf");
        adapter.write(file);
        return Objects.requireNonNull(AdapterFacts.of(GgufReader.read(file)));
    }

    private static TinyAdapter of(int rank) {
        return TinyAdapter.of("qwen3")
                .change("blk.0.ffn_up.weight", 4, 6, rank, new float[4 * rank], new float[6 * rank]);
    }

    @Test
    void say_who_made_it_for_which_model_and_how_large_it_is() throws IOException {
        AdapterFacts facts = facts(of(3).change("blk.0.ffn_gate.weight", 4, 6, 2, new float[8], new float[12])
                .alpha(6)
                .put("general.name", GgufValue.text("Marathi\u202e stories"))
                .put("general.author", GgufValue.text("Asha"))
                .put("general.license", GgufValue.text("cc-by-4.0"))
                .put("general.languages", GgufValue.texts(List.of("mr", "hi")))
                .put("general.base_model.count", GgufValue.uint32(1))
                .put("general.base_model.0.name", GgufValue.text("Tiny 1B"))
                .put("general.base_model.0.organization", GgufValue.text("Tiny Labs"))
                .put("general.base_model.0.repo_url", GgufValue.text("https://example.org/tiny")));

        assertEquals(
                new AdapterFacts(
                        "qwen3",
                        "Marathi stories",
                        "Asha",
                        "cc-by-4.0",
                        List.of("mr", "hi"),
                        new AdapterFacts.Base("Tiny 1B", "Tiny Labs", "https://example.org/tiny"),
                        3,
                        OptionalDouble.of(6)),
                facts);
    }

    @Test
    void leave_open_what_the_file_does_not_say() throws IOException {
        AdapterFacts facts = facts(of(1).put("general.organization", GgufValue.text("")));

        assertEquals(new AdapterFacts("qwen3", null, null, null, List.of(), null, 1, OptionalDouble.empty()), facts);
    }

    @Test
    void name_the_organization_before_the_author() throws IOException {
        TinyAdapter adapter = of(1).put("general.author", GgufValue.text("Asha"))
                .put("general.organization", GgufValue.text("A school"));

        assertEquals("A school", facts(adapter).maker());
    }

    @Test
    void the_rank_of_changed_embeddings_lies_the_other_way_round() throws IOException {
        AdapterFacts facts = facts(TinyAdapter.of("qwen3")
                .tensor("token_embd.weight.lora_a", List.of(2L, 9L), new float[18])
                .tensor("token_embd.weight.lora_b", List.of(2L, 4L), new float[8]));

        assertEquals(2, facts.rank());
    }

    @ParameterizedTest
    @CsvSource({"model,lora", "adapter,ia3", "adapter,"})
    void there_are_none_of_another_kind_of_file(String general, String adapter) throws IOException {
        Path file = folder.resolve("other.gguf");
        GgufWriter writer =
                new GgufWriter().put("general.architecture", "qwen3").put("general.type", general);
        if (adapter != null) {
            writer.put("adapter.type", adapter);
        }
        writer.tensor("t", List.of(1L), new float[1]).write(file);

        assertNull(AdapterFacts.of(GgufReader.read(file)));
    }
}
