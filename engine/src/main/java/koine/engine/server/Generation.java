package koine.engine.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import koine.engine.session.Generator;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way: the generator's thread fills it, the connection's thread empties it, so a slow client never
 * slows the model. Any thread may cancel.
 */
final class Generation implements Generator.Cancel, Generator.Sink {
    private static final Generator.Outcome NEVER_STARTED =
            new Generator.Outcome(Generator.Finish.CANCELLED, 0, 0, 0, 0, 0, null);

    private final String id;
    private final Generator.Request request;
    private volatile Runnable over = () -> {};
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition ended = lock.newCondition();
    private final StringBuilder text = new StringBuilder();
    private @Nullable Progress progress;
    private Generator.@Nullable Outcome outcome;
    private @Nullable RuntimeException failure;
    private long startedNanos;
    private volatile boolean cancelled;

    /** @param millis since the prompt was begun */
    record Progress(int processed, int cached, int total, long millis) {}

    /**
     * What happened since the last look; all of it empty when the wait ran out.
     *
     * @param outcome set when the generation ended well, with the last text
     * @param failure set when it failed
     */
    record Update(
            String text,
            @Nullable Progress progress,
            Generator.@Nullable Outcome outcome,
            @Nullable RuntimeException failure) {
        boolean isEmpty() {
            return text.isEmpty() && progress == null && outcome == null && failure == null;
        }
    }

    Generation(String id, Generator.Request request) {
        this.id = id;
        this.request = request;
    }

    String id() {
        return id;
    }

    Generator.Request request() {
        return request;
    }

    /** Sets what is to be done when it has ended, whatever its end is. */
    void whenOver(Runnable action) {
        over = action;
    }

    void cancel() {
        cancelled = true;
    }

    /** Ends a generation that will never run. */
    void drop() {
        cancelled = true;
        finish(NEVER_STARTED, null);
    }

    private void finish(Generator.@Nullable Outcome result, @Nullable RuntimeException why) {
        lock.lock();
        try {
            if (outcome == null && failure == null) {
                outcome = result;
                failure = why;
                changed.signalAll();
                ended.signalAll();
            }
        } finally {
            lock.unlock();
        }
        over.run();
    }

    @Override
    public void onEnd(Generator.Outcome result) {
        finish(result, null);
    }

    @Override
    public void onFailure(RuntimeException why) {
        finish(null, why);
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public void onPromptProgress(int processed, int cached, int total) {
        lock.lock();
        try {
            if (startedNanos == 0) {
                startedNanos = System.nanoTime();
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
            progress = new Progress(processed, cached, total, millis);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onText(String more) {
        lock.lock();
        try {
            text.append(more);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes what there is; waits for something when there is nothing, at most so long. */
    Update next(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lock();
        try {
            while (text.isEmpty() && progress == null && outcome == null && failure == null && left > 0) {
                left = changed.awaitNanos(left);
            }
            Update update = new Update(text.toString(), progress, outcome, failure);
            text.setLength(0);
            progress = null;
            return update;
        } finally {
            lock.unlock();
        }
    }

    /** Lets text gather for so long, less when the end comes first. */
    void gather(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lock();
        try {
            while (outcome == null && failure == null && left > 0) {
                left = ended.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
