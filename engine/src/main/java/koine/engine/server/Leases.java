package koine.engine.server;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who still needs this engine. The engine's life hangs on it: it ends when nobody came in time, or when the last has
 * gone and nobody follows. Any thread.
 */
public final class Leases {
    private final Duration afterLast;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int open;
    private boolean ending;
    private long deadline;

    /**
     * @param forFirst how long to wait for the first lease
     * @param afterLast how long to wait for another when the last one ended
     */
    public Leases(Duration forFirst, Duration afterLast) {
        this.afterLast = afterLast;
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
                if (open > 0) {
                    changed.await();
                } else {
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        ending = true;
                        changed.signalAll();
                    } else {
                        changed.awaitNanos(left);
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
