package koine.engine.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import koine.engine.NativeKit;
import koine.engine.llama.ffm.PackLoader;
import koine.gguf.TinyFamily;
import koine.gguf.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LikelyTest {
    @TempDir
    Path folder;

    @Test
    void howLikelyATokenIsAgainstTheSameArithmeticDoneHere() throws Exception {
        TinyModel tiny = TinyFamily.of("llama").model(NativeKit.templates());
        check(write("unsure.gguf", tiny));
        check(write("sure.gguf", tiny.sure()));
        check(NativeKit.starterModel()); // several thousand tokens at a time
    }

    private Path write(String name, TinyModel model) throws Exception {
        Path file = folder.resolve(name);
        model.write(file);
        return file;
    }

    private static void check(Path file) throws Exception {
        try (LlamaModel model = LlamaModel.load(PackLoader.load(NativeKit.pack()), file, fraction -> {}, () -> false);
                LlamaContext context = model.newContext(new ContextOptions(256, 64, 1))) {
            Batch batch = new Batch(64);
            int[] tokens = model.vocabulary().tokenize("The capital of France is", false);
            for (int at = 0; at < tokens.length; at++) {
                batch.add(tokens[at], at, 0, at > 0);
            }
            assertEquals(LlamaContext.Decoded.DONE, context.decode(batch));
            for (int row = 1; row < tokens.length; row++) {
                int likeliest = context.likeliest(row);
                double likely = softmax(context.logits(row), likeliest);
                assertTrue(context.isLikely(row, likeliest, likely * 0.99), row + ": " + likely);
                assertFalse(context.isLikely(row, likeliest, likely * 1.01), row + ": " + likely);
            }
            assertThrows(IllegalStateException.class, () -> context.isLikely(0, 0, 0.5));
            assertThrows(IllegalArgumentException.class, () -> context.isLikely(1, -1, 0.5));
        }
    }

    private static double softmax(float[] logits, int token) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp((double) logit - logits[token]);
        }
        return 1 / sum;
    }
}
