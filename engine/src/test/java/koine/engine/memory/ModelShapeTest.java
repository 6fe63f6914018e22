package koine.engine.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import koine.engine.NativeKit;
import koine.engine.process.EngineOptions;
import koine.gguf.GgufType;
import koine.gguf.GgufValue;
import koine.gguf.GgufWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelShapeTest {
    @TempDir
    Path folder;

    private static GgufWriter model(String architecture, int layers) {
        return new GgufWriter()
                .put("general.architecture", architecture)
                .put(architecture + ".block_count", GgufValue.uint32(layers))
                .put(architecture + ".context_length", GgufValue.uint32(4096))
                .put(architecture + ".embedding_length", GgufValue.uint32(640))
                .put(architecture + ".feed_forward_length", GgufValue.uint32(2048))
                .put(architecture + ".attention.head_count", GgufValue.uint32(4));
    }

    private ModelShape shape(GgufWriter writer) throws IOException {
        Path file = folder.resolve("model.gguf");
        writer.tensor("token_embd.weight", List.of(32L), new float[32]).write(file);
        return ModelShape.read(file);
    }

    @Test
    void takesTheLengthOfAHeadFromTheEmbeddingWhereItIsNotSaid() throws Exception {
        ModelShape shape = shape(model("llama", 2));
        assertEquals(2 * 2 * 640, shape.fullRow());
        assertEquals(128, shape.weightBytes());
        assertEquals(4096, shape.trainedContext());
    }

    @Test
    void knowsWhichLayersOfGemmaSeeAWindowOnly() throws Exception {
        ModelShape shape = shape(model("gemma3", 18)
                .put("gemma3.attention.head_count_kv", GgufValue.uint32(1))
                .put("gemma3.attention.key_length", GgufValue.uint32(256))
                .put("gemma3.attention.value_length", GgufValue.uint32(256))
                .put("gemma3.attention.sliding_window", GgufValue.uint32(512)));
        assertEquals(3 * 512, shape.fullRow());
        assertEquals(15 * 512, shape.windowRow());
    }

    @Test
    void takesEveryLayerToSeeAllWhereNothingIsKnownOfAPattern() throws Exception {
        ModelShape shape =
                shape(model("unheard-of", 4).put("unheard-of.attention.sliding_window", GgufValue.uint32(512)));
        assertEquals(4 * 2 * 640, shape.fullRow());
        assertEquals(0, shape.windowRow());
    }

    @Test
    void countsStateInsteadOfACacheForRecurrentLayers() throws Exception {
        GgufWriter hybrid = model("qwen35", 8)
                .put("qwen35.ssm.inner_size", GgufValue.uint32(512))
                .put("qwen35.ssm.state_size", GgufValue.uint32(128))
                .put("qwen35.ssm.conv_kernel", GgufValue.uint32(4))
                .put("qwen35.ssm.group_count", GgufValue.uint32(2));
        ModelShape shape = shape(hybrid);
        assertEquals(2 * 2 * 640, shape.fullRow()); // each fourth
        assertEquals(6 * (3 * (512 + 2 * 2 * 128) + 128 * 512), shape.stateNumbers());
        GgufWriter both = model("falcon-h1", 2)
                .put("falcon-h1.ssm.inner_size", GgufValue.uint32(512))
                .put("falcon-h1.ssm.state_size", GgufValue.uint32(128));
        ModelShape inEveryLayer = shape(both);
        assertEquals(2 * 2 * 640, inEveryLayer.fullRow());
        assertEquals(2 * 128 * 512, inEveryLayer.stateNumbers());
    }

    @Test
    void readsANumberOfHeadsForEachLayer() throws Exception {
        GgufWriter writer = model("granitehybrid", 3)
                .put(
                        "granitehybrid.attention.head_count_kv",
                        GgufValue.array(
                                GgufType.UINT32,
                                List.of(GgufValue.uint32(0), GgufValue.uint32(2), GgufValue.uint32(0))))
                .put("granitehybrid.ssm.inner_size", GgufValue.uint32(64))
                .put("granitehybrid.ssm.state_size", GgufValue.uint32(16));
        ModelShape shape = shape(writer);
        assertEquals(2 * 2 * 160, shape.fullRow());
        assertEquals(2 * 16 * 64, shape.stateNumbers());
    }

    @Test
    void keepsSenselessNumbersFromOverflowing() throws Exception {
        GgufWriter writer = model("llama", 1)
                .put("llama.block_count", GgufValue.uint32(0xFFFF_FFFFL))
                .put("llama.embedding_length", GgufValue.uint32(0xFFFF_FFFFL));
        long bytes = new MemoryNeed(shape(writer)).bytes(Integer.MAX_VALUE / 2, EngineOptions.F16, 64);
        assertTrue(bytes > 1L << 40, "bytes: " + bytes);
    }

    @Test
    void isNotReadFromWhatIsNoModel() throws Exception {
        Path file = Files.writeString(folder.resolve("no.gguf"), "GGUF? no.");
        assertThrows(IOException.class, () -> ModelShape.read(file));
    }

    @Test
    void agreesWithWhatLlamaCppSaysOfTheStarterModel() throws Exception {
        ModelShape shape = ModelShape.read(NativeKit.starterModel());
        long mib = 1 << 20;
        assertEquals(180 * mib, new MemoryNeed(shape).contextBytes(8192, EngineOptions.F16, 1));
        assertEquals(180 * mib / 32 * 17, new MemoryNeed(shape).contextBytes(8192, EngineOptions.Q8_0, 1));
        assertEquals(49_152, shape.vocabulary());
    }
}
