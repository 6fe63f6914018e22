package koine.engine.session;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import koine.engine.session.Generator.Cancel;
import org.jspecify.annotations.Nullable;

/**
 * What llama.cpp asks while it computes, thousands of times a second: whether to stop. The question doubles as the clock
 * of the heartbeat, so a sink hears progress in the middle of a batch that takes minutes. An exception of the caller's
 * waits here until C has returned.
 */
final class Watch implements BooleanSupplier {
    private static final long BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Thread owner = Thread.currentThread();
    private final Cancel cancel;
    private final Runnable heartbeat;
    private long lastBeat = System.nanoTime();
    private @Nullable RuntimeException thrown;

    Watch(Cancel cancel, Runnable heartbeat) {
        this.cancel = cancel;
        this.heartbeat = heartbeat;
    }

    @Override
    public boolean getAsBoolean() {
        if (Thread.currentThread() != owner) {
            return cancel.isCancelled();
        }
        try {
            if (System.nanoTime() - lastBeat >= BEAT_NANOS) {
                beat();
            }
            return cancel.isCancelled();
        } catch (RuntimeException e) {
            thrown = e;
            return true;
        }
    }

    void beat() {
        heartbeat.run();
        lastBeat = System.nanoTime();
    }

    void rethrow() {
        RuntimeException waiting = thrown;
        if (waiting != null) {
            thrown = null;
            throw waiting;
        }
    }
}
