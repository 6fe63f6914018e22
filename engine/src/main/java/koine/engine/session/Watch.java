package koine.engine.session;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What llama.cpp asks while it computes, thousands of times a second: whether to stop. The question doubles as the clock
 * of the heartbeat, so sinks hear progress in the middle of a batch that takes minutes.
 */
final class Watch implements BooleanSupplier {
    private static final long BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final BooleanSupplier stop;
    private final Runnable heartbeat;
    private volatile Thread owner = Thread.currentThread();
    private long lastBeat = System.nanoTime();

    /**
     * @param stop asked on any thread
     * @param heartbeat called on the owner's thread only; throws nothing
     */
    Watch(BooleanSupplier stop, Runnable heartbeat) {
        this.stop = stop;
        this.heartbeat = heartbeat;
    }

    /** This thread computes from now on. */
    void own() {
        owner = Thread.currentThread();
    }

    @Override
    public boolean getAsBoolean() {
        if (Thread.currentThread() == owner && System.nanoTime() - lastBeat >= BEAT_NANOS) {
            heartbeat.run();
            lastBeat = System.nanoTime();
        }
        return stop.getAsBoolean();
    }
}
