package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import koine.engine.llama.AdapterException;
import koine.engine.llama.AdapterException.Reason;
import koine.engine.llama.SamplerOptions;
import koine.engine.session.Generator.AdapterContent;
import koine.engine.session.Generator.AdapterUse;
import koine.engine.session.Generator.Prompt;
import koine.engine.session.Generator.Request;
import koine.engine.session.Stage.Answer;
import koine.gguf.GgufReader;
import koine.gguf.GgufTensor;
import koine.gguf.GgufType;
import koine.gguf.GgufValue;
import koine.gguf.TinyAdapter;
import koine.gguf.TinyModel;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterTest {
    private static final int WIDTH = 256;
    private static final int RANK = 3;
    private static final float ALPHA = 6;
    private static final int CONTEXT = 16_384;

    @TempDir
    Path folder;

    private Path model;
    private int tokens;

    @BeforeEach
    void write() throws IOException {
        model = folder.resolve("base.gguf");
        TinyModel.of("qwen3").bytes(null, List.of("<end>")).context(CONTEXT).write(model);
        tokens = Math.toIntExact(tensor(model, "output.weight").shape().get(1));
    }

    private static GgufTensor tensor(Path file, String name) throws IOException {
        return GgufReader.read(file).tensors().stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static float[] numbers(Path file, String name) throws IOException {
        GgufTensor tensor = tensor(file, name);
        byte[] bytes = Files.readAllBytes(file);
        float[] numbers = new float[Math.toIntExact(tensor.elements())];
        ByteBuffer.wrap(bytes, Math.toIntExact(tensor.offset()), Math.toIntExact(tensor.bytes()))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(numbers);
        return numbers;
    }

    /** Changes what the model says, by its output and by one of its layers. */
    private Path adapter(String name, long seed, float size) throws IOException {
        Path file = folder.resolve(name);
        TinyAdapter.of("qwen3")
                .alpha(ALPHA)
                .change(
                        "output.weight",
                        WIDTH,
                        tokens,
                        RANK,
                        TinyAdapter.random(RANK * WIDTH, size, seed),
                        TinyAdapter.random(RANK * tokens, size, seed + 1))
                .change(
                        "blk.0.attn_v.weight",
                        WIDTH,
                        Math.toIntExact(
                                tensor(model, "blk.0.attn_v.weight").shape().get(1)),
                        RANK,
                        TinyAdapter.random(RANK * WIDTH, size, seed + 2),
                        TinyAdapter.random(
                                RANK
                                        * Math.toIntExact(tensor(model, "blk.0.attn_v.weight")
                                                .shape()
                                                .get(1)),
                                size,
                                seed + 3))
                .write(file);
        return file;
    }

    private Stage stage() throws Exception {
        return new Stage(Stage.options(model, CONTEXT));
    }

    private static Request request(String prompt, int length, @Nullable String key, AdapterUse... adapters) {
        return Stage.request(prompt, length, key, false, adapters);
    }

    private static AdapterUse use(Path file, double scale) {
        return new AdapterUse(file, (float) scale);
    }

    @Test
    void changesTheLogitsAsComputedByHand() throws Exception {
        // no layer of this one adds anything, so what the output sees is the token's embedding, made of length one
        TinyModel.of("qwen3")
                .bytes(null, List.of("<end>"))
                .script(List.of("a", "b"))
                .write(model);
        float[] first = TinyAdapter.random(RANK * WIDTH, 0.2f, 5);
        float[] second = TinyAdapter.random(RANK * tokens, 0.2f, 6);
        Path adapter = folder.resolve("hand.gguf");
        TinyAdapter.of("qwen3")
                .alpha(ALPHA)
                .change("output.weight", WIDTH, tokens, RANK, first, second)
                .write(adapter);
        double scale = 0.7;
        float[] otherFirst = TinyAdapter.random(WIDTH, 0.3f, 7);
        float[] otherSecond = TinyAdapter.random(tokens, 0.3f, 8);
        Path other = folder.resolve("other by hand.gguf"); // without an alpha, of rank one
        TinyAdapter.of("qwen3")
                .change("output.weight", WIDTH, tokens, 1, otherFirst, otherSecond)
                .write(other);
        double otherScale = -0.4;

        int token;
        float[] base;
        float[] changed;
        float[] both;
        try (Stage stage = new Stage(Stage.options(model, 256))) {
            token = stage.generator().tokenizer().tokens("a", true, true)[0];
            base = stage.ask(request("a", 1, null)).logits.getFirst();
            changed =
                    stage.ask(request("a", 1, null, use(adapter, scale))).logits.getFirst();
            both = stage.ask(request("a", 1, null, use(other, otherScale), use(adapter, scale)))
                    .logits
                    .getFirst();
        }

        float[] embeddings = numbers(model, "token_embd.weight");
        float[] factors = numbers(model, "output_norm.weight");
        float[] output = numbers(model, "output.weight");
        double epsilon = GgufReader.read(model).metadata().get("qwen3.attention.layer_norm_rms_epsilon")
                        instanceof GgufValue.Real real
                ? real.value()
                : 0;
        double squares = 0;
        for (int i = 0; i < WIDTH; i++) {
            squares += Math.pow(embeddings[token * WIDTH + i], 2);
        }
        double[] seen = new double[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            seen[i] = embeddings[token * WIDTH + i] / Math.sqrt(squares / WIDTH + epsilon) * factors[i];
        }
        double largest = 0;
        for (int row = 0; row < tokens; row++) {
            double plain = product(output, row, WIDTH, seen);
            double change = 0;
            for (int r = 0; r < RANK; r++) {
                change += second[row * RANK + r] * product(first, r, WIDTH, seen);
            }
            change *= scale * ALPHA / RANK;
            largest = Math.max(largest, Math.abs(change));
            assertEquals(plain, base[row], 1e-3, "logit " + row + " of the base");
            assertEquals(plain + change, changed[row], 1e-3, "logit " + row + " with the adapter");
            double more = otherScale * otherSecond[row] * product(otherFirst, 0, WIDTH, seen);
            assertEquals(plain + change + more, both[row], 1e-3, "logit " + row + " with both");
        }
        assertTrue(largest > 1, "the change is far above the tolerance: " + largest);
    }

    private static double product(float[] matrix, int row, int width, double[] vector) {
        double sum = 0;
        for (int i = 0; i < width; i++) {
            sum += matrix[row * width + i] * vector[i];
        }
        return sum;
    }

    @Test
    void ofScaleZeroIsTheBaseToTheLastBit() throws Exception {
        Path adapter = adapter("a.gguf", 10, 0.3f);
        try (Stage stage = stage()) {
            Answer base = stage.ask(request("the sea", 12, null));
            Answer zero = stage.ask(request("the sea", 12, null, use(adapter, 0)));
            Answer full = stage.ask(request("the sea", 12, null, use(adapter, 1)));
            Answer again = stage.ask(request("the sea", 12, null));
            for (int i = 0; i < 12; i++) {
                assertArrayEquals(base.logits.get(i), zero.logits.get(i));
                assertArrayEquals(base.logits.get(i), again.logits.get(i), "the adapter leaves nothing behind");
            }
            assertNotEquals(Arrays.toString(base.logits.getFirst()), Arrays.toString(full.logits.getFirst()));
        }
    }

    @Test
    void countsOnceAndInAnyOrder() throws Exception {
        Path one = adapter("one.gguf", 20, 0.2f);
        Path two = adapter("two.gguf", 30, 0.2f);
        try (Stage stage = stage()) {
            Answer both = stage.ask(request("wind", 4, null, use(one, 0.5), use(two, -1)));
            Answer turned = stage.ask(request("wind", 4, null, use(two, -1), use(one, 0.5)));
            Answer alone = stage.ask(request("wind", 4, null, use(one, 0.5)));
            assertArrayEquals(both.logits.getFirst(), turned.logits.getFirst(), "the order says nothing");
            assertNotEquals(Arrays.toString(both.logits.getFirst()), Arrays.toString(alone.logits.getFirst()));
            Path around = folder.resolve("x/../one.gguf");
            Files.createDirectory(folder.resolve("x"));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> stage.ask(request("wind", 4, null, use(one, 1), use(around, 0.5))));
        }
    }

    @Test
    void thatDoesNotBelongToTheModelIsRefusedAndTheNextAnswerComes() throws Exception {
        Path other = folder.resolve("other.gguf");
        TinyAdapter.of("llama")
                .change("output.weight", WIDTH, tokens, 1, new float[WIDTH], new float[tokens])
                .write(other);
        Path missing = folder.resolve("missing-tensor.gguf");
        TinyAdapter.of("qwen3")
                .change("blk.9.ffn_up.weight", WIDTH, 8, 1, new float[WIDTH], new float[8])
                .write(missing);
        Path shape = folder.resolve("shape.gguf");
        TinyAdapter.of("qwen3")
                .change("output.weight", WIDTH, tokens + 1, 1, new float[WIDTH], new float[tokens + 1])
                .write(shape);
        Path half = folder.resolve("half.gguf");
        TinyAdapter.of("qwen3")
                .tensor("output.weight.lora_a", List.of((long) WIDTH, 1L), new float[WIDTH])
                .write(half);
        Path ranks = folder.resolve("ranks.gguf");
        TinyAdapter.of("qwen3")
                .tensor("output.weight.lora_a", List.of((long) WIDTH, 2L), new float[2 * WIDTH])
                .tensor("output.weight.lora_b", List.of(3L, (long) tokens), new float[3 * tokens])
                .write(ranks);
        Path alpha = folder.resolve("alpha.gguf");
        TinyAdapter.of("qwen3")
                .put("adapter.lora.alpha", GgufValue.text("six"))
                .change("output.weight", WIDTH, tokens, 1, new float[WIDTH], new float[tokens])
                .write(alpha);
        Path cut = folder.resolve("cut.gguf");
        byte[] whole = Files.readAllBytes(adapter("whole.gguf", 40, 0.2f));
        Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
        Path called = folder.resolve("called.gguf");
        TinyAdapter.of("qwen3")
                .put("adapter.alora.invocation_tokens", GgufValue.array(GgufType.UINT32, List.of(GgufValue.uint32(1))))
                .change("output.weight", WIDTH, tokens, 1, new float[WIDTH], new float[tokens])
                .write(called);
        Path hidden = folder.resolve("hidden.gguf");
        TinyAdapter.of("qwen3")
                .put("adapter.lora.alpha\0x", GgufValue.text("six"))
                .change("output.weight", WIDTH, tokens, 1, new float[WIDTH], new float[tokens])
                .write(hidden);
        try (Stage stage = stage()) {
            assertEquals(Reason.UNSUPPORTED, reason(stage, called));
            assertEquals(Reason.DAMAGED, reason(stage, hidden));
            assertEquals(Reason.OTHER_BASE, reason(stage, other));
            assertEquals(Reason.OTHER_BASE, reason(stage, missing));
            assertEquals(Reason.OTHER_BASE, reason(stage, shape));
            assertEquals(Reason.DAMAGED, reason(stage, half));
            assertEquals(Reason.DAMAGED, reason(stage, ranks));
            assertEquals(Reason.DAMAGED, reason(stage, alpha));
            assertEquals(Reason.DAMAGED, reason(stage, cut));
            assertEquals(Reason.NOT_AN_ADAPTER, reason(stage, model));
            assertEquals(Reason.MISSING, reason(stage, folder.resolve("nowhere.gguf")));
            assertEquals(4, stage.ask(request("rain", 4, null)).tokens.size());
        }
    }

    @Test
    void onEmbeddingsThatAreTheOutputTooIsRefused() throws Exception {
        Path tied = folder.resolve("tied.gguf");
        TinyModel.of("command-r").write(tied);
        GgufTensor embeddings = tensor(tied, "token_embd.weight");
        int width = Math.toIntExact(embeddings.shape().getFirst());
        int words = Math.toIntExact(embeddings.shape().get(1));
        Path adapter = folder.resolve("embeddings.gguf");
        TinyAdapter.of("command-r")
                .tensor("token_embd.weight.lora_a", List.of(2L, (long) words), new float[2 * words])
                .tensor("token_embd.weight.lora_b", List.of(2L, (long) width), new float[2 * width])
                .write(adapter);
        try (Stage stage = new Stage(Stage.options(tied, 256))) {
            assertEquals(Reason.UNSUPPORTED, reason(stage, adapter));
        }
    }

    private static Reason reason(Stage stage, Path adapter) {
        return assertThrows(AdapterException.class, () -> stage.ask(request("rain", 4, null, use(adapter, 1))))
                .reason();
    }

    @Test
    void ofOneConversationIsNotTheOthersWhileBothAreAnswered() throws Exception {
        Path one = adapter("one.gguf", 50, 0.3f);
        Path two = adapter("two.gguf", 60, 0.3f);
        int length = 3000; // so long that each has its turn several times
        List<Request> requests = List.of(
                request("The ship sailed", length, "a", use(one, 1)),
                request("The ship sailed", length, "b", use(two, 1)),
                request("The ship sailed", length, "c"));
        List<Answer> alone = new ArrayList<>();
        for (Request request : requests) {
            try (Stage stage = stage()) {
                alone.add(stage.ask(request));
            }
        }
        try (Stage stage = stage()) {
            List<Answer> together = new ArrayList<>();
            for (Request request : requests) {
                Answer answer = stage.new Answer();
                stage.generator().begin(request, Chat.NEVER, answer);
                together.add(answer);
            }
            boolean beside = false;
            while (stage.generator().step()) {
                beside |= together.stream().filter(a -> a.isOver()).count() == 0
                        && together.stream().allMatch(a -> a.tokens.size() > 5);
            }
            assertTrue(beside, "all three were under way at a time");
            assertEquals(1, stage.recorder.mostSequences(), "no batch had two of them");
            for (int i = 0; i < 3; i++) {
                // other places in the memory round otherwise: to the first token chosen by that, and not further
                int same = 0;
                while (same < length
                        && alone.get(i)
                                .tokens
                                .get(same)
                                .equals(together.get(i).tokens.get(same))) {
                    assertClose(
                            alone.get(i).logits.get(same),
                            together.get(i).logits.get(same),
                            i + ", " + same);
                    same++;
                }
                assertTrue(same > 20, "answer " + i + " is another after " + same + " tokens");
            }
            assertTrue(
                    distance(alone.get(0).logits.getFirst(), alone.get(1).logits.getFirst()) > 0.5);
            assertTrue(
                    distance(alone.get(0).logits.getFirst(), alone.get(2).logits.getFirst()) > 0.5);
        }
    }

    private static void assertClose(float[] one, float[] other, String where) {
        assertTrue(distance(one, other) < 0.05, () -> where + ": " + distance(one, other));
    }

    private static double distance(float[] one, float[] other) {
        double most = 0;
        for (int i = 0; i < one.length; i++) {
            most = Math.max(most, Math.abs(one[i] - other[i]));
        }
        return most;
    }

    @Test
    void isPartOfTheNameOfWhatWasRead() throws Exception {
        Path adapter = adapter("a.gguf", 70, 0.3f);
        try (Stage stage = stage()) {
            assertEquals(0, cached(stage));
            assertEquals(0, cached(stage, use(adapter, 1)), "read without it");
            assertTrue(cached(stage, use(adapter, 1)) > 0, "read with it");
            assertEquals(0, cached(stage, use(adapter, 0.5)), "as another scale");
            assertTrue(cached(stage) > 0, "what was read without it is still there");
            stage.generator().forget("k");
            assertEquals(0, cached(stage));
            assertEquals(0, cached(stage, use(adapter, 1)), "forgotten in all its forms");
        }
    }

    /** Not the likeliest words: whoever asks for those begins with an empty memory. */
    private static int cached(Stage stage, AdapterUse... adapters) {
        SamplerOptions dice = new SamplerOptions(1, 40, 0.95, 0.05, 7);
        Prompt prompt = new Prompt.Text("a long way over the sea", 0);
        return stage.ask(new Request(
                        prompt, dice, 1, List.of(), false, Set.of(), -1, false, "k", false, List.of(adapters)))
                .cached();
    }

    @Test
    void thatWasReadAheadIsNotReadAgainUnlessItsFileHasChangedSince() throws Exception {
        Path one = adapter("one.gguf", 110, 0.3f);
        Path two = adapter("two.gguf", 120, 0.3f);
        try (Stage stage = stage()) {
            assertEquals(0, cached(stage, claimed(one, "the same", 0)));
            assertTrue(cached(stage, claimed(two, "the same", 0)) > 0, "what was read ahead is believed");
        }
        try (Stage stage = stage()) {
            assertEquals(0, cached(stage, claimed(one, "the same", 1)));
            assertEquals(0, cached(stage, claimed(two, "the same", 1)), "of a file that has changed since it is not");
        }
    }

    private static AdapterUse claimed(Path file, String sha256, int moreBytes) throws IOException {
        long modified = Files.getLastModifiedTime(file).toMillis();
        return new AdapterUse(file, 1, new AdapterContent(Files.size(file) + moreBytes, modified, sha256));
    }

    @Test
    void isReadAheadOnceAndOnlyWhenItIsOne() throws Exception {
        Path adapter = adapter("a.gguf", 130, 0.3f);
        Path other = Files.copy(model, folder.resolve("model too.gguf"));
        List<AdapterUse> asked = List.of(use(adapter, 0.5), use(other, 1), use(folder.resolve("nowhere.gguf"), 1));
        AdapterHashes hashes = new AdapterHashes();
        List<AdapterUse> read = hashes.read(asked);
        AdapterContent content = read.getFirst().content();
        assertEquals(AdapterHashes.hash(adapter), content);
        assertEquals(0.5f, read.getFirst().scale());
        assertEquals(asked.subList(1, 3), read.subList(1, 3), "what is no adapter is left to be refused");
        assertSame(content, hashes.read(asked).getFirst().content(), "remembered");
        Files.write(adapter, Files.readAllBytes(adapter("b.gguf", 140, 0.3f)));
        Files.setLastModifiedTime(adapter, FileTime.fromMillis(1_000_000_000_000L));
        assertEquals(
                AdapterHashes.hash(adapter),
                hashes.read(asked).getFirst().content(),
                "and read again when it has changed");
    }

    @Test
    void isReadAgainWhenItsFileHasChangedAndLeavesWhenNobodyNeedsIt() throws Exception {
        Path adapter = adapter("a.gguf", 80, 0.3f);
        try (Stage stage = stage()) {
            Answer before = stage.ask(request("fog", 1, null, use(adapter, 1)));
            Path newer = adapter("b.gguf", 90, 0.4f);
            Files.move(newer, adapter, StandardCopyOption.REPLACE_EXISTING);
            Files.setLastModifiedTime(adapter, FileTime.fromMillis(1_000_000_000_000L));
            Answer after = stage.ask(request("fog", 1, null, use(adapter, 1)));
            assertTrue(distance(before.logits.getFirst(), after.logits.getFirst()) > 0.5);
            for (int i = 0; i < 8; i++) {
                stage.ask(request("fog", 1, null, use(adapter("n" + i + ".gguf", 100 + i, 0.1f), 1)));
            }
            assertEquals(4, stage.generator().loadedAdapters());
        }
    }
}
