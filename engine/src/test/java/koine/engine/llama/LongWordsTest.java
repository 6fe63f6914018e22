package koine.engine.llama;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import koine.engine.NativeKit;
import koine.engine.llama.ffm.PackLoader;
import koine.gguf.GgufValue;
import koine.gguf.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On an ordinary stack a run of 3,000 like characters ends the process with most of these. */
class LongWordsTest {
    private static final int LONG = 60_000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "default", "gpt-2", "deepseek-llm", "deepseek-coder", "deepseek-v3", "falcon", "bloom", "tekken",
                "hunyuan-dense", "qwen2", "llama-bpe", "command-r", "smollm", "gpt-4o", "poro-chat", "exaone4"
            })
    void areReadWhateverTheVocabularysPattern(String pre) throws Exception {
        Path file = folder.resolve(pre + ".gguf");
        TinyModel.of("llama")
                .bytes(null, List.of("<end>"))
                .put("tokenizer.ggml.pre", GgufValue.text(pre))
                .write(file);
        try (LlamaModel model = LlamaModel.load(PackLoader.load(NativeKit.pack()), file, fraction -> {}, () -> false)) {
            Vocabulary vocabulary = model.vocabulary();
            for (String one : List.of("a", ".", "一", " ", "7", "'s", "\n")) {
                int[] tokens = vocabulary.tokenize(one.repeat(LONG / one.length()), true);
                assertTrue(tokens.length > 0, pre + " " + one);
            }
        }
    }

    @Test
    void areRefusedWhenNoStackShouldCarryThem() throws Exception {
        try (LlamaModel model = LlamaModel.load(
                PackLoader.load(NativeKit.pack()), NativeKit.starterModel(), fraction -> {}, () -> false)) {
            Vocabulary vocabulary = model.vocabulary();
            assertThrows(IllegalArgumentException.class, () -> vocabulary.tokenize("a".repeat(500_000), true));
            assertTrue(vocabulary.tokenize("a b ".repeat(250_000), true).length > 0);
        }
    }
}
