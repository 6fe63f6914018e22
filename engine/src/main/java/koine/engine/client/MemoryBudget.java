package koine.engine.client;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import koine.engine.llama.Offload;
import koine.engine.memory.DeviceFit;
import koine.engine.memory.MeasuredMemory;
import koine.engine.memory.MemoryNeed;
import koine.engine.memory.MemoryProbe;
import koine.engine.process.EngineOptions;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees to it that a new engine's model fits into memory. Used by one starter at a time: the start lock is held. */
final class MemoryBudget {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryBudget.class);

    /** Left to the system and to the programs that ask. */
    private static final long RESERVE = 128L << 20;

    private final Path runtimeFolder;
    private final MemoryProbe probe;

    MemoryBudget(Path runtimeFolder, MemoryProbe probe) {
        this.runtimeFolder = runtimeFolder;
        this.probe = probe;
    }

    /**
     * @param needBytes 0 when unknown
     * @param estimatedBytes the same before what was measured has corrected it; 0 when it is not to be measured, because a
     *     device takes a part
     */
    record Plan(EngineOptions options, long needBytes, long estimatedBytes) {}

    /**
     * Ends idle engines, the least recently used first, until the wanted one fits; then makes that smaller until it does.
     * A context that somebody chose is started in any case.
     *
     * @throws Problem KOINE-E113 when not even the smallest fits
     */
    Plan makeRoom(EngineKey key) throws Problem, IOException, InterruptedException {
        makeDeviceRoom(key);
        MemoryNeed estimate = key.need();
        if (estimate == null) {
            return new Plan(key.options(), 0, 0);
        }
        EngineOptions wanted = key.options();
        MemoryNeed need = wanted.offload() == null
                ? estimate.corrected(
                        new MeasuredMemory(runtimeFolder).correction(key.model(), key.pack(), wanted.ofMemory()))
                : estimate;
        long bytes = need.bytes(wanted.contextTokens(), wanted.kvType(), wanted.slots());
        Set<Long> staying = new HashSet<>();
        long free = free();
        while (bytes > free) {
            RunningEngine idle = leastRecentlyUsed(RunningEngine.in(runtimeFolder), staying);
            if (idle == null) {
                break;
            }
            if (idle.end()) {
                LOG.info("an idle engine made room for another");
            }
            staying.add(idle.pid()); // what did not end now is not asked again
            free = free();
        }
        MemoryFit.Choice choice = MemoryFit.choose(need, wanted, free);
        if (!choice.fits()) {
            choice = MemoryFit.choose(estimate, wanted, free); // nobody is refused for what was measured once
        }
        if (key.chosen()) {
            return plan(wanted.withIdleSeconds(choice.options().idleSeconds()), bytes, estimate);
        }
        if (!choice.fits()) {
            throw new Problem(
                    "KOINE-E113",
                    Map.of(
                            "file",
                            key.modelName(),
                            "need",
                            gigabytes(choice.needBytes() + RESERVE),
                            "free",
                            gigabytes(Math.max(0, free + RESERVE))));
        }
        return plan(choice.options(), choice.needBytes(), estimate);
    }

    private static Plan plan(EngineOptions options, long needBytes, MemoryNeed estimate) {
        long estimated = options.offload() == null
                ? estimate.bytes(options.contextTokens(), options.kvType(), options.slots())
                : 0;
        return new Plan(options, needBytes, estimated);
    }

    /** A card whose memory idle models fill has little for another: how much, that one sees when it loads. */
    private void makeDeviceRoom(EngineKey key) throws IOException, InterruptedException {
        Offload offload = key.options().offload();
        if (offload == null || key.deviceBytes() == 0) {
            return;
        }
        Set<Long> staying = new HashSet<>();
        while (true) {
            List<RunningEngine> there = RunningEngine.in(runtimeFolder).stream()
                    .filter(engine -> engine.device().equals(offload.name()))
                    .toList();
            long taken = there.stream().mapToLong(RunningEngine::deviceBytes).sum();
            if (taken + key.deviceBytes() + DeviceFit.RESERVE <= offload.roomBytes()) {
                return;
            }
            RunningEngine idle = leastRecentlyUsed(there, staying);
            if (idle == null) {
                return;
            }
            if (idle.end()) {
                LOG.info("an idle engine made room for another on a device");
            }
            staying.add(idle.pid());
        }
    }

    /** What the computer has, without what running engines will still take or only seem to leave: mapped files. */
    private long free() throws IOException {
        long free = probe.availableBytes() - RESERVE;
        for (RunningEngine engine : RunningEngine.in(runtimeFolder)) {
            long own = probe.ownBytes(engine.pid()).orElse(engine.needBytes());
            free -= Math.max(0, engine.needBytes() - own);
        }
        return free;
    }

    private static @Nullable RunningEngine leastRecentlyUsed(List<RunningEngine> among, Set<Long> staying) {
        record Idle(RunningEngine engine, RunningEngine.Use use) {}
        List<RunningEngine> candidates =
                among.stream().filter(engine -> !staying.contains(engine.pid())).toList();
        return candidates.stream()
                .flatMap(engine -> {
                    RunningEngine.Use use = engine.use();
                    return use == null || use.busy() ? Stream.empty() : Stream.of(new Idle(engine, use));
                })
                .max(Comparator.comparing(idle -> idle.use().unused()))
                .map(Idle::engine)
                .orElse(null);
    }

    private static double gigabytes(long bytes) {
        return bytes / 1e9;
    }
}
