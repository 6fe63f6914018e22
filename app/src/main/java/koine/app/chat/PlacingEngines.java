package koine.app.chat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import koine.engine.client.EngineFacts;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoadListener;
import koine.engine.hardware.Placement;
import koine.engine.hardware.Placements;
import koine.engine.hardware.Wish;
import koine.engine.llama.Device;
import koine.engine.speed.MeasuredSpeed;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Engines on whatever computes best here, and one step lower where that fails: fewer layers, then the processor. Each step
 * down is told, and remembered once the next one works. Any thread.
 */
public final class PlacingEngines implements Engines {
    private static final Logger LOG = LoggerFactory.getLogger(PlacingEngines.class);

    /**
     * What may be the device's fault. A damaged file is refused by every device, so nothing is remembered then; but drivers
     * fail in ways that look like damage.
     */
    private static final Set<String> PERHAPS_THE_DEVICE = Set.of(
            "KOINE-E101",
            "KOINE-E102",
            "KOINE-E103",
            "KOINE-E104",
            "KOINE-E105",
            "KOINE-E109",
            "KOINE-E110",
            "KOINE-E111",
            "KOINE-E116");

    private static final String UNKNOWN_KIND = "KOINE-E109";
    private static final String NO_SUCH_DEVICE = "KOINE-E116";

    private final Engines engines;
    private final Placements placements;
    private final MeasuredSpeed speeds;
    /** By the leases that others hold. */
    private final Map<EngineLease, Placed> placed = Collections.synchronizedMap(new WeakHashMap<>());

    private final Set<EngineLease> dead = Collections.newSetFromMap(new WeakHashMap<>()); // guarded by this

    /** @param placement null where the processor computes after all */
    private record Placed(Path model, @Nullable Placement placement, Wish wish, boolean hastened) {}

    /** What comes after a death, with the notice that says so. */
    private final Map<Path, Placement> afterDeath = new ConcurrentHashMap<>();

    /**
     * @param engines that start where they are told to
     * @param speeds with which they start
     */
    public PlacingEngines(Engines engines, Placements placements, MeasuredSpeed speeds) {
        this.engines = engines;
        this.placements = placements;
        this.speeds = speeds;
    }

    @Override
    public EngineLease acquire(EngineSpec spec, LoadListener listener) throws Problem {
        if (spec.options().offload() != null) {
            return engines.acquire(spec, listener);
        }
        Wish wish = placements.wish();
        Placement placement = afterDeath(spec.model(), placements.first(spec.model()));
        Placement failed = null;
        Problem why = null;
        boolean anew = false;
        while (true) {
            try {
                EngineLease lease = engines.acquire(on(spec, placement), listener);
                if (failed != null && why != null) {
                    placements.remember(spec.model(), failed, placement, why);
                }
                EngineFacts.Offload offload = placement.device() == null ? null : offload(lease);
                boolean noRoom = offload != null && offload.layers() == 0;
                placed.put(
                        lease,
                        new Placed(
                                spec.model(),
                                noRoom ? null : placement,
                                wish,
                                lease.isHastened() && spec.options().speedup() == null));
                tell(placement, offload, listener);
                return lease;
            } catch (Problem e) {
                if (e.code().equals(NO_SUCH_DEVICE) && placement.device() != null && !anew) {
                    anew = true; // unplugged, or another's name now: what is there is looked for again
                    placements.look(true);
                    placement = placements.first(spec.model());
                    continue;
                }
                Placement below = PERHAPS_THE_DEVICE.contains(e.code())
                                && !Thread.currentThread().isInterrupted()
                        ? placements.below(spec.model(), placement, e)
                        : null;
                if (below == null || isSame(below, placement)) { // else it would fail again and again
                    throw said(placement, e);
                }
                failed = placement;
                why = e;
                placement = below;
            }
        }
    }

