package koine.engine.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import koine.engine.NativeKit;
import koine.engine.llama.ModelLoadException.Reason;
import koine.gguf.GgufType;
import koine.gguf.GgufValue;
import koine.gguf.TinyFamily;
import koine.gguf.TinyModel;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlausibilityTest {
    @TempDir
    Path folder = Path.of("");

    static List<TinyFamily> families() {
        return TinyFamily.all();
    }

    @ParameterizedTest
    @MethodSource("families")
    void aSoundModelOfEachArchitectureIsPlausible(TinyFamily family) throws Exception {
        assertNull(judged(TinyModel.of(family.architecture())));
    }

    @Test
    void theStarterModelIsPlausible() throws Exception {
        assertNull(Plausibility.implausibleKey(NativeKit.starterModel()));
    }

    @Test
    void tokensThatOnlyLookAlikeAreNoReason() throws Exception {
        assertNull(
                judged(TinyModel.of("llama").bytes(null, List.of("\u0003", "\u0002\u0002", "\u0002", "\u0001\u0001"))));
    }

    @Test
    void aSentencePieceVocabularyIsPlausibleButNotWithoutOneOfItsBytes() throws Exception {
        assertNull(judged(TinyModel.of("llama").sentencePiece()));
        List<String> missing = IntStream.range(0, 255)
                .mapToObj(b -> String.format(Locale.ROOT, "<0x%02X>", b))
                .toList();
        assertEquals(
                "tokenizer.ggml.tokens: a byte is missing",
                judged(TinyModel.of("llama").sentencePiece().put("tokenizer.ggml.tokens", GgufValue.texts(missing))));
    }

    @Test
    void aSentencePieceVocabularyWithNoByteAtAllIsRefusedBeforeAnyTextEndsTheProcess() throws Exception {
        for (String form : List.of("word %d", "<0x%02x>")) { // none at all, and with small letters, which do not count
            List<String> pieces = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
            IntStream.range(0, 256)
                    .mapToObj(b -> String.format(Locale.ROOT, form, b))
                    .forEach(pieces::add);
            "\u2581abcdefghijklmnopqrstuvwxyz".chars().forEach(c -> pieces.add(Character.toString(c)));
            Path file = folder.resolve("model.gguf");
            TinyModel.of("llama")
                    .sentencePiece()
                    .put("tokenizer.ggml.tokens", GgufValue.texts(pieces))
                    .write(file);
            try (TrialProcess trials = new TrialProcess(folder)) {
                String outcome = trials.attempt(file);
                assertTrue(outcome.startsWith("refused") && outcome.contains("a byte is missing"), outcome);
            }
        }
    }

    @Test
    void aByteMayBeATokenOfItsOwn() throws Exception {
        List<String> pieces = IntStream.range(0, 256)
                .mapToObj(b -> b == 'a' ? "a" : String.format(Locale.ROOT, "<0x%02X>", b))
                .toList();
        assertNull(judged(TinyModel.of("llama").sentencePiece().put("tokenizer.ggml.tokens", GgufValue.texts(pieces))));
    }

    @Test
    void numbersThatNoModelHasAreNamed() throws Exception {
        implausible("llama.rope.dimension_count", GgufValue.uint32(127));
        implausible("llama.rope.dimension_count", GgufValue.uint32(130));
        implausible("llama.rope.scaling.type", GgufValue.text("linen"));
        implausible("llama.attention.value_length", GgufValue.uint32(64));
        implausible("llama.attention.key_length_swa", GgufValue.uint32(64));
        implausible("llama.attention.head_count", GgufValue.uint32(0));
        implausible("llama.attention.head_count_kv", GgufValue.uint32(3));
        implausible("llama.expert_used_count", GgufValue.uint32(1));
        implausible("llama.expert_group_count", GgufValue.uint32(1));
        implausible("llama.nextn_predict_layers", GgufValue.uint32(2));
        implausible("llama.pooling_type", GgufValue.uint32(5));
        implausible("llama.attention.sliding_window", GgufValue.uint32(1L << 31));
        implausible("llama.rope.dimension_sections", GgufValue.array(GgufType.INT32, sections(64, 64, 64, 0)));
        assertEquals(
                "falcon-h1.ssm.time_step_rank",
                judged(TinyModel.of("falcon-h1").put("falcon-h1.ssm.time_step_rank", GgufValue.uint32(0))));
        assertEquals(
                "qwen3moe.expert_used_count",
                judged(TinyModel.of("qwen3moe").put("qwen3moe.expert_used_count", GgufValue.uint32(3))));
    }

    private static List<GgufValue> sections(int... sections) {
        return IntStream.of(sections)
                .<GgufValue>mapToObj(section -> new GgufValue.Int(GgufType.INT32, section))
                .toList();
    }

    private void implausible(String key, GgufValue value) throws Exception {
        assertEquals(key, judged(TinyModel.of("llama").put(key, value)));
    }

    @Test
    void aTokenThatStandsTwiceUpToANulIsFound() throws Exception {
        assertEquals(
                "tokenizer.ggml.tokens: a token stands twice",
                judged(TinyModel.of("llama").bytes(null, List.of("<end>\0a", "<end>\0b"))));
        assertNull(judged(TinyModel.of("llama").bytes(null, List.of("", "\0"))));
    }

    @Test
    void aFileThatIsNoModelAndAModelWithoutVocabularyAreUnsupported() {
        assertEquals(Reason.UNSUPPORTED, unsupported("general.architecture", "clip"));
        assertEquals(Reason.UNSUPPORTED, unsupported("general.architecture", "eagle3"));
        assertEquals(Reason.UNSUPPORTED, unsupported("tokenizer.ggml.model", "none"));
    }

    private Reason unsupported(String key, String value) {
        return assertThrows(
                        ModelLoadException.class,
                        () -> judged(TinyModel.of("llama").put(key, GgufValue.text(value))))
                .reason();
    }

    private @Nullable String judged(TinyModel model) throws Exception {
        Path file = folder.resolve("model.gguf");
        model.write(file);
        return Plausibility.implausibleKey(file);
    }
}
