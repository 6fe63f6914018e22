package koine.engine.server;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who still needs this engine, and whether it is in use. The engine's life hangs on it: it ends when nobody came in time,
 * when the last has gone and nobody follows, or when nobody has asked it anything for long. Any thread.
 */
public final class Leases {
    private final Duration afterLast;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Duration whenUnused;
    private int open;
    private int running;
    private long lastUse = System.nanoTime();
    private boolean ending;
    private long deadline;

    /**
     * @param forFirst how long to wait for the first lease
     * @param afterLast how long to wait for another when the last one ended
     */
    public Leases(Duration forFirst, Duration afterLast) {
        this(forFirst, afterLast, Duration.ofDays(365));
    }

    /** @param whenUnused without a request for so long, the engine ends though somebody holds a lease */
    public Leases(Duration forFirst, Duration afterLast, Duration whenUnused) {
        this.afterLast = afterLast;
        this.whenUnused = whenUnused;
        deadline = System.nanoTime() + forFirst.toNanos();
    }

    /** @return false when the engine is about to end and the lease is not granted */
    boolean open() {
        lock.lock();
        try {
            if (ending) {
                return false;
            }
            open++;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    void release() {
        lock.lock();
        try {
            open--;
            deadline = System.nanoTime() + afterLast.toNanos();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A request begins. @return false when the engine is about to end and does not take it */
    public boolean begin() {
        lock.lock();
        try {
            if (!ending) {
                running++;
            }
            return !ending;
        } finally {
            lock.unlock();
        }
    }

    /** A request that {@link #begin} took has ended. */
    public void done() {
        lock.lock();
        try {
            running--;
            lastUse = System.nanoTime();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** @param unused since the last request ended */
    record Use(boolean busy, Duration unused) {}

    Use use() {
        lock.lock();
        try {
            return new Use(running > 0, running > 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - lastUse));
        } finally {
            lock.unlock();
        }
    }

    /** Ends the engine unless it is in use. @return whether it ends */
    boolean endUnlessBusy() {
        lock.lock();
        try {
            if (running == 0) {
                ending = true;
                changed.signalAll();
            }
            return ending;
        } finally {
            lock.unlock();
        }
    }

    /** Grants no lease any more and ends {@link #awaitEnd}, whoever still holds one. */
    public void end() {
        lock.lock();
        try {
            ending = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits at most so long for {@link #end}. @return false when the time is up */
    boolean awaitEnding(Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lock();
        try {
            while (!ending && left > 0) {
                left = changed.awaitNanos(left);
            }
            return ending;
        } finally {
            lock.unlock();
        }
    }

    /** Returns when nobody needs the engine any more; from then on no lease is granted. */
    public void awaitEnd() throws InterruptedException {
        lock.lock();
        try {
            while (!ending) {
                long now = System.nanoTime();
                long left = Long.MAX_VALUE;
                if (open == 0) {
                    left = deadline - now;
                }
                if (running == 0) {
                    left = Math.min(left, lastUse + whenUnused.toNanos() - now);
                }
                if (left <= 0) {
                    ending = true;
                    changed.signalAll();
                } else {
                    changed.awaitNanos(left);
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