    private static boolean isSame(Placement one, Placement other) {
        return one.step() == other.step()
                && one.pack().equals(other.pack())
                && Objects.equals(one.device(), other.device());
    }

    /** What the older engine does not know, a newer one may. */
    private static Problem said(Placement placement, Problem problem) {
        return placement.step() == Placement.Step.BUILT_IN && problem.code().equals(UNKNOWN_KIND)
                ? new Problem("KOINE-E119", problem.arguments())
                : problem;
    }

    /** The place to take now, with the word that is due after a death. */
    private Placement afterDeath(Path model, Placement first) {
        Placement lower = afterDeath.remove(model);
        if (lower == null) {
            return first;
        }
        // usually they are the same, but the memory may not be writable, or the wish another one now
        return first.step().compareTo(lower.step()) >= 0 ? first.saying(lower.notice()) : lower;
    }

    @Override
    public boolean isRight(EngineLease lease) {
        Placed known = placed.get(lease);
        return known == null || known.wish().equals(placements.wish());
    }

    @Override
    public synchronized boolean lost(EngineLease lease) {
        Placed known = placed.get(lease);
        Placement placement = known == null ? null : known.placement();
        if (known == null || placement == null) {
            return false;
        }
        if (dead.contains(lease)) {
            return true; // another answer from the same engine has said so
        }
        if (known.hastened() && forgetSpeed(known.model(), placement)) {
            dead.add(lease);
            afterDeath.put(known.model(), placement.saying(new Problem("KOINE-G110", Map.of())));
            return true;
        }
        if (placement.device() == null) {
            return false;
        }
        dead.add(lease);
        Problem why = new Problem(Placements.LOST, Map.of());
        try {
            Placement below = placements.below(known.model(), placement, why);
            if (below != null) {
                placements.remember(known.model(), placement, below, why);
                afterDeath.put(known.model(), below);
                return true;
            }
        } catch (Problem e) {
            LOG.info("what comes below a lost device is not known: {}", e.code());
        }
        return false;
    }

    /** What was measured to be quicker may be what it died of; without it, the same place is good enough. */
    private boolean forgetSpeed(Path model, Placement placement) {
        try {
            return speeds.forget(model, placement.pack(), 0, placement.offload());
        } catch (IOException e) {
            LOG.warn("what was measured cannot be forgotten: {}", e.getClass().getSimpleName());
            return false;
        }
    }

    private static EngineSpec on(EngineSpec spec, Placement placement) {
        return new EngineSpec(spec.model(), placement.pack(), spec.options().withOffload(placement.offload()));
    }

    private void tell(Placement placement, EngineFacts.@Nullable Offload offload, LoadListener listener) {
        if (placement.step() == Placement.Step.BUILT_IN) { // each time: who listens now need not be who did before
            listener.onNotice(new Problem("KOINE-G109", Map.of()));
        }
        Problem notice = placement.notice();
        Device device = placement.device();
        if (notice == null && device != null && offload != null && placement.step() == Placement.Step.FITTING) {
            notice = shortOfMemory(device, offload);
        }
        if (notice != null) {
            listener.onNotice(notice);
            placements.told(notice);
        }
    }

    private static EngineFacts.@Nullable Offload offload(EngineLease lease) {
        try {
            return lease.engine().facts().offload();
        } catch (Problem e) {
            return null; // whoever asks next will hear of it
        }
    }

    /** What the engine found when it looked how much room there is. */
    private static @Nullable Problem shortOfMemory(Device device, EngineFacts.Offload offload) {
        if (offload.layers() >= offload.all()) {
            return null;
        }
        return new Problem(
                offload.layers() == 0 ? "KOINE-G105" : "KOINE-G104",
                Map.of(
                        "device",
                        device.description().strip(),
                        "layers",
                        offload.layers(),
                        "all",
                        offload.all(),
                        "need",
                        offload.needBytes() / 1e9,
                        "free",
                        offload.freeBytes() / 1e9));
    }
}
