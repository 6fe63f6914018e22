package koine.app.chat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import koine.engine.client.EngineFacts;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoadListener;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a lease for the model that was wanted last, and for each model that an answer is coming from; all others are
 * given back, for each holds its model in memory. Takes a new lease when an engine has died. Any thread.
 */
final class EngineLeases implements AutoCloseable {
    private final Engines engines;
    private final Map<EngineSpec, Slot> slots = new HashMap<>(); // guarded by this, as the fields below
    private long wishes;
    private long newestWish;
    private @Nullable EngineSpec newest;
    private volatile boolean closed;

    EngineLeases(Engines engines) {
        this.engines = engines;
    }

    /** A place in the order of what people wanted, to be taken before anything slow is done. */
    synchronized long wish() {
        return ++wishes;
    }

    /** Loads a model so that the next question need not wait; does nothing when something else was wanted since. */
    void prepare(EngineSpec spec, long wish, LoadListener listener) throws Problem {
        prepare(spec, wish, listener, facts -> {});
    }

    /** @param ready hears what the engine says of the model */
    void prepare(EngineSpec spec, long wish, LoadListener listener, Consumer<EngineFacts> ready) throws Problem {
        synchronized (this) {
            if (wish < newestWish) {
                return;
            }
        }
        try (Use use = use(spec, wish, listener)) {
            ready.accept(use.lease().engine().facts());
        }
    }

    /** Blocks while the model loads; a second caller waits for the first one's load. The use ends with its closing. */
    Use use(EngineSpec spec, long wish, LoadListener listener) throws Problem {
        Slot slot;
        List<Slot> unused;
        synchronized (this) {
            slot = slots.computeIfAbsent(spec, _ -> new Slot());
            slot.users++;
            if (wish >= newestWish) {
                newestWish = wish;
                newest = spec;
            }
            unused = takeUnused();
        }
        unused.forEach(Slot::release); // before the load: there may not be memory for both
        boolean loaded = false;
        try {
            Use use = new Use(slot, slot.lease(spec, listener));
            loaded = true;
            return use;
        } finally {
            if (!loaded) {
                end(slot);
            }
        }
    }

    /** As {@link Engines#lost}. */
    boolean lost(EngineLease lease) {
        return engines.lost(lease);
    }

    private void end(Slot slot) {
        List<Slot> unused;
        synchronized (this) {
            slot.users--;
            unused = takeUnused();
        }
        unused.forEach(Slot::release);
    }

    /** Only while holding the lock. A slot that is being loaded has a user. */
    private List<Slot> takeUnused() {
        List<Slot> unused = new ArrayList<>();
        slots.entrySet().removeIf(entry -> {
            boolean drop = entry.getValue().users == 0 && !entry.getKey().equals(newest);
            if (drop) {
                unused.add(entry.getValue());
            }
            return drop;
        });
        return unused;
    }

    @Override
    public void close() {
        List<Slot> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(slots.values());
        }
        all.forEach(Slot::release);
    }

    /** One answer's use of a lease. */
    final class Use implements AutoCloseable {
        private final Slot slot;
        private final EngineLease lease;
        private boolean ended;

        private Use(Slot slot, EngineLease lease) {
            this.slot = slot;
            this.lease = lease;
        }

        /** Says all that a person should know about the engine, unless the conversation was told. */
        void tellNotices(String conversationId, ChatObserver observer) {
            slot.tellNotices(conversationId, observer);
        }

        EngineLease lease() {
            return lease;
        }

        @Override
        public void close() {
            synchronized (EngineLeases.this) {
                if (ended) {
                    return;
                }
                ended = true;
            }
            end(slot);
        }
    }

    private final class Slot {
        private final ReentrantLock loading = new ReentrantLock();
        private final Set<String> told = ConcurrentHashMap.newKeySet(); // conversations that know the notice
        private volatile @Nullable EngineLease held;
        private final List<Problem> notices = new CopyOnWriteArrayList<>();
        private int users; // guarded by the leases

        EngineLease lease(EngineSpec spec, LoadListener listener) throws Problem {
            try {
                loading.lockInterruptibly(); // who no longer wants the engine need not wait for another's load
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Problem("KOINE-E108", Map.of(), e);
            }
            try {
                EngineLease current = held;
                if (current != null && current.alive() && engines.isRight(current)) {
                    return current;
                }
                release();
                notices.clear();
                told.clear();
                EngineLease fresh = engines.acquire(spec, new LoadListener() {
                    @Override
                    public void onLoadProgress(double fraction) {
                        listener.onLoadProgress(fraction);
                    }

                    @Override
                    public void onNotice(Problem said) {
                        notices.add(said); // whoever loads the engine need not be who asks it
                    }
                });
                held = fresh;
                if (closed) {
                    release();
                }
                return fresh;
            } finally {
                loading.unlock();
            }
        }

        void tellNotices(String conversationId, ChatObserver observer) {
            if (notices.isEmpty() || told.add(conversationId)) {
                observer.onNotices(List.copyOf(notices));
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
