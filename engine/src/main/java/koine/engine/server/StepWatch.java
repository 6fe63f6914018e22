package koine.engine.server;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when a driver does not come back from a step, which nothing else can: the thread that waits in it hears of no cancel.
 * A step is at most a small batch, seconds on the slowest card. One thread begins and ends steps.
 */
final class StepWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StepWatch.class);
    private static final long NONE = Long.MIN_VALUE;

    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile long since = NONE;

    /**
     * @param patience with one step; it may take twice as long to be noticed
     * @param onStuck told once, on a thread of this watch
     */
    StepWatch(Duration patience, Runnable onStuck) {
        Thread.ofPlatform().name("koine-step-watch").daemon().start(() -> watch(patience.toNanos(), onStuck));
    }

    void begin() {
        since = System.nanoTime();
    }

    void end() {
        since = NONE;
    }

    private void watch(long patience, Runnable onStuck) {
        try {
            long pause = patience;
            while (!closed.await(pause, TimeUnit.NANOSECONDS)) {
                long begun = since;
                long taken = begun == NONE ? 0 : System.nanoTime() - begun;
                if (taken >= patience) {
                    LOG.error("the device does not come back");
                    onStuck.run();
                    return;
                }
                pause = patience - taken;
            }
        } catch (InterruptedException e) {
            LOG.debug("the watch ends"); // nobody interrupts it
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
