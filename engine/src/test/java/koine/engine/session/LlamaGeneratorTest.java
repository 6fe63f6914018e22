package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import koine.engine.NativeKit;
import koine.engine.llama.ModelLoadException;
import koine.engine.llama.SamplerOptions;
import koine.engine.session.Generator.Cancel;
import koine.engine.session.Generator.Finish;
import koine.engine.session.Generator.Outcome;
import koine.engine.session.Generator.Request;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LlamaGeneratorTest {
    private static final String PARIS = Chat.prompt("What is the capital of France? Answer in one sentence.");
    private static final String SENTENCE = "The ship sailed on over the wide grey sea while the crew sang. ";
    private static final Duration CANCEL_BOUND = Duration.ofMillis(500);

    private static final List<Double> PROGRESS = new ArrayList<>();
    private static @Nullable LlamaGenerator shared;

    @BeforeAll
    static void load() throws ModelLoadException {
        GeneratorOptions options = new GeneratorOptions(NativeKit.pack(), NativeKit.starterModel(), 0);
        shared = LlamaGenerator.load(options.withThreads(Chat.THREADS), PROGRESS::add, () -> false);
    }

    @AfterAll
    static void close() {
        if (shared != null) {
            shared.close();
        }
    }

    private static LlamaGenerator generator() {
        return Objects.requireNonNull(shared);
    }

    @Test
    void theLoadReportsItsProgressToTheEnd() {
        assertTrue(PROGRESS.size() > 1);
        assertEquals(1.0, PROGRESS.getLast());
        assertEquals(PROGRESS.stream().sorted().toList(), PROGRESS);
    }

    @Test
    void theModelSaysWhatItIs() {
        Generator.ModelInfo info = generator().model();
        assertEquals("llama", info.architecture());
        assertEquals(8192, info.trainedContextTokens());
        assertEquals(8192, info.contextTokens());
        assertEquals("<|im_start|>", info.bosToken());
        assertEquals("<|im_end|>", info.eosToken());
        assertTrue(info.parameters() > 130_000_000, info.toString());
        assertTrue(info.bytes() > 80_000_000, info.toString());
        assertNotNull(info.chatTemplate());
        assertTrue(info.chatTemplate().contains("<|im_start|>"));
    }

    @Test
    void theAnswerIsTheSameAfterAnotherConversation() {
        String alone = text(Chat.greedy(PARIS, 32, null));
        text(Chat.greedy(Chat.prompt("Tell me a story about a fox."), 40, "fox"));
        assertEquals(alone, text(Chat.greedy(PARIS, 32, null)));
        assertEquals("The capital of France is Paris.", alone);
    }

    @Test
    void anEndTokenOfTheModelStopsTheAnswerAndIsNotInIt() {
        Chat.Collector sink = new Chat.Collector();
        Outcome outcome = Chat.run(generator(), Chat.greedy(PARIS, 32, null), Chat.NEVER, sink);
        assertEquals(Finish.STOP, outcome.finish());
        assertFalse(sink.text.toString().contains("<|im_end|>"), sink.text.toString());
        assertTrue(outcome.promptMillis() > 0 && outcome.answerMillis() > 0, outcome.toString());
    }

    @Test
    void theTokenLimitEndsTheAnswer() {
        Chat.Collector sink = new Chat.Collector();
        Outcome outcome = Chat.run(generator(), Chat.greedy(PARIS, 3, null), Chat.NEVER, sink);
        assertEquals(Finish.LENGTH, outcome.finish());
        assertEquals(3, outcome.answerTokens());
        assertTrue("The capital of France is Paris.".startsWith(sink.text.toString()), sink.text.toString());
    }

    @Test
    void aStopTextEndsTheAnswerBeforeIt() {
        Chat.Collector sink = new Chat.Collector();
        Outcome outcome = Chat.run(generator(), Chat.greedy(PARIS, 32, null, "of Fra"), Chat.NEVER, sink);
        assertEquals(Finish.STOP, outcome.finish());
        assertEquals("The capital ", sink.text.toString());
    }

    @Test
    void equalSeedsGiveEqualAnswersAndOthersDiffer() {
        String prompt = Chat.prompt("Tell me a story about a fox.");
        String first = text(random(prompt, 7));
        assertEquals(first, text(random(prompt, 7)));
        assertFalse(first.equals(text(random(prompt, 8))) && first.equals(text(random(prompt, 9))), first);
    }

    @Test
    void aNumberOutsideItsRangeIsRefusedBeforeAnythingIsRead() {
        for (double[] numbers : new double[][] {
            {Double.NaN, 0.9, 0.1}, {-1, 0.9, 0.1}, {1, 1.1, 0.1}, {1, 0.9, -0.1}, {Double.POSITIVE_INFINITY, 0.9, 0.1}
        }) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new SamplerOptions(numbers[0], 40, numbers[1], numbers[2], 1),
                    Arrays.toString(numbers));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> Chat.run(generator(), Chat.greedy("", 8, null), Chat.NEVER, new Chat.Collector()));
    }

    @Test
    void aPromptTooLargeIsRefusedWithItsSizeAndNothingIsCut() {
        ContextOverflowException refused = assertThrows(
                ContextOverflowException.class,
                () -> Chat.run(
                        generator(), Chat.greedy(SENTENCE.repeat(700), 8, null), Chat.NEVER, new Chat.Collector()));
        assertEquals(8192, refused.contextTokens());
        assertTrue(refused.promptTokens() > 8192, "tokens: " + refused.promptTokens());
    }

    @Test
    void anExceptionOfTheListenerComesBackAndTheNextAnswerIsRight() {
        IllegalStateException gone = new IllegalStateException("the client is gone");
        Chat.Collector broken = new Chat.Collector() {
            @Override
            public void onText(String more) {
                throw gone;
            }
        };
        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> Chat.run(generator(), Chat.greedy(PARIS, 32, "broken"), Chat.NEVER, broken));
        assertSame(gone, thrown);
        assertEquals("The capital of France is Paris.", text(Chat.greedy(PARIS, 32, null)));
    }

    private static Request random(String prompt, long seed) {
        return new Request(prompt, new SamplerOptions(1.0, 40, 0.95, 0.05, seed), 24, List.of(), null);
    }

    private static String text(Request request) {
        Chat.Collector sink = new Chat.Collector();
        Chat.run(generator(), request, Chat.NEVER, sink);
        return sink.text.toString();
    }

    @Nested
    class WithACacheKey {
        @Test
        void aFollowUpReusesWhatWasRead() {
            Chat.Collector first = new Chat.Collector();
            Outcome one = Chat.run(generator(), Chat.greedy(PARIS, 32, "talk"), Chat.NEVER, first);
            assertEquals(0, one.cachedTokens());
            String followUp = PARIS + first.text + "<|im_end|>\n<|im_start|>user\nAnd of Italy?<|im_end|>\n"
                    + "<|im_start|>assistant\n";
            List<String> progress = new ArrayList<>();
            Chat.Collector second = new Chat.Collector() {
                @Override
                public void onPromptProgress(int processed, int cached, int total) {
                    progress.add(processed + " " + cached + " " + total);
                }
            };
            Outcome two = Chat.run(generator(), Chat.greedy(followUp, 32, "talk"), Chat.NEVER, second);
            assertEquals(one.promptTokens() + one.answerTokens(), two.cachedTokens());
            String rest = " " + two.cachedTokens() + " " + two.promptTokens();
            assertEquals(two.cachedTokens() + rest, progress.getFirst());
            assertEquals(two.promptTokens() + rest, progress.getLast());
            assertTrue(second.text.toString().contains("Rome"), second.text.toString());
        }

        @Test
        void theSamePromptAgainReadsItsLastTokenAgainAndAnswersTheSame() {
            String first = text(Chat.greedy(PARIS, 32, "again"));
            Chat.Collector sink = new Chat.Collector();
            Outcome outcome = Chat.run(generator(), Chat.greedy(PARIS, 32, "again"), Chat.NEVER, sink);
            assertEquals(outcome.promptTokens() - 1, outcome.cachedTokens());
            assertEquals(first, sink.text.toString());
        }

        @Test
        void anotherKeyAndNoKeyReuseNothing() {
            text(Chat.greedy(PARIS, 4, "mine"));
            assertEquals(0, cached("yours"));
            assertEquals(0, cached(null));
            assertEquals(0, cached(null));
        }

        private int cached(@Nullable String key) {
            return Chat.run(generator(), Chat.greedy(PARIS, 4, key), Chat.NEVER, new Chat.Collector())
                    .cachedTokens();
        }
    }

    /** Cancels from another thread at a moment the generating thread names, and knows when it did. */
    private static final class Canceller implements Cancel, AutoCloseable {
        private final CountDownLatch now = new CountDownLatch(1);
        private final AtomicLong at = new AtomicLong();
        private final Thread thread = Thread.ofPlatform().start(() -> {
            try {
                now.await();
                at.set(System.nanoTime());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        void cancel() {
            now.countDown();
        }

        @Override
        public boolean isCancelled() {
            return at.get() != 0;
        }

        Duration since() {
            return Duration.ofNanos(System.nanoTime() - at.get());
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }

    @Nested
    class Cancelled {
        private final String longPrompt = Chat.prompt(SENTENCE.repeat(400));

        @Test
        void beforeItBeganReadsNothing() {
            Outcome outcome = Chat.run(generator(), Chat.greedy(PARIS, 8, null), () -> true, new Chat.Collector());
            assertEquals(Finish.CANCELLED, outcome.finish());
            assertEquals(0, outcome.answerTokens());
        }

        @Test
        void inMidPromptEndsWithinHalfASecondAndTheNextAnswerIsRight() {
            try (Canceller canceller = new Canceller()) {
                Chat.Collector sink = new Chat.Collector() {
                    @Override
                    public void onPromptProgress(int processed, int cached, int total) {
                        if (processed >= 1024) {
                            canceller.cancel();
                        }
                    }
                };
                Outcome outcome = Chat.run(generator(), Chat.greedy(longPrompt, 8, "long"), canceller, sink);
                Duration took = canceller.since();
                assertEquals(Finish.CANCELLED, outcome.finish());
                assertTrue(outcome.promptTokens() > 5000, "tokens: " + outcome.promptTokens());
                assertTrue(took.compareTo(CANCEL_BOUND) < 0, "took " + took);
                assertEquals("", sink.text.toString());
                int read = generator().readTokens("long").length;
                assertTrue(read >= 1024 && read < outcome.promptTokens(), "read: " + read);
            }
            assertEquals("The capital of France is Paris.", text(Chat.greedy(PARIS, 32, null)));
        }

        @Test
        void inMidAnswerEndsWithinHalfASecondAndKeepsWhatWasSaid() {
            try (Canceller canceller = new Canceller()) {
                Chat.Collector sink = new Chat.Collector() {
                    @Override
                    public void onText(String more) {
                        super.onText(more);
                        if (text.length() > 20) {
                            canceller.cancel();
                        }
                    }
                };
                String prompt = Chat.prompt("Tell me a long story about a fox.");
                Outcome outcome = Chat.run(generator(), Chat.greedy(prompt, -1, "story"), canceller, sink);
                Duration took = canceller.since();
                assertEquals(Finish.CANCELLED, outcome.finish());
                assertTrue(took.compareTo(CANCEL_BOUND) < 0, "took " + took);
                assertTrue(sink.text.length() > 20, sink.text.toString());
                assertTrue(outcome.answerTokens() > 3, outcome.toString());
            }
            assertEquals("The capital of France is Paris.", text(Chat.greedy(PARIS, 32, null)));
        }

        @Test
        void andAskedAgainItGoesOnWhereTheReadingEnded() {
            String prompt = Chat.prompt(SENTENCE.repeat(100));
            int[] processed = {0};
            Chat.Collector watching = new Chat.Collector() {
                @Override
                public void onPromptProgress(int done, int cached, int total) {
                    processed[0] = done;
                }
            };
            Outcome broken =
                    Chat.run(generator(), Chat.greedy(prompt, 8, "resume"), () -> processed[0] >= 512, watching);
            assertEquals(Finish.CANCELLED, broken.finish());
            int[] read = generator().readTokens("resume");
            assertEquals(512, read.length);
            Outcome resumed = Chat.run(generator(), Chat.greedy(prompt, 8, "resume"), Chat.NEVER, watching);
            assertEquals(512, resumed.cachedTokens());
            assertArrayEquals(read, Arrays.copyOf(generator().readTokens("resume"), 512));
        }
    }

    @Test
    void aFullContextEndsTheAnswer() throws ModelLoadException {
        try (LlamaGenerator small = Chat.load(256)) {
            assertEquals(256, small.model().contextTokens());
            String prompt = Chat.prompt("Tell me a very long story about a fox, a bear and the sea.");
            Outcome outcome = Chat.run(small, Chat.greedy(prompt, -1, null), Chat.NEVER, new Chat.Collector());
            assertEquals(Finish.LENGTH, outcome.finish());
            assertEquals(256 + 1, outcome.promptTokens() + outcome.answerTokens());
        }
    }
}
