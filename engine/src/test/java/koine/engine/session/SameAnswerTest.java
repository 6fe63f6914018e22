package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import koine.engine.NativeKit;
import koine.engine.llama.SamplerOptions;
import koine.engine.session.Generator.Prompt;
import koine.engine.session.Generator.Request;
import org.junit.jupiter.api.Test;

/** With two threads, where a conversation lies in the memory decides how the attention's sums are parted. */
class SameAnswerTest {
    private static final String FOX = Chat.prompt("Tell me a story of a fox in three sentences.");

    @Test
    void aGreedyQuestionAskedAloneGetsTheSameAnswerWhateverOtherConversationsLeft() throws Exception {
        GeneratorOptions options =
                new GeneratorOptions(NativeKit.pack(), NativeKit.starterModel(), 2048).withThreads(2);
        try (LlamaGenerator generator = LlamaGenerator.load(options, fraction -> {}, () -> false)) {
            List<Double> first = scores(generator, "first");
            assertTrue(first.size() > 40);
            // from 512 places on, the memory is parted among the threads, and the third conversation lies on the border
            for (int i = 0; i < 4; i++) {
                assertEquals(first, scores(generator, "again " + i), "after " + i);
            }
        }
    }

    /** To the last digit: a difference there turns into another word sooner or later. */
    private static List<Double> scores(Generator generator, String key) {
        List<Double> scores = new ArrayList<>();
        Chat.Collector sink = new Chat.Collector() {
            @Override
            public void onToken(TokenScore token) {
                scores.add(token.logProbability());
            }
        };
        Prompt prompt = new Prompt.Text(FOX, 0);
        Chat.run(
                generator,
                new Request(
                        prompt,
                        SamplerOptions.greedy(),
                        60,
                        List.of(),
                        false,
                        Set.of(),
                        0,
                        false,
                        key,
                        false,
                        List.of()),
                Chat.NEVER,
                sink);
        return scores;
    }
}
