package koine.engine.llama;

import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import koine.engine.llama.ffm.LoadProgress;
import org.jspecify.annotations.Nullable;

/** Stands between C and the caller's listeners: an exception of theirs waits until C has returned. */
final class LoadWatch implements LoadProgress {
    private final DoubleConsumer progress;
    private final BooleanSupplier cancelled;
    private @Nullable RuntimeException thrown;
    private boolean stopped;

    LoadWatch(DoubleConsumer progress, BooleanSupplier cancelled) {
        this.progress = progress;
        this.cancelled = cancelled;
    }

    @Override
    public boolean onProgress(float fraction) {
        try {
            progress.accept(Math.clamp(fraction, 0f, 1f));
            stopped = cancelled.getAsBoolean();
        } catch (RuntimeException e) {
            thrown = e;
            stopped = true;
        }
        return !stopped;
    }

    boolean cancelled() {
        return stopped;
    }

    void rethrow() {
        if (thrown != null) {
            throw thrown;
        }
    }
}
