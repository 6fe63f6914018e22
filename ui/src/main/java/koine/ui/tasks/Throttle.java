package koine.ui.tasks;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Runs an action at most once in each interval, however often it is asked for, and always once after the last asking.
 * Any thread.
 */
public final class Throttle {
    private final long intervalNanos;
    private final LongSupplier nanoTime;
    private final Tasks.Timer timer;
    private final Runnable action;
    private boolean waiting;
    private boolean ran;
    private long lastRun;

    Throttle(Duration interval, LongSupplier nanoTime, Tasks.Timer timer, Runnable action) {
        this.intervalNanos = interval.toNanos();
        this.nanoTime = nanoTime;
        this.timer = timer;
        this.action = action;
    }

    /** Now, when the last run is an interval ago; else once, when it is. */
    public void request() {
        long wait;
        synchronized (this) {
            if (waiting) {
                return;
            }
            long now = nanoTime.getAsLong();
            wait = ran ? lastRun + intervalNanos - now : 0;
            if (wait > 0) {
                waiting = true;
            } else {
                ran = true;
                lastRun = now;
            }
        }
        if (wait > 0) {
            timer.after(Duration.ofNanos(wait), this::runWaiting);
        } else {
            action.run();
        }
    }

    private void runWaiting() {
        synchronized (this) {
            waiting = false;
            ran = true;
            lastRun = nanoTime.getAsLong();
        }
        action.run();
    }
}
