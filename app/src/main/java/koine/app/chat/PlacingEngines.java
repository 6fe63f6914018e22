package koine.app.chat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import koine.engine.client.EngineFacts;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoadListener;
import koine.engine.hardware.Placement;
import koine.engine.hardware.Placements;
import koine.engine.llama.Device;
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

    private final Engines engines;
    private final Placements placements;
    private final Map<Path, Placement> current = new ConcurrentHashMap<>();

    /** What comes after a death, with the notice that says so. */
    private final Map<Path, Placement> afterDeath = new ConcurrentHashMap<>();

    /** @param engines that start where they are told to */
    public PlacingEngines(Engines engines, Placements placements) {
        this.engines = engines;
        this.placements = placements;
    }

    @Override
    public EngineLease acquire(EngineSpec spec, LoadListener listener) throws Problem {
        if (spec.options().offload() != null) {
            return engines.acquire(spec, listener);
        }
        Placement lower = afterDeath.remove(spec.model());
        Placement placement = lower == null ? placements.first(spec.model()) : lower;
        Placement failed = null;
        Problem why = null;
        while (true) {
            try {
                EngineLease lease = engines.acquire(placed(spec, placement), listener);
                if (failed != null && why != null) {
                    placements.remember(spec.model(), failed, placement, why);
                }
                current.put(spec.model(), placement);
                tell(placement, lease, listener);
                return lease;
            } catch (Problem e) {
                Placement below = PERHAPS_THE_DEVICE.contains(e.code())
                                && !Thread.currentThread().isInterrupted()
                        ? placements.below(spec.model(), placement, e)
                        : null;
                if (below == null) {
                    throw e;
                }
                failed = placement;
                why = e;
                placement = below;
            }
        }
    }

    @Override
    public boolean lost(EngineSpec spec) {
        Placement placement = current.remove(spec.model());
        if (placement == null || placement.device() == null) {
            return false;
        }
        Problem why = new Problem(Placements.LOST, Map.of());
        try {
            Placement below = placements.below(spec.model(), placement, why);
            if (below != null) {
                placements.remember(spec.model(), placement, below, why);
                afterDeath.put(spec.model(), below);
                return true;
            }
        } catch (Problem e) {
            LOG.info("what comes below a lost device is not known: {}", e.code());
        }
        return false;
    }

    private static EngineSpec placed(EngineSpec spec, Placement placement) {
        return new EngineSpec(spec.model(), placement.pack(), spec.options().withOffload(placement.offload()));
    }

    private static void tell(Placement placement, EngineLease lease, LoadListener listener) {
        Problem notice = placement.notice();
        if (notice == null && placement.device() != null && placement.step() == Placement.Step.FITTING) {
            notice = shortOfMemory(placement.device(), lease);
        }
        if (notice != null) {
            listener.onNotice(notice);
        }
    }

    /** What the engine found when it looked how much room there is. */
    private static @Nullable Problem shortOfMemory(Device device, EngineLease lease) {
        EngineFacts.Offload offload;
        try {
            offload = lease.engine().facts().offload();
        } catch (Problem e) {
            return null; // whoever asks next will hear of it
        }
        if (offload == null || offload.layers() >= offload.all()) {
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
