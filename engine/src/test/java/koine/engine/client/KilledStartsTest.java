package koine.engine.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import koine.engine.Eventually;
import koine.engine.NativeKit;
import koine.engine.client.PackProbe.Outcome;
import koine.engine.llama.Device;
import koine.engine.llama.Offload;
import koine.engine.process.EngineOptions;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process that tries a pack, or is to hold a model, is killed while it does so, at moments that can be seen from outside:
 * nothing of it stays, and the next start works. 60 rounds with koine.long, else 12.
 */
@Timeout(1800)
class KilledStartsTest {
    private static final int TURNS = Boolean.getBoolean("koine.long") ? 5 : 1;
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private @Nullable Device device;

    /** What a child has come to when it is killed. */
    private enum Moment {
        BORN,
        LOADS_THE_PACK,
        LOADS_A_DRIVER,
        LOADS_THE_MODEL
    }

    @BeforeEach
    void find() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "what a process has loaded is seen in /proc");
        device = new PackProbe()
                .probe(NativeKit.vulkanPack()).devices().stream()
                        .filter(one -> one.starts() && one.kind().isGraphics())
                        .findFirst()
                        .orElse(null);
        assumeTrue(device != null, "no device for Vulkan: Mesa's lavapipe is one (mesa-vulkan-drivers)");
    }

    /** Those that were there before are none of the test's. */
    private static List<ProcessHandle> children(List<ProcessHandle> before) {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.isAlive() && !before.contains(child))
                .toList();
    }

    private static boolean hasCome(ProcessHandle child, Moment moment) {
        if (moment == Moment.BORN) {
            return true;
        }
        String mapped = switch (moment) {
            case LOADS_THE_PACK -> "libggml-base";
            case LOADS_A_DRIVER -> "libvulkan_";
            default -> ".gguf";
        };
        try (Stream<String> maps = Files.lines(Path.of("/proc", Long.toString(child.pid()), "maps"))) {
            return maps.anyMatch(line -> line.contains(mapped));
        } catch (IOException | java.io.UncheckedIOException e) {
            return !child.isAlive(); // it was quicker
        }
    }

    /** Waits for a child to come so far and kills it. */
    private static void kill(List<ProcessHandle> before, CompletableFuture<?> work, Moment moment) throws Exception {
        List<ProcessHandle> seen = new ArrayList<>();
        Eventually.within(SOON, "a child comes to " + moment, () -> {
            seen.clear();
            seen.addAll(children(before));
            return work.isDone() || seen.stream().anyMatch(child -> hasCome(child, moment));
        });
        seen.forEach(ProcessHandle::destroyForcibly);
    }

    private static void requireNoChild(List<ProcessHandle> before) throws Exception {
        Eventually.within(SOON, "no child is left", () -> children(before).isEmpty());
    }

    @Test
    void aProbeThatIsKilledSaysSoAndTheNextOneWorks() throws Exception {
        List<ProcessHandle> before = ProcessHandle.current().children().toList();
        for (int turn = 0; turn < TURNS; turn++) {
            for (Moment moment : List.of(Moment.BORN, Moment.LOADS_THE_PACK, Moment.LOADS_A_DRIVER)) {
                CompletableFuture<PackProbe.Result> work = CompletableFuture.supplyAsync(KilledStartsTest::probe);
                kill(before, work, moment);
                PackProbe.Result killed = work.get(SOON.toSeconds(), TimeUnit.SECONDS);
                assertTrue(
                        killed.outcome() == Outcome.CRASHED || killed.outcome() == Outcome.USABLE, killed.toString());
                assertTrue(moment != Moment.BORN || killed.outcome() == Outcome.CRASHED, "killed in time");
                requireNoChild(before);
                assertEquals(Outcome.USABLE, probe().outcome());
                requireNoChild(before);
            }
        }
    }

    private static PackProbe.Result probe() {
        try {
            return new PackProbe().probe(NativeKit.vulkanPack());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anEngineThatIsKilledWhileItLoadsSaysSoAndTheNextOneWorks() throws Exception {
        for (int turn = 0; turn < TURNS; turn++) {
            for (Moment moment : List.of(Moment.BORN, Moment.LOADS_THE_PACK, Moment.LOADS_THE_MODEL)) {
                killAndStartAgain(null, moment);
            }
        }
    }

    @Test
    void anEngineThatIsKilledWhileItFillsADeviceSaysSoAndTheNextOneWorks() throws Exception {
        Device found = device;
        assertTrue(found != null);
        Offload offload = new Offload(found.name(), Offload.FITTING);
        for (int turn = 0; turn < 2 * TURNS; turn++) {
            for (Moment moment : List.of(Moment.LOADS_THE_PACK, Moment.LOADS_A_DRIVER, Moment.LOADS_THE_MODEL)) {
                killAndStartAgain(offload, moment);
            }
        }
    }

    private void killAndStartAgain(@Nullable Offload offload, Moment moment) throws Exception {
        List<ProcessHandle> before = ProcessHandle.current().children().toList();
        CompletableFuture<String> work = CompletableFuture.supplyAsync(() -> {
            try (EngineLease lease = acquire(offload)) {
                return "loaded " + lease.pid();
            } catch (Problem e) {
                return e.code();
            }
        });
        kill(before, work, moment);
        String came = work.get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertTrue(came.matches("loaded .*|KOINE-E1(03|04|07|11)"), came);
        assertTrue(moment == Moment.LOADS_THE_MODEL || !came.startsWith("loaded"), "killed in time: " + came);
        requireNoChild(before);
        try (EngineLease lease = acquire(offload)) {
            assertTrue(lease.engine().facts().contextTokens() > 0);
            assertNotEquals("loaded " + lease.pid(), came);
        }
        children(before).forEach(ProcessHandle::destroyForcibly);
        requireNoChild(before);
    }

    private EngineLease acquire(@Nullable Offload offload) throws Problem {
        EngineOptions options =
                EngineOptions.DEFAULT.withContext(512).withThreads(2).withOffload(offload);
        return new EngineBroker(folder.resolve("run"), folder.resolve("logs"), List.of())
                .acquire(new EngineSpec(NativeKit.starterModel(), NativeKit.vulkanPack(), options), fraction -> {});
    }
}
