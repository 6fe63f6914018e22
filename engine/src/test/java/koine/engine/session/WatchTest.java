package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import koine.engine.NativeKit;
import koine.engine.session.Generator.Finish;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WatchTest {
    private static final String PROMPT = "The ship sailed on over the wide grey sea while the crew sang. ".repeat(60);

    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aBatchThatIsBeingComputedIsBrokenOffWhenNobodyWantsItAnyMoreAndTheWatchEndsWithItsGenerator()
            throws Exception {
        Set<Thread> before = watches();
        Set<Thread> mine;
        try (Stage stage = new Stage(Stage.options(NativeKit.starterModel(), 2048))) {
            mine = new HashSet<>(watches());
            mine.removeAll(before);
            assertEquals(1, mine.size(), "watches");

            CountDownLatch computing = new CountDownLatch(1);
            AtomicBoolean cancelled = new AtomicBoolean();
            stage.recorder.onDecode(computing::countDown);
            Thread person = Thread.ofPlatform().start(() -> {
                try {
                    cancelled.set(computing.await(60, TimeUnit.SECONDS));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            int read = stage.recorder.tokensRead();
            Stage.Answer answer = stage.new Answer();
            Generator.Outcome outcome =
                    Chat.run(stage.generator(), Stage.request(PROMPT, 1, null, false), cancelled::get, answer);
            person.join();

            assertEquals(Finish.CANCELLED, outcome.finish());
            assertTrue(stage.recorder.aborted() >= 1, stage.recorder.results.toString());
            assertEquals(read, stage.recorder.tokensRead(), "not one batch came to its end");
            assertEquals(8, hello(stage), "what was told to stop has stopped: the next answer comes");
        }
        for (Thread watch : mine) {
            assertTrue(watch.join(Duration.ofSeconds(10)), "the watch goes on without a generator");
        }
    }

    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whatASmallModelReadsIsBrokenOffToo() throws Exception {
        Path model = NativeKit.starterModel();
        try (Stage stage = new Stage(Stage.options(model, 2048).withDraft(model))) {
            AtomicBoolean cancelled = new AtomicBoolean();
            stage.recorder.onDecode(() -> cancelled.set(stage.recorder.computing() == 2));
            Stage.Answer answer = stage.new Answer();
            Generator.Outcome outcome =
                    Chat.run(stage.generator(), Stage.request(PROMPT, 8, "talk", false), cancelled::get, answer);
            assertEquals(Finish.CANCELLED, outcome.finish());
            assertEquals(1, outcome.answerTokens());
            assertEquals(1, stage.recorder.aborted(), stage.recorder.results.toString());
            stage.recorder.onDecode(() -> {});
            assertEquals(8, hello(stage), "what was told to stop has stopped: the next answer comes");
            Stage.Answer again = stage.ask("talk", PROMPT, 24);
            assertEquals(24, again.outcome().answerTokens());
            assertTrue(again.outcome().drafted() > 0, "the small model has read it after all");
        }
    }

    /** One token is read, eight are written. */
    private static int hello(Stage stage) {
        Stage.Answer answer = stage.new Answer();
        Generator.Outcome outcome =
                Chat.run(stage.generator(), Stage.request("Hello", 8, null, false), () -> false, answer);
        assertEquals(1, outcome.promptTokens());
        return outcome.answerTokens();
    }

    private static Set<Thread> watches() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && thread.getName().equals("koine-watch"))
                .collect(Collectors.toSet());
    }
}
