package koine.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DraftCheckTest {
    private static final int TOKENS = 30_000;

    @TempDir
    Path folder;

    private Path write(String name, GgufWriter writer) throws IOException {
        Path file = folder.resolve(name);
        writer.write(file);
        return file;
    }

    private static GgufWriter vocabulary(List<String> tokens) {
        GgufWriter writer = new GgufWriter();
        writer.put("general.architecture", GgufValue.text("llama"));
        writer.put("tokenizer.ggml.model", GgufValue.text("gpt2"));
        writer.put("tokenizer.ggml.tokens", GgufValue.texts(tokens));
        return writer;
    }

    private static List<String> words(int count) {
        return IntStream.range(0, count).mapToObj(i -> "शब्द" + i).toList();
    }

    private Path model() throws IOException {
        return write("model.gguf", vocabulary(words(TOKENS)));
    }

    @Test
    void the_same_words_go_together_whatever_their_scores_and_types() throws IOException {
        GgufWriter draft = vocabulary(words(TOKENS));
        draft.put("tokenizer.ggml.pre", GgufValue.text("qwen2")); // the model says nothing of it
        draft.put("tokenizer.ggml.scores", GgufValue.array(GgufType.FLOAT32, List.of(GgufValue.float32(1))));
        assertNull(DraftCheck.difference(write("draft.gguf", draft), model()));
    }

    @ParameterizedTest
    @ValueSource(ints = {-128, -1, 1, 128})
    void some_filling_at_the_end_does_no_harm(int more) throws IOException {
        Path draft = write("draft.gguf", vocabulary(words(TOKENS + more)));
        assertNull(DraftCheck.difference(draft, model()));
    }

    @ParameterizedTest
    @ValueSource(ints = {-129, 129, -TOKENS})
    void more_than_filling_does(int more) throws IOException {
        Path draft = write("draft.gguf", vocabulary(words(TOKENS + more)));
        assertNotNull(DraftCheck.difference(draft, model()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 17, 1024, TOKENS - 129, TOKENS - 1})
    void one_other_word_is_found_wherever_it_stands(int at) throws IOException {
        List<String> tokens = new ArrayList<>(words(TOKENS));
        tokens.set(at, tokens.get(at) + "x");
        assertEquals(
                "token " + at + " is another", DraftCheck.difference(write("draft.gguf", vocabulary(tokens)), model()));
    }

    @Test
    void words_that_read_the_same_in_a_row_but_are_parted_elsewhere_are_others() throws IOException {
        Path model = write("model.gguf", vocabulary(List.of("a", "bc", "d")));
        Path draft = write("draft.gguf", vocabulary(List.of("ab", "c", "d")));
        assertEquals("token 0 is another", DraftCheck.difference(draft, model));
    }

    @Test
    void another_way_to_tokens_is_another_vocabulary() throws IOException {
        GgufWriter kind = vocabulary(words(TOKENS));
        kind.put("tokenizer.ggml.model", GgufValue.text("llama"));
        assertEquals("tokenizer.ggml.model differs", DraftCheck.difference(write("kind.gguf", kind), model()));
        GgufWriter one = vocabulary(words(9));
        one.put("tokenizer.ggml.pre", GgufValue.text("qwen2"));
        GgufWriter other = vocabulary(words(9));
        other.put("tokenizer.ggml.pre", GgufValue.text("llama-bpe"));
        assertEquals(
                "tokenizer.ggml.pre differs",
                DraftCheck.difference(write("one.gguf", one), write("other.gguf", other)));
    }

    @Test
    void a_file_that_has_no_words_goes_with_nothing() throws IOException {
        GgufWriter none = new GgufWriter();
        none.put("general.architecture", GgufValue.text("llama"));
        Path file = write("none.gguf", none);
        assertNotNull(DraftCheck.difference(file, file));
        assertNotNull(DraftCheck.difference(file, model()));
        assertNotNull(DraftCheck.difference(model(), file));
        Path empty = write("empty.gguf", vocabulary(List.of()));
        assertNotNull(DraftCheck.difference(empty, empty));
    }

    @Test
    void more_words_than_any_model_has_are_not_kept() throws IOException {
        Path file = write(
                "vast.gguf",
                vocabulary(IntStream.range(0, DraftCheck.MOST_TOKENS + 1)
                        .mapToObj(_ -> "")
                        .toList()));
        assertNotNull(DraftCheck.difference(file, file));
    }

    @Test
    void what_is_no_model_at_all_is_said_to_be_none() throws IOException {
        Path model = model();
        Path text = Files.writeString(folder.resolve("text.gguf"), "no model");
        assertThrows(GgufException.class, () -> DraftCheck.difference(text, model));
        assertThrows(NoSuchFileException.class, () -> DraftCheck.difference(folder.resolve("none"), model));
    }
}
