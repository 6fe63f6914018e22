package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import koine.engine.NativeKit;
import koine.engine.llama.SamplerOptions;
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
            String first = ask(generator, Chat.greedy(FOX, 48, "first"));
            // from 512 places on, the memory is parted among the threads
            String other = Chat.prompt("Tell me " + "a very long and ".repeat(150) + "sad story of the sea.");
            ask(generator, new Request(other, new SamplerOptions(0.8, 40, 0.95, 0.05, 1), 2, List.of(), "other"));
            assertEquals(first, ask(generator, Chat.greedy(FOX, 48, "again")));
        }
    }

    private static String ask(Generator generator, Request request) {
        Chat.Collector sink = new Chat.Collector();
        Chat.run(generator, request, Chat.NEVER, sink);
        return sink.text.toString();
    }
}
