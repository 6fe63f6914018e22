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
import koine.engine.llama.Weights;
import koine.engine.memory.DeviceFit;
import koine.engine.memory.MeasuredMemory;
import koine.engine.memory.MemoryNeed;
import koine.engine.memory.MemoryProbe;
import koine.engine.memory.ModelShape;
import koine.engine.process.EngineOptions;
import koine.engine.speed.MeasuredSpeed;
import koine.engine.speed.Speedup;
import koine.engine.speed.WeightsHere;
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

    private MeasuredSpeed.@Nullable Found measured(EngineKey key) {
        EngineOptions wanted = key.options();
        return new MeasuredSpeed(runtimeFolder).of(key.model(), key.pack(), wanted.threads(), wanted.offload());
    }

    /** Whether it would not start as it comes. */
    boolean isHastened(EngineKey key) {
        EngineOptions wanted = key.options();
        MeasuredSpeed.Found measured = wanted.speedup() != null || wanted.brief() ? null : measured(key);
        return measured != null && !measured.speedup().equals(Speedup.NONE);
    }

    /** What was measured to be quicker did not start, and without it the engine did. */
    void slowDown(EngineKey key) {
        try {
            boolean known = new MeasuredSpeed(runtimeFolder)
                    .forget(
                            key.model(),
                            key.pack(),
                            key.options().threads(),
                            key.options().offload());
            LOG.warn("an engine did not start as it was measured to be quicker; forgotten: {}", known);
        } catch (IOException e) {
            LOG.warn(
                    "what was measured of an engine cannot be forgotten: {}",
                    e.getClass().getSimpleName());
        }
    }

    /**
     * Ends idle engines, the least recently used first, until the wanted one fits; then makes that smaller until it does.
     * A context that somebody chose is started in any case. For one that is only to be compared with another, nobody leaves:
     * the other might.
     *
     * @param plain whether it starts as it comes, whatever was measured
     * @throws Problem KOINE-E113 when not even the smallest fits
     */
    Plan makeRoom(EngineKey key, boolean plain) throws Problem, IOException, InterruptedException {
        boolean compared = key.options().speedup() != null;
        if (!compared) {
            makeDeviceRoom(key);
        }
        MemoryNeed estimate = key.need();
        EngineOptions wanted = key.options();
        if (estimate == null) {
            return new Plan(wanted.withSpeedup(Speedup.NONE), 0, 0);
        }
        MeasuredSpeed.Found measured = plain ? null : measured(key);
        boolean quantized = measured != null && measured.quantizedContext();
        MemoryNeed need = wanted.offload() == null
                ? estimate.corrected(
                        new MeasuredMemory(runtimeFolder).correction(key.model(), key.pack(), wanted.ofMemory()))
                : estimate;
        long bytes = need.bytes(wanted.contextTokens(), wanted.kvType(), wanted.slots());
        Set<Long> staying = new HashSet<>();
        long free = free();
        while (bytes > free && !compared) {
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
        MemoryFit.Choice choice = MemoryFit.choose(need, wanted, free, quantized);
        if (!choice.fits()) {
            choice =
                    MemoryFit.choose(estimate, wanted, free, quantized); // nobody is refused for what was measured once
        }
        if (!choice.fits() && !key.chosen()) {
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
        EngineOptions options =
                key.chosen() ? wanted.withIdleSeconds(choice.options().idleSeconds()) : choice.options();
        long needBytes = key.chosen() ? bytes : choice.needBytes();
        Speedup speedup = speedup(
                wanted, options, measured, free - needBytes, estimate.shape().weightBytes());
        return plan(options.withSpeedup(speedup), needBytes + draftBytes(options, speedup), estimate);
    }

    /** Nothing is made smaller for it, and no other model has to go. */
    private static Speedup speedup(
            EngineOptions wanted,
            EngineOptions options,
            MeasuredSpeed.@Nullable Found measured,
            long left,
            long weightBytes) {
        Speedup asked = wanted.speedup();
        if (asked != null) {
            return asked;
        }
        boolean asWanted = options.contextTokens() == wanted.contextTokens()
                && options.kvType().equals(wanted.kvType());
        if (measured == null || wanted.brief() || !asWanted) {
            return Speedup.NONE;
        }
        Speedup all = measured.speedup();
        if (!new WeightsHere().allow(all.weights(), weightBytes)) {
            all = all.with(Weights.MAPPED); // the system's settings have changed since
        }
        return left - draftBytes(options, all) >= MemoryFit.TIGHT_BYTES ? all : Speedup.NONE;
    }

    /** A draft model has a context of its own, as large as the model's. */
    private static long draftBytes(EngineOptions options, Speedup speedup) {
        Path draft = speedup.draft();
        if (draft == null) {
            return 0;
        }
        try {
            return new MemoryNeed(ModelShape.read(draft))
                    .besideAnother(options.contextTokens(), EngineOptions.F16, options.slots());
        } catch (IOException e) {
            return 0; // the engine will say that it cannot read it, and do without
        }
    }

    /** What was measured once is of an engine without any speedup. */
    private static Plan plan(EngineOptions options, long needBytes, MemoryNeed estimate) {
        long estimated = options.offload() == null && Speedup.NONE.equals(options.speedup())
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
