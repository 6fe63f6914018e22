package koine.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedTextsTest {
    @TempDir
    Path folder;

    @Test
    void every_text_of_an_array_too_long_to_be_kept_is_shown_once_and_in_order() throws IOException {
        List<String> tokens =
                IntStream.range(0, 30_000).mapToObj(i -> "लेख" + i).toList();
        Path file = folder.resolve("many.gguf");
        TinyModel.of("llama")
                .put("tokenizer.ggml.tokens", GgufValue.texts(tokens))
                .write(file);
        List<String> seen = new ArrayList<>();
        GgufFile read = GgufReader.read(
                file, "tokenizer.ggml.tokens", text -> seen.add(new String(text, StandardCharsets.UTF_8)));
        assertEquals(tokens, seen);
        assertEquals(GgufReader.read(file), read);
        assertEquals(List.of(), read.texts("tokenizer.ggml.tokens"), "kept after all");
    }

    @Test
    void an_array_that_is_kept_is_shown_too() throws IOException {
        Path file = folder.resolve("few.gguf");
        TinyModel.of("llama").bytes(null, List.of("<end>")).write(file);
        List<String> seen = new ArrayList<>();
        GgufFile read = GgufReader.read(
                file, "tokenizer.ggml.tokens", text -> seen.add(new String(text, StandardCharsets.UTF_8)));
        assertEquals(read.texts("tokenizer.ggml.tokens"), seen);
        assertEquals(257, seen.size());
    }
}
