package koine.engine.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import koine.engine.Eventually;
import koine.engine.NativeKit;
import koine.i18n.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine is killed in mid-answer, again and again, while two conversations stream; 100 times with koine.long. */
@Timeout(1800)
class KilledEngineTest {
    private static final int ROUNDS = Boolean.getBoolean("koine.long") ? 100 : 3;

    @TempDir
    Path folder;

    private record Asked(StringBuilder text, CountDownLatch some, CompletableFuture<String> end) {}

    private static Asked ask(EngineLease lease, String id) {
        Asked asked = new Asked(new StringBuilder(), new CountDownLatch(1), new CompletableFuture<>());
        ChatRequest request = new ChatRequest(
                id,
                List.of(new ChatMessage("user", "Write a very long story about the sea.")),
                new Sampling(0.0, null, null, null, null),
                2000,
                id);
        Thread.ofVirtual().start(() -> {
            try {
                lease.engine().chat(request, text -> {
                    asked.text.append(text);
                    asked.some.countDown();
                });
                asked.end.complete("done");
            } catch (Problem e) {
                asked.end.complete(e.code());
            }
        });
        return asked;
    }

    @Test
    void everyAskerIsToldAndTheNextQuestionWorksAndNothingIsLeftBehind() throws Exception {
        EngineSpec spec = new EngineSpec(NativeKit.starterModel(), NativeKit.pack(), 0);
        Path runtime = folder.resolve("run");
        EngineBroker broker = new EngineBroker(runtime, folder.resolve("logs"), List.of());
        String whole = "";
        long last = 0;
        for (int round = 0; round < ROUNDS; round++) {
            try (EngineLease lease = broker.acquire(spec, fraction -> {})) {
                assertFalse(lease.pid() == last, "a new process each time");
                last = lease.pid();
                Asked one = ask(lease, "one-" + round);
                assertTrue(one.some.await(60, TimeUnit.SECONDS), "the next question works");
                Asked two = ask(lease, "two-" + round);
                assertTrue(ProcessHandle.of(last).orElseThrow().destroyForcibly());
                assertTrue(List.of("KOINE-E201").contains(one.end.get(10, TimeUnit.SECONDS)), "the first is told");
                String second = two.end.get(10, TimeUnit.SECONDS);
                assertTrue(List.of("KOINE-E201", "KOINE-E209").contains(second), second);
                String kept = one.text.toString();
                assertTrue(kept.startsWith(whole) || whole.startsWith(kept), "the same words as in other rounds");
                whole = kept.length() > whole.length() ? kept : whole;
            }
        }
        System.out.println("engines killed in mid-answer: " + ROUNDS);
        long killed = last;
        Eventually.within(
                Duration.ofSeconds(10),
                "no engine is left",
                () -> ProcessHandle.current().children().noneMatch(ProcessHandle::isAlive)
                        && ProcessHandle.of(killed)
                                .filter(ProcessHandle::isAlive)
                                .isEmpty());
        try (EngineLease lease = broker.acquire(spec, fraction -> {})) {
            last = lease.pid();
        }
        long ending = last;
        Eventually.within(
                Duration.ofSeconds(15),
                "the last engine has ended by itself",
                () -> ProcessHandle.of(ending).filter(ProcessHandle::isAlive).isEmpty());
        try (Stream<Path> left = Files.list(runtime)) {
            assertEquals(
                    List.of("engines.lock"),
                    left.map(file -> String.valueOf(file.getFileName())).toList());
        }
    }
}
