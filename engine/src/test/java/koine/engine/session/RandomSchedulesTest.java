package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import koine.engine.NativeKit;
import koine.engine.session.EqualToColdTest.Difference;
import koine.engine.session.Generator.Finish;
import koine.engine.session.Generator.Request;
import koine.engine.session.Stage.Answer;
import koine.gguf.TinyFamily;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many requests that come, are cancelled, break and end in any order, in a context too small for them. A failure names its
 * seed.
 */
class RandomSchedulesTest {
    private static final int CONTEXT = 512;
    private static final int REQUESTS = 6;
    private static final double TOLERANCE = 0.05;
    private static final int MANY_ROUNDS = 5_000;
    private static final List<Fate> OTHERS = List.of(Fate.IS_CANCELLED, Fate.BREAKS, Fate.IS_TOO_LONG);

    @TempDir
    Path folder = Path.of("");

    static List<TinyFamily> families() {
        return Journey.families();
    }

    @ParameterizedTest
    @MethodSource("families")
    void everyRequestEndsAsItShouldAndAnswersAsIfItWereAlone(TinyFamily family) throws Exception {
        Path model = folder.resolve("tiny.gguf");
        family.model(NativeKit.templates()).write(model);
        check(model, null, TOLERANCE, LongStream.range(0, Journey.LONG ? 40 : 4).toArray());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void whatIsDraftedTakesNobodysPlace(long seed) throws Exception {
        for (String architecture : List.of("llama", "gemma3")) {
            Path model = folder.resolve(architecture + ".gguf");
            Path draft = folder.resolve(architecture + "-draft.gguf");
            TinyFamily family = TinyFamily.of(architecture);
            family.model(NativeKit.templates()).sure().write(model);
            family.model(NativeKit.templates()).sure().seed(seed).write(draft);
            check(
                    model,
                    draft,
                    TOLERANCE,
                    LongStream.range(0, Journey.LONG ? 40 : 4).toArray());
        }
    }

    @Test
    void withTheStarterModelToo() throws Exception {
        assumeTrue(Journey.LONG, "takes long");
        check(NativeKit.starterModel(), null, 0.6, LongStream.range(100, 104).toArray());
    }

    @ParameterizedTest
    @MethodSource("families")
    void brokenOffInMidBatchItGoesOnRight(TinyFamily family) throws Exception {
        Path model = folder.resolve("tiny.gguf");
        family.model(NativeKit.templates()).write(model);
        AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
        try (Stage stage = new Stage(Stage.options(model, 1024), () -> left.getAndDecrement() <= 0);
                Stage alone = new Stage(Stage.options(model, 1024))) {
            String begin = "The harbour master answers what sailors ask. ".repeat(6);
            for (int asks = 2; asks < 200; asks += Journey.LONG ? 3 : 23) {
                stage.ask("talk", begin, 3);
                left.set(asks);
                String more = begin + "Sailor: How deep is the water? ".repeat(2 + asks % 3);
                Answer broken = stage.new Answer();
                Chat.run(stage.generator(), Stage.request(more, 40, "talk", false), () -> left.get() < 0, broken);
                left.set(Integer.MAX_VALUE);
                assertEquals(Finish.CANCELLED, broken.outcome().finish(), "after " + asks);
                Answer again = stage.ask("talk", more, 4);
                Difference difference = Difference.of(again, alone.ask(null, more, 4));
                assertTrue(difference.share() < TOLERANCE, "after " + asks + " questions: " + difference);
            }
            assertTrue(stage.recorder.aborted() > 2, "broken off: " + stage.recorder.aborted());
        }
    }

    private static void check(Path model, @Nullable Path draft, double tolerance, long... seeds) throws Exception {
        Recorder recorder;
        try (Stage crowded = new Stage(Stage.options(model, CONTEXT).withDraft(draft));
                Stage alone = new Stage(Stage.options(model, CONTEXT))) {
            for (long seed : seeds) {
                try {
                    new Schedule(crowded, new Random(seed)).run(alone, tolerance);
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError("seed " + seed, e);
                }
            }
            recorder = crowded.recorder;
        }
        assertTrue(recorder.largestContent() <= CONTEXT, "held: " + recorder.largestContent());
        assertEquals(0, recorder.openStates(), "states that nobody closed");
    }

    /** What happens to a request. */
    private enum Fate {
        ENDS,
        IS_CANCELLED,
        BREAKS,
        IS_TOO_LONG
    }

    private static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static final class Schedule {
        private final Stage stage;
        private final Random random;
        private final List<Visitor> visitors = new ArrayList<>();
        private int round;

        Schedule(Stage stage, Random random) {
            this.stage = stage;
            this.random = random;
            for (int i = 0; i < REQUESTS; i++) {
                visitors.add(new Visitor());
            }
        }

        void run(Stage alone, double tolerance) {
            boolean busy = true;
            while (busy || visitors.stream().anyMatch(visitor -> visitor.comes >= round)) {
                visitors.stream().filter(visitor -> visitor.comes == round).forEach(Visitor::begin);
                busy = stage.generator().step();
                round++;
                assertTrue(round < MANY_ROUNDS, "it does not end");
                if (!busy && random.nextInt(4) == 0) {
                    stage.generator().rest(random::nextBoolean);
                }
            }
            visitors.forEach(visitor -> visitor.check(alone, tolerance));
        }

        private final class Visitor {
            private final Fate fate = random.nextInt(10) < 6 ? Fate.ENDS : OTHERS.get(random.nextInt(OTHERS.size()));
            private final int comes = random.nextInt(30);
            private final int leaves = comes + random.nextInt(40);
            private final int breaksAfter = random.nextInt(4);
            private final Request request;
            private final Answer answer;

            Visitor() {
                @Nullable String key = random.nextInt(4) == 0 ? null : "talk " + random.nextInt(4);
                String common = "The harbour master answers what sailors ask. ".repeat(random.nextInt(5));
                String own = "Sailor: " + random.nextInt(3) + " how deep is the water? ".repeat(random.nextInt(4));
                String prompt = fate == Fate.IS_TOO_LONG ? (common + own).repeat(4) + "!".repeat(3000) : common + own;
                request = Stage.request(prompt, 1 + random.nextInt(60), key, false);
                answer = stage.new Answer() {
                    @Override
                    public void onToken(TokenScore token) {
                        if (fate == Fate.BREAKS && tokens.size() >= breaksAfter) {
                            throw new Gone();
                        }
                        super.onToken(token);
                    }
                };
            }

            private void begin() {
                stage.generator().begin(request, () -> fate == Fate.IS_CANCELLED && round >= leaves, answer);
            }

            private void check(Stage alone, double tolerance) {
                assertTrue(answer.isOver(), "a request has no end");
                switch (fate) {
                    case ENDS -> {
                        assertEquals(Finish.LENGTH, answer.outcome().finish());
                        compare(alone, tolerance);
                    }
                    case IS_CANCELLED -> {
                        if (answer.failure() == null && !answer.tokens.isEmpty()) {
                            compare(alone, tolerance);
                        }
                    }
                    case BREAKS -> {
                        if (request.maxTokens() > breaksAfter) {
                            assertInstanceOf(Gone.class, answer.failure());
                        }
                    }
                    case IS_TOO_LONG -> assertInstanceOf(ContextOverflowException.class, answer.failure());
                }
            }

            private void compare(Stage alone, double tolerance) {
                String text = ((Generator.Prompt.Text) request.prompt()).text();
                Answer cold = alone.ask(Stage.request(text, answer.tokens.size(), null, false));
                Difference difference = Difference.of(answer, cold);
                assertTrue(difference.share() < tolerance, request + ": " + difference);
            }
        }
    }
}
