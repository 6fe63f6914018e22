package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import koine.engine.session.Generator.Embedding;
import koine.gguf.TinyFamily;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedderTest {
    @TempDir
    Path folder;

    @Test
    void aTextHasTheSameVectorOfLengthOneWhateverWasAskedBefore() throws Exception {
        Path model = folder.resolve("embedding.gguf");
        TinyFamily.embedding().write(model);
        try (LlamaGenerator generator = Chat.load(model, 256)) {
            Tokenizer tokenizer = generator.tokenizer();
            int[] one = tokenizer.tokens("The sea is wide.", true, false);
            int[] other = tokenizer.tokens("السلام عليكم", true, false);
            Embedding alone = generator.embed(List.of(one), Chat.NEVER).getFirst();
            List<Embedding> both = generator.embed(List.of(other, one), Chat.NEVER);

            assertEquals(generator.model().embeddingSize(), alone.vector().length);
            assertEquals(one.length, alone.tokens());
            assertEquals(1, dot(alone.vector(), alone.vector()), 1e-5);
            assertArrayEquals(alone.vector(), both.get(1).vector());
            assertTrue(dot(alone.vector(), both.getFirst().vector()) < 0.9999);
            assertEquals(List.of(), generator.embed(List.of(one), () -> true));
            assertThrows(ContextOverflowException.class, () -> generator.embed(List.of(new int[100_000]), Chat.NEVER));
        }
    }

    @Test
    void aModelThatWasNotMadeForThemHasNone() throws Exception {
        try (LlamaGenerator generator = Chat.load(256)) {
            assertEquals(0, generator.model().embeddingSize());
            assertThrows(
                    UnsupportedOperationException.class, () -> generator.embed(List.of(new int[] {1}), Chat.NEVER));
        }
    }

    private static double dot(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += (double) one[i] * other[i];
        }
        return sum;
    }
}
