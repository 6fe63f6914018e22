package koine.engine.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import koine.engine.NativeKit;
import koine.engine.llama.ModelLoadException.Reason;
import koine.engine.llama.ffm.LlamaLibrary;
import koine.engine.llama.ffm.PackLoader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One copy of the starter model, damaged in one place at a time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamagedModelTest {
    private static final int TENSOR_COUNT = 8;
    private static final int VALUE_COUNT = 16;
    private static final int FIRST_KEY = 24;

    private Path folder;
    private Path model;
    private LlamaLibrary library;
    private GgufMap map;

    @BeforeAll
    void copy(@TempDir Path temporary) throws Exception {
        folder = temporary;
        library = PackLoader.load(NativeKit.pack());
        model = Files.copy(NativeKit.starterModel(), folder.resolve("model.gguf"));
        map = new GgufMap(model);
    }

    @Test
    void aMissingFileAndAFolderAreMissing() {
        assertEquals(Reason.MISSING, refused(folder.resolve("none.gguf")).reason());
        assertEquals(Reason.MISSING, refused(folder).reason());
    }

    @Test
    void aFileCutAnywhereIsDamaged() throws IOException {
        Path cut = folder.resolve("cut.gguf");
        long whole = Files.size(model);
        for (long length : new long[] {0, 3, 4, 20, 30, 1000, 500_000, whole / 2, whole - 1}) {
            Files.copy(model, cut);
            try (FileChannel channel = FileChannel.open(cut, StandardOpenOption.WRITE)) {
                channel.truncate(length);
            }
            assertEquals(Reason.DAMAGED, refused(cut).reason(), "cut at " + length);
            Files.delete(cut);
        }
    }

    @Test
    void aFileThatIsSomethingElseIsDamagedAndItsPathIsNotTold() throws IOException {
        Path text = Files.writeString(folder.resolve("text.gguf"), "This is no model.".repeat(100));
        ModelLoadException refused = refused(text);
        assertEquals(Reason.DAMAGED, refused.reason());
        assertFalse(String.valueOf(refused.getMessage()).contains(folder.toString()), refused.getMessage());
    }

    @Test
    void anArchitectureThePackDoesNotKnowIsUnsupported() throws IOException {
        byte[] name = "llamb".getBytes(StandardCharsets.UTF_8);
        assertEquals(
                Reason.UNSUPPORTED,
                damaged(map.value("general.architecture") + 8, name).reason());
    }

    @Test
    void aFileWithOneWrongFieldIsRefusedAndNeitherLoadedNorCrashedOn() throws IOException {
        int tensor = map.tensors.values().iterator().next();
        int tensorInfo = tensor + 8 + map.tensors.keySet().iterator().next().length();
        refuses("magic", 0, ints(0x46554748));
        refuses("version 0", 4, ints(0));
        refuses("version 99", 4, ints(99));
        refuses("other byte order", 4, ints(0x03000000));
        refuses("tensor count huge", TENSOR_COUNT, longs(1L << 60));
        refuses("tensor count negative", TENSOR_COUNT, longs(-1));
        refuses("tensor count one less", TENSOR_COUNT, longs(map.tensors.size() - 1));
        refuses("value count huge", VALUE_COUNT, longs(1L << 60));
        refuses("value count one more", VALUE_COUNT, longs(map.values.size() + 1));
        refuses("key length huge", FIRST_KEY, longs(1L << 62));
        refuses("key length negative", FIRST_KEY, longs(-1));
        refuses("value type", map.value("general.architecture") - 4, ints(77));
        refuses("text length huge", map.value("general.architecture"), longs(1L << 40));
        refuses("vocabulary length huge", map.value("tokenizer.ggml.tokens") + 4, longs(1L << 58));
        refuses("vocabulary of numbers", map.value("tokenizer.ggml.tokens"), ints(4));
        refuses("one layer more", map.value("llama.block_count"), ints(31));
        refuses("layers beyond all", map.value("llama.block_count"), ints(-1));
        refuses("no layers", map.value("llama.block_count"), ints(0));
        refuses("no number", map.value("llama.attention.layer_norm_rms_epsilon"), ints(0x7FFFFFFF));
        refuses("below zero", map.value("llama.attention.layer_norm_rms_epsilon"), ints(0xBF800000));
        refuses("another width", map.value("llama.embedding_length"), ints(577));
        refuses("tensor name huge", tensor, longs(1L << 50));
        refuses("dimensions", tensorInfo, ints(9));
        refuses("dimension zero", tensorInfo + 4, longs(0));
        refuses("dimension huge", tensorInfo + 4, longs(1L << 61));
        refuses("dimension negative", tensorInfo + 4, longs(-32));
        int dimensions = tensorInfoDimensions(tensorInfo) * 8;
        refuses("tensor type", tensorInfo + 4 + dimensions, ints(999));
        refuses("tensor offset unaligned", tensorInfo + 8 + dimensions, longs(7));
        refuses("tensor offset beyond", tensorInfo + 8 + dimensions, longs(1L << 40));
    }

    private void refuses(String what, int at, byte[] wrong) throws IOException {
        assertEquals(Reason.DAMAGED, damaged(at, wrong).reason(), what);
    }

    private int tensorInfoDimensions(int at) throws IOException {
        try (FileChannel channel = FileChannel.open(model)) {
            ByteBuffer four = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
            channel.read(four, at);
            return four.getInt(0);
        }
    }

    private ModelLoadException damaged(int at, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(model, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer before = ByteBuffer.allocate(bytes.length);
            channel.read(before, at);
            channel.write(ByteBuffer.wrap(bytes), at);
            try {
                return refused(model);
            } finally {
                channel.write(before.flip(), at);
            }
        }
    }

    private ModelLoadException refused(Path file) {
        return assertThrows(
                ModelLoadException.class,
                () -> LlamaModel.load(library, file, f -> {}, () -> false).close());
    }

    private static byte[] ints(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    private static byte[] longs(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }
}
