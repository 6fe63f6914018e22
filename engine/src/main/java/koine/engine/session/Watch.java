package koine.engine.session;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import koine.engine.llama.ffm.AbortFlag;

/**
 * Ends a computation soon after nobody wants its result any more. A thread of its own asks, some fifty times a second while
 * there is work; the one that computes is not held up.
 */
final class Watch implements AutoCloseable {
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** So many looks in vain, and it sleeps until the next computation. */
    private static final int PATIENCE = 50;

    private final BooleanSupplier unwanted;
    private final List<AbortFlag> flags;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean computing;
    private boolean asleep;
    private boolean closed;

    private Watch(BooleanSupplier unwanted, List<AbortFlag> flags) {
        this.unwanted = unwanted;
        this.flags = List.copyOf(flags);
    }

    /**
     * @param unwanted asked on the watch's thread, between {@link #begin} and {@link #end} only; throws nothing
     * @param flags of whatever may compute then
     */
    static Watch start(BooleanSupplier unwanted, List<AbortFlag> flags) {
        Watch watch = new Watch(unwanted, flags);
        Thread.ofPlatform().name("koine-watch").daemon().start(watch::look);
        return watch;
    }

    /** A computation begins. */
    void begin() {
        lock.lock();
        try {
            computing = true;
            if (asleep) {
                asleep = false;
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** It has ended; nothing is asked any more when this returns, and the flags are down. */
    void end() {
        lock.lock();
        try {
            computing = false;
            flags.forEach(AbortFlag::lower);
        } finally {
            lock.unlock();
        }
    }

    private void look() {
        lock.lock();
        try {
            int inVain = 0;
            while (!closed) {
                if (inVain < PATIENCE) {
                    changed.awaitNanos(PERIOD_NANOS);
                } else {
                    asleep = true;
                    changed.await();
                    inVain = 0;
                }
                if (!computing) {
                    inVain++;
                } else {
                    inVain = 0;
                    if (unwanted.getAsBoolean()) {
                        flags.forEach(AbortFlag::raise);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody interrupts it but at the very end
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }
}
