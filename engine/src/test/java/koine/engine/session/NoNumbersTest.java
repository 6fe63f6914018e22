package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import koine.engine.NativeKit;
import koine.engine.llama.SamplerOptions;
import koine.engine.session.Generator.Prompt;
import koine.engine.session.Generator.Request;
import koine.gguf.TinyFamily;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The state of this tiny model grows until its logits are no numbers, some hundred tokens into an answer. */
class NoNumbersTest {
    @TempDir
    Path folder;

    @Test
    void endTheirOwnAnswerAndNoOther() throws Exception {
        Path model = folder.resolve("growing.gguf");
        TinyFamily.of("qwen35").model(NativeKit.templates()).write(model);
        try (LlamaGenerator generator = Chat.load(model, 2048);
                LlamaGenerator fresh = Chat.load(model, 2048)) {
            Chat.Collector growing = new Chat.Collector();
            Chat.Collector beside = new Chat.Collector();
            generator.begin(endless("The tide turns at 0.", 1500), Chat.NEVER, growing);
            generator.begin(endless("How deep is it?", 40), Chat.NEVER, beside);
            while (generator.step()) {
                // until both have ended
            }
            GenerationException failure = assertThrows(GenerationException.class, growing::outcome);
            assertEquals("the model computes no numbers", failure.getMessage());
            assertTrue(growing.text.length() > 0);
            assertEquals(40, beside.outcome().answerTokens());

            Chat.Collector after = new Chat.Collector();
            Chat.Collector alone = new Chat.Collector();
            Chat.run(generator, endless("And now?", 40), Chat.NEVER, after);
            Chat.run(fresh, endless("And now?", 40), Chat.NEVER, alone);
            assertEquals(alone.text.toString(), after.text.toString());
        }
    }

    private static Request endless(String prompt, int tokens) {
        return new Request(
                new Prompt.Text(prompt, 0),
                SamplerOptions.greedy(),
                tokens,
                List.of(),
                true,
                Set.of(),
                -1,
                false,
                null,
                false,
                List.of());
    }
}
