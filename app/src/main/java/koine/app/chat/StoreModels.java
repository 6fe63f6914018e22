package koine.app.chat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import koine.app.Settings;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.door.ServedModels;
import koine.i18n.Problem;
import koine.models.InstalledModel;
import koine.models.ModelStore;
import org.jspecify.annotations.Nullable;

/**
 * The store's models, for other programs. Holds a lease for each that was asked for; that keeps no memory from others, for
 * an engine that is not used ends by itself, or when another needs its room. Any thread.
 */
public final class StoreModels implements ServedModels, AutoCloseable {
    private final ModelStore models;
    private final Settings settings;
    private final StoringChatService.PackFinder packs;
    private final Engines engines;
    private final Map<EngineSpec, Slot> slots = new ConcurrentHashMap<>();
    private volatile boolean closed;

    public StoreModels(ModelStore models, Settings settings, StoringChatService.PackFinder packs, Engines engines) {
        this.models = models;
        this.settings = settings;
        this.packs = packs;
        this.engines = engines;
    }

    private static final class Slot {
        private @Nullable EngineLease lease; // guarded by this
    }

    @Override
    public List<String> ids() {
        return models.installed().stream().map(InstalledModel::id).toList();
    }

    @Override
    public EngineLease engine(@Nullable String id) throws Problem {
        EngineSpec spec = new EngineSpec(model(id).path(), packs.pack(), 0);
        Slot slot = slots.computeIfAbsent(spec, _ -> new Slot());
        synchronized (slot) {
            EngineLease lease = slot.lease;
            if (lease == null || !lease.alive()) {
                release(slot);
                lease = engines.acquire(spec, fraction -> {});
                slot.lease = lease;
                if (closed) {
                    release(slot);
                }
            }
            return lease;
        }
    }

    /** By id alone: who asks from outside does not open files by their paths. */
    private InstalledModel model(@Nullable String id) throws Problem {
        if (id == null) {
            String chosen = settings.model();
            return chosen == null ? models.preferred() : models.resolve(chosen);
        }
        return models.installed().stream()
                .filter(model -> model.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new Problem("KOINE-M103", Map.of("folder", "")));
    }

    private static void release(Slot slot) {
        EngineLease lease = slot.lease;
        slot.lease = null;
        if (lease != null) {
            lease.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        slots.values().forEach(slot -> {
            synchronized (slot) {
                release(slot);
            }
        });
    }
}
