package koine.engine.jllama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.kherud.llama.LlamaModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import koine.engine.NativeKit;
import koine.engine.llama.ModelLoadException;
import koine.engine.llama.ModelLoadException.Reason;
import koine.engine.llama.SamplerOptions;
import koine.engine.session.Generator.Outcome;
import koine.engine.session.Generator.Prompt;
import koine.engine.session.Generator.Request;
import koine.engine.session.Generator.Sink;
import koine.engine.session.GeneratorOptions;
import koine.gguf.GgufValue;
import koine.gguf.TinyFamily;
import koine.gguf.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which models java-llama.cpp loads, and that all others are refused as what they are. */
class KindsTest {
    /** The tiny models have every tensor that llama.cpp may read; these came after java-llama.cpp. */
    private static final Map<String, String> LATER = Map.of("qwen2", "|output[.]bias", "command-r", "|.*bias");

    /** It needs a layer of each kind, and the tiny ones have two of one kind: this version ends the process over that. */
    private static final Set<String> TOO_FEW_LAYERS = Set.of("cohere2", "gemma3");

    @TempDir
    static Path folder = Path.of("");

    private static TinyModel model(TinyFamily family) {
        return family.model(NativeKit.templates()).without(".*scale" + LATER.getOrDefault(family.architecture(), ""));
    }

    private static JllamaGenerator load(TinyModel model) throws IOException, ModelLoadException {
        Path file = folder.resolve("model.gguf");
        model.write(file);
        return JllamaGenerator.load(
                new GeneratorOptions(folder.resolve("jllama"), file, 256).withThreads(1), fraction -> {}, () -> false);
    }

    @Test
    void of_the_kinds_in_the_catalogue_it_answers_with_those_it_knows_and_refuses_the_others() throws Exception {
        Set<String> answered = new TreeSet<>();
        for (TinyFamily family : TinyFamily.all()) {
            if (TOO_FEW_LAYERS.contains(family.architecture())) {
                assertTrue(ModelFile.ARCHITECTURES.contains(family.architecture()));
                continue;
            }
            try (JllamaGenerator generator = load(model(family))) {
                assertEquals(family.eos(), generator.model().eosToken());
                String first = answer(generator);
                assertEquals(first, answer(generator), family.architecture());
                answered.add(family.architecture());
            } catch (ModelLoadException e) {
                // what is written as deepseek2 today has other tensors than then, and the library says nothing of why
                boolean silent = family.architecture().equals("deepseek2");
                assertEquals(silent ? Reason.FAILED : Reason.UNSUPPORTED, e.reason(), family + ": " + e.getMessage());
                assertTrue(
                        silent
                                || String.valueOf(e.getMessage())
                                        .contains("unknown general.architecture: " + family.architecture()),
                        family + ": " + e.getMessage());
            }
        }
        assertEquals(Set.of("command-r", "falcon", "gpt2", "gptneox", "llama", "qwen2"), answered);
    }

    @Test
    void signs_to_the_model_are_told_from_text() throws Exception {
        TinyFamily family = TinyFamily.of("command-r");
        try (JllamaGenerator generator = load(model(family))) {
            for (String sign : family.control()) {
                assertTrue(generator.tokenizer().isControl(generator.tokenizer().tokens(sign, false, true)[0]), sign);
            }
            assertFalse(generator.tokenizer().isControl(generator.tokenizer().tokens("a", false, true)[0]));
            assertThrows(
                    IllegalArgumentException.class, () -> generator.tokenizer().isControl(1 << 20));
        }
    }

    private static String answer(JllamaGenerator generator) {
        StringBuilder text = new StringBuilder();
        generator.begin(
                new Request(
                        new Prompt.Text("नमस्ते", 0),
                        SamplerOptions.greedy(),
                        24,
                        List.of(),
                        true,
                        Set.of(),
                        -1,
                        false,
                        null,
                        false,
                        List.of()),
                () -> false,
                new Sink() {
                    @Override
                    public void onPromptProgress(int processed, int cached, int total) {}

                    @Override
                    public void onText(String more) {
                        text.append(more);
                    }

                    @Override
                    public void onEnd(Outcome outcome) {
                        text.append(outcome.answerTokens());
                    }

                    @Override
                    public void onFailure(RuntimeException failure) {
                        throw failure;
                    }
                });
        while (generator.step()) {
            // a piece at a time
        }
        return text.toString();
    }

    @Test
    void a_tokenizer_and_numbers_that_came_later_are_refused_before_the_library_sees_them() {
        TinyFamily llama = TinyFamily.of("llama");
        assertEquals(
                "unknown tokenizer.ggml.pre: of-tomorrow",
                refused(model(llama).put("tokenizer.ggml.pre", GgufValue.text("of-tomorrow"))));
        assertEquals(
                "unknown tokenizer.ggml.model: plamo2",
                refused(model(llama).put("tokenizer.ggml.model", GgufValue.text("plamo2"))));
    }

    private static String refused(TinyModel model) {
        ModelLoadException refused = assertThrows(ModelLoadException.class, () -> load(model));
        assertEquals(Reason.UNSUPPORTED, refused.reason());
        return String.valueOf(refused.getMessage());
    }

    @Test
    void the_names_it_is_said_to_know_are_in_its_library() throws IOException {
        String library;
        try (InputStream in = LlamaModel.class.getResourceAsStream("Linux/x86_64/libjllama.so")) {
            library = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.ISO_8859_1);
        }
        // shorter ones are in its code, not in its texts
        for (Set<String> names : List.of(ModelFile.ARCHITECTURES, ModelFile.SPLITTERS)) {
            assertEquals(
                    Set.of(),
                    new TreeSet<>(names.stream()
                            .filter(name -> name.length() > 8 && !library.contains(name))
                            .toList()));
        }
    }
}
