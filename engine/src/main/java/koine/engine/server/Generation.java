package koine.engine.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import koine.engine.session.Generator;
import koine.engine.session.TokenScore;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way: the generator's thread fills it, the connection's thread empties it, so a slow client never
 * slows the model. Any thread may cancel.
 */
final class Generation implements Generator.Cancel, Generator.Sink {
    private static final Generator.Outcome NEVER_STARTED =
            new Generator.Outcome(Generator.Finish.CANCELLED, 0, 0, 0, 0, 0, null);

    /**
     * Computing for others may hold up the end of a cancelled answer; after so long the client is told that it is over,
     * whether the generator has come to it or not.
     */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final String id;
    private final Generator.Request request;
    private volatile Consumer<Generator.@Nullable Outcome> over = outcome -> {};
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition ended = lock.newCondition();
    private final StringBuilder text = new StringBuilder();
    private List<TokenScore> promptTokens = new ArrayList<>();
    private List<TokenScore> tokens = new ArrayList<>();
    private @Nullable Progress progress;
    private @Nullable Progress lastProgress;
    private int pieces;
    private Generator.@Nullable Outcome outcome;
    private @Nullable RuntimeException failure;
    private long startedNanos;
    private long cancelledNanos;
    private volatile boolean cancelled;

    /** @param millis since the prompt was begun */
    record Progress(int processed, int cached, int total, long millis) {}

    /**
     * What happened since the last look; all of it empty when the wait ran out.
     *
     * @param promptTokens of the prompt, when their scores were wanted
     * @param tokens of the answer, when their scores were wanted
     * @param outcome set when the generation ended well, with the last text
     * @param failure set when it failed
     */
    record Update(
            String text,
            List<TokenScore> promptTokens,
            List<TokenScore> tokens,
            @Nullable Progress progress,
            Generator.@Nullable Outcome outcome,
            @Nullable RuntimeException failure) {}

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

    /**
     * Sets what is to be done when it has ended, before anybody who waits for it hears so.
     *
     * @param action gets how it ended; null when it failed
     */
    void whenOver(Consumer<Generator.@Nullable Outcome> action) {
        over = action;
    }

    void cancel() {
        lock.lock();
        try {
            if (!cancelled) {
                cancelledNanos = System.nanoTime();
                cancelled = true;
                changed.signalAll();
                ended.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends a generation that will never run. */
    void drop() {
        cancel();
        finish(NEVER_STARTED, null);
    }

    private void finish(Generator.@Nullable Outcome result, @Nullable RuntimeException why) {
        over.accept(result); // who hears of the end may ask again at once, under the same name
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
            lastProgress = progress;
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
            pieces++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody is woken: its text follows, or the end. */
    @Override
    public void onToken(TokenScore token) {
        lock.lock();
        try {
            tokens.add(token);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onPromptToken(TokenScore token) {
        lock.lock();
        try {
            promptTokens.add(token);
        } finally {
            lock.unlock();
        }
    }

    /** Takes what there is; waits for something when there is nothing, at most so long. */
    Update next(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        lock.lock();
        try {
            long left = nanos;
            while (text.isEmpty() && progress == null && !isOver() && left > 0) {
                changed.awaitNanos(Math.min(left, patience()));
                left = deadline - System.nanoTime();
            }
            if (isOver() && outcome == null && failure == null) {
                outcome = givenUp(); // what the generator says later comes too late
            }
            Update update = new Update(text.toString(), promptTokens, tokens, progress, outcome, failure);
            text.setLength(0);
            promptTokens = new ArrayList<>();
            tokens = new ArrayList<>();
            progress = null;
            return update;
        } finally {
            lock.unlock();
        }
    }

    private boolean isOver() {
        return outcome != null || failure != null || patience() <= 0;
    }

    /** How long a generator that was told to stop still has to say how it ended. */
    private long patience() {
        return cancelled ? cancelledNanos + PATIENCE_NANOS - System.nanoTime() : Long.MAX_VALUE;
    }

    /** As far as can be known from here; a token mostly is one piece of text. */
    private Generator.Outcome givenUp() {
        int total = lastProgress == null ? 0 : lastProgress.total();
        int cached = lastProgress == null ? 0 : lastProgress.cached();
        return new Generator.Outcome(Generator.Finish.CANCELLED, total, cached, pieces, 0, 0, null);
    }

    /** Lets text gather for so long, less when the end comes first. */
    void gather(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        lock.lock();
        try {
            long left = nanos;
            while (!isOver() && left > 0) {
                ended.awaitNanos(Math.min(left, patience()));
                left = deadline - System.nanoTime();
            }
        } finally {
            lock.unlock();
        }
    }
}
