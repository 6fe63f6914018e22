package koine.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufRoundTripTest {
    @TempDir
    Path folder;

    @Test
    void every_type_of_value_comes_back_as_it_was_written() throws IOException {
        Map<String, GgufValue> values = new LinkedHashMap<>();
        values.put("u8", new GgufValue.Int(GgufType.UINT8, 255));
        values.put("i8", new GgufValue.Int(GgufType.INT8, -128));
        values.put("u16", new GgufValue.Int(GgufType.UINT16, 65_535));
        values.put("i16", new GgufValue.Int(GgufType.INT16, -32_768));
        values.put("u32", new GgufValue.Int(GgufType.UINT32, 4_294_967_295L));
        values.put("i32", new GgufValue.Int(GgufType.INT32, Integer.MIN_VALUE));
        values.put("u64", new GgufValue.Int(GgufType.UINT64, -1));
        values.put("i64", new GgufValue.Int(GgufType.INT64, Long.MIN_VALUE));
        values.put("f32", GgufValue.float32(0.1f));
        values.put("f64", new GgufValue.Real(GgufType.FLOAT64, Math.PI));
        values.put("bool", GgufValue.bool(true));
        values.put("text", GgufValue.text("नमस्ते, مرحبا"));
        values.put("texts", GgufValue.texts(List.of("", "a", "日本")));
        values.put("none", GgufValue.array(GgufType.INT32, List.of()));
        values.put("numbers", GgufValue.array(GgufType.FLOAT32, List.of(GgufValue.float32(1), GgufValue.float32(-2))));

        GgufWriter writer = new GgufWriter();
        values.forEach(writer::put);
        GgufFile read = writtenAndRead(writer);

        assertEquals(values, read.metadata());
        assertEquals(List.copyOf(values.keySet()), List.copyOf(read.metadata().keySet()));
        assertEquals(3, read.version());
        assertTrue(read.integer("u64").isEmpty(), "beyond what a long can say");
        assertEquals(4_294_967_295L, read.integer("u32").getAsLong());
    }

    @Test
    void the_numbers_of_a_tensor_lie_where_the_header_says() throws IOException {
        float[] second = {1.5f, -2, 3, 4, 5, 6};
        Path file = folder.resolve("tensors.gguf");
        new GgufWriter()
                .put("general.architecture", "llama")
                .tensor("first", List.of(1L), new float[] {7})
                .tensor("second", List.of(3L, 2L), second)
                .write(file);
        GgufTensor tensor = GgufReader.read(file).tensors().get(1);

        assertEquals(List.of(3L, 2L), tensor.shape());
        assertEquals(6, tensor.elements());
        assertEquals(24, tensor.bytes());
        float[] read = new float[6];
        ByteBuffer.wrap(Files.readAllBytes(file), (int) tensor.offset(), (int) tensor.bytes())
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(read);
        assertArrayEquals(second, read);
    }

    @Test
    void of_a_large_vocabulary_only_type_and_count_are_kept() throws IOException {
        GgufFile read = writtenAndRead(new GgufWriter()
                .put("tokens", GgufValue.texts(Collections.nCopies(200_000, "ein längeres Wort")))
                .put("scores", GgufValue.array(GgufType.FLOAT32, Collections.nCopies(50_000, GgufValue.float32(1))))
                .put("after", GgufValue.uint32(7)));

        GgufValue.Array tokens = (GgufValue.Array) read.metadata().get("tokens");
        assertNotNull(tokens);
        assertEquals(GgufType.STRING, tokens.elementType());
        assertEquals(200_000, tokens.count());
        assertEquals(List.of(), tokens.items());
        assertFalse(tokens.complete());
        assertEquals(7, read.integer("after").getAsLong());
        assertThrows(IllegalArgumentException.class, () -> new GgufWriter().put("tokens", tokens));
    }

    @Test
    void of_a_very_long_text_only_the_length_is_kept() throws IOException {
        GgufFile read = writtenAndRead(new GgufWriter()
                .put("long", "x".repeat(GgufReader.KEPT_TEXT_BYTES + 1))
                .put("most", "y".repeat(GgufReader.KEPT_TEXT_BYTES)));

        assertEquals(
                new GgufValue.LongText(GgufReader.KEPT_TEXT_BYTES + 1),
                read.metadata().get("long"));
        assertEquals("y".repeat(GgufReader.KEPT_TEXT_BYTES), read.text("most"));
    }

    @Test
    void texts_together_are_kept_up_to_a_limit_and_the_rest_is_stepped_over() throws IOException {
        GgufWriter writer = new GgufWriter();
        for (int i = 0; i < 20; i++) {
            writer.put("text" + i, "z".repeat(1_000_000));
        }
        GgufFile read = writtenAndRead(writer);

        long kept = read.metadata().values().stream()
                .filter(GgufValue.Text.class::isInstance)
                .count();
        assertEquals(GgufReader.KEPT_BYTES / 1_000_000, kept);
        assertEquals(20, read.metadata().size());
    }

    @Test
    void writing_leaves_no_temporary_file_behind() throws IOException {
        writtenAndRead(new GgufWriter().put("a", "b"));

        try (var files = Files.list(folder)) {
            assertEquals(
                    List.of("written.gguf"),
                    files.map(file -> file.getFileName().toString()).toList());
        }
    }

    @Test
    void a_tensor_whose_shape_does_not_fit_its_numbers_is_refused() {
        assertThrows(IllegalArgumentException.class, () -> new GgufWriter().tensor("t", List.of(2L, 2L), new float[3]));
    }

    private GgufFile writtenAndRead(GgufWriter writer) throws IOException {
        Path file = folder.resolve("written.gguf");
        writer.write(file);
        return GgufReader.read(file);
    }
}
