package koine.engine.server;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when a driver does not come back, which nothing else can: the thread that waits in it hears of no cancel. It looks
 * now and then, and counts looks, not time: a computer that slept has not waited. One thread begins and ends steps.
 */
final class StepWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StepWatch.class);

    /** Until something was computed: a driver may have to translate programs for its card first. */
    private static final int LOOKS_AT_FIRST = 4;

    private static final int LOOKS = 1;

    private final CountDownLatch closed = new CountDownLatch(1);
    /** Odd in a step. */
    private volatile long steps;

    private volatile boolean computed;
    private long counted; // of the thread that steps
    private long seen; // of the looking thread, as the next
    private int looks;

    /** For who looks himself. */
    StepWatch() {}

    /**
     * @param pause between two looks; a step that is seen in two of them does not come back
     * @param onStuck told once, on a thread of this watch
     */
    StepWatch(Duration pause, Runnable onStuck) {
        Thread.ofPlatform().name("koine-step-watch").daemon().start(() -> watch(pause.toNanos(), onStuck));
    }

    void begin() {
        steps = ++counted;
    }

    /** @param busy whether there was something to compute */
    void end(boolean busy) {
        steps = ++counted;
        if (busy) {
            computed = true;
        }
    }

    /** @return whether the step was there at the last look already, or for some more looks at first */
    boolean look() {
        long now = steps;
        looks = (now & 1) == 1 && now == seen ? looks + 1 : 0;
        seen = now;
        return looks >= (computed ? LOOKS : LOOKS_AT_FIRST);
    }

    private void watch(long pause, Runnable onStuck) {
        try {
            while (!closed.await(pause, TimeUnit.NANOSECONDS)) {
                if (look()) {
                    LOG.error("the device does not come back");
                    onStuck.run();
                    return;
                }
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
