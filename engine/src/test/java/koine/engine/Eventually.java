package koine.engine;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for what another process does, which nobody can hand a latch. */
public final class Eventually {
    private Eventually() {}

    /** Fails with {@code what} unless the condition holds before the time is up. */
    public static void within(Duration time, String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + time.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + time + ": " + what);
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
