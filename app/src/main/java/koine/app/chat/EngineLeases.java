package koine.app.chat;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoadListener;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/** Keeps one lease for each model in use as long as the assistant lives; takes a new one when its engine has died. Any thread. */
final class EngineLeases implements AutoCloseable {
    private final Engines engines;
    private final Map<EngineSpec, Slot> slots = new ConcurrentHashMap<>();
    private volatile boolean closed;

    EngineLeases(Engines engines) {
        this.engines = engines;
    }

    /** Blocks while the model loads; a second caller waits for the first one's load. */
    EngineLease lease(EngineSpec spec, LoadListener listener) throws Problem {
        return slots.computeIfAbsent(spec, _ -> new Slot()).lease(spec, listener);
    }

    @Override
    public void close() {
        closed = true;
        slots.values().forEach(Slot::release);
    }

    private final class Slot {
        private final Object loading = new Object();
        private volatile @Nullable EngineLease held;

        EngineLease lease(EngineSpec spec, LoadListener listener) throws Problem {
            synchronized (loading) {
                EngineLease current = held;
                if (current != null && current.alive()) {
                    return current;
                }
                release();
                EngineLease fresh = engines.acquire(spec, listener);
                held = fresh;
                if (closed) {
                    release();
                }
                return fresh;
            }
        }

        /** Does not wait for a load that is under way: whoever loads sees that all is closed. */
        void release() {
            EngineLease current = held;
            held = null;
            if (current != null) {
                current.close();
            }
        }
    }
}
