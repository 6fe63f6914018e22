package koine.engine.server;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import koine.engine.llama.ModelLoadException;
import koine.engine.session.DeviceLostException;
import koine.engine.session.GenerationException;
import koine.engine.session.Generator;
import koine.engine.session.GeneratorOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one platform thread that owns the generator: loads it, hands it what comes, keeps it going while there is work,
 * closes it. Its methods may be called from any thread.
 */
public final class GeneratorThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GeneratorThread.class);
    private static final int MAX_KNOWN = 64;
    /** Without a question for so long, there is time for other things. */
    private static final Duration QUIET = Duration.ofSeconds(1);

    /** Of a load's progress that is worth telling, of 1. */
    private static final double STEP = 0.05;

    private static final int MAX_REMEMBERED = 256;
    /** More than any batch has, in tokens. */
    private static final int WHOLE_BATCH = 512;
    /** No request is that much later than its cancel. */
    private static final long EARLY_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** With a device in one step. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition stateChange = lock.newCondition();
    private final Deque<Generation> waiting = new ArrayDeque<>();
    private final Deque<String> forgotten = new ArrayDeque<>();
    private final Deque<EmbeddingJob> embeddings = new ArrayDeque<>();
    private final Map<String, Generation> known = new HashMap<>();
    /** Ids cancelled before their request arrived: the two travel on different connections. */
    private final Map<String, Long> cancelledEarly = new LinkedHashMap<>();

    /** Ids whose requests have ended of late: a cancel of one of these comes too late, not too early. */
    private final Set<String> ended = new LinkedHashSet<>();

    private volatile ModelState state = new ModelState.Loading(0);
    private volatile boolean closing;
    private final Runnable onDeviceLost;
    private final Duration patience;
    private volatile boolean wholeBatch;
    private volatile boolean beside;

    /** As the other, for a generator without a device. */
    public GeneratorThread(GeneratorFactory factory, GeneratorOptions options, Runnable onFailure) {
        this(factory, options, onFailure, onFailure);
    }

    /**
     * @param onFailure told on this thread when the model could not be loaded or the generator broke for good
     * @param onDeviceLost told on this thread, or that of the {@link StepWatch}, when the device that computes can no more; before anybody else is, for who
     *     hears of a death, and not of an error, goes on elsewhere
     */
    public GeneratorThread(
            GeneratorFactory factory, GeneratorOptions options, Runnable onFailure, Runnable onDeviceLost) {
        this(factory, options, onFailure, onDeviceLost, PATIENCE);
    }

    /** @param patience with a device in one step */
    GeneratorThread(
            GeneratorFactory factory,
            GeneratorOptions options,
            Runnable onFailure,
            Runnable onDeviceLost,
            Duration patience) {
        this.patience = patience;
        this.onDeviceLost = onDeviceLost;
        thread = Thread.ofPlatform()
                .name("koine-generator")
                .daemon(true) // a native call that never returns must not keep the process
                .unstarted(() -> run(factory, options, onFailure));
    }

    public void start() {
        thread.start();
    }

    /**
     * Whether the memory of this process is what the model takes: a whole batch was computed, and nothing was loaded beside
     * the model.
     */
    public boolean isRepresentative() {
        return wholeBatch && !beside;
    }

    ModelState state() {
        return state;
    }

    /**
     * Waits until there is news for who has seen this much of the load: a {@link #STEP} more, or its end.
     *
     * @param seen 0 to 1
     * @return the state, which is an old one when there was no news for so long
     */
    ModelState awaitNews(double seen, Duration most) throws InterruptedException {
        long left = most.toNanos();
        lock.lock();
        try {
            while (left > 0 && state instanceof ModelState.Loading(double progress) && progress < seen + STEP) {
                left = stateChange.awaitNanos(left);
            }
            return state;
        } finally {
            lock.unlock();
        }
    }

    private void become(ModelState next) {
        lock.lock();
        try {
            state = next;
            stateChange.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** @throws ApiException while nothing can be asked */
    ModelState.Ready ready() throws ApiException {
        return switch (state) {
            case ModelState.Ready ready -> ready;
            case ModelState.Loading _ -> throw ApiException.of(503, "unavailable_error", "the model is loading");
            case ModelState.Failed _ -> throw ApiException.of(503, "unavailable_error", "the model is not loaded");
        };
    }

    private void run(GeneratorFactory factory, GeneratorOptions options, Runnable onFailure) {
        try (Generator generator = factory.load(options, this::loaded, () -> closing)) {
            become(new ModelState.Ready(
                    new PromptRenderer(generator.model(), generator.tokenizer()), generator.tokenizer()));
            try (StepWatch watch =
                    options.offload() == null ? new StepWatch() : new StepWatch(patience, onDeviceLost)) {
                work(generator, watch);
            }
        } catch (ModelLoadException e) {
            LOG.warn("the model could not be loaded: {} ({})", e.reason(), e.getMessage());
            fail(e.reason().name().toLowerCase(Locale.ROOT), String.valueOf(e.getMessage()), onFailure);
        } catch (DeviceLostException e) {
            LOG.error("the device is lost: {}", e.getMessage());
            onDeviceLost.run();
            fail("server_error", String.valueOf(e.getMessage()), onFailure);
        } catch (RuntimeException | Error e) {
            LOG.error("the generator broke", e);
            fail("server_error", String.valueOf(e), onFailure);
        }
    }

    private void work(Generator generator, StepWatch watch) {
        boolean unrested = false;
        while (!closing) {
            watch.begin();
            takeOn(generator);
            boolean busy = generator.step();
            watch.end(busy);
            unrested |= busy;
            if (!busy && !awaitWork(unrested ? QUIET : null)) {
                unrested = generator.rest(this::hasWork);
            }
        }
    }

    private void loaded(double fraction) {
        double before = state instanceof ModelState.Loading(double progress) ? progress : 0;
        ModelState next = new ModelState.Loading(Math.clamp(fraction, 0, 1));
        if ((int) (before / STEP) == (int) (fraction / STEP)) {
            state = next; // too little to wake anyone
        } else {
            become(next);
        }
    }

    private void fail(String type, String message, Runnable onFailure) {
        become(new ModelState.Failed(type, message));
        lock.lock();
        try {
            List.copyOf(known.values()).forEach(generation -> generation.onFailure(new GenerationException(message)));
            known.clear();
            waiting.clear();
            embeddings.forEach(job -> job.fail(new GenerationException(message)));
            embeddings.clear();
        } finally {
            lock.unlock();
        }
        onFailure.run();
    }

    /** Hands over what has come. */
    private void takeOn(Generator generator) {
        for (Generation next = next(); next != null; next = next()) {
            if (!next.request().adapters().isEmpty()) {
                beside = true;
            }
            generator.begin(next.request(), next, next);
        }
        EmbeddingJob job = firstEmbedding();
        if (job != null) {
            beside = true; // a context of its own
            if (!job.step(generator)) {
                done(job);
            }
        }
        for (String key = nextForgotten(); key != null; key = nextForgotten()) {
            try {
                generator.forget(key);
            } catch (IOException | RuntimeException e) {
                LOG.warn("a snapshot could not be deleted: {}", e.getClass().getSimpleName());
            }
        }
    }

    private @Nullable Generation next() {
        lock.lock();
        try {
            return waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    /** The one being computed stays the first until it is done. */
    private @Nullable EmbeddingJob firstEmbedding() {
        lock.lock();
        try {
            return embeddings.peek();
        } finally {
            lock.unlock();
        }
    }

    private void done(EmbeddingJob job) {
        lock.lock();
        try {
            embeddings.remove(job);
            remember(job.id());
        } finally {
            lock.unlock();
        }
    }

    private void remember(String id) {
        ended.remove(id);
        ended.add(id);
        if (ended.size() > MAX_REMEMBERED) {
            Iterator<String> oldest = ended.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    private @Nullable String nextForgotten() {
        lock.lock();
        try {
            return forgotten.poll();
        } finally {
            lock.unlock();
        }
    }

    private boolean hasWork() {
        lock.lock();
        try {
            return closing || !waiting.isEmpty() || !forgotten.isEmpty() || !embeddings.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** @param most null for as long as it takes. @return false when nothing came in this time */
    private boolean awaitWork(@Nullable Duration most) {
        long left = most == null ? 0 : most.toNanos();
        lock.lock();
        try {
            while (!hasWork()) {
                if (most == null) {
                    work.awaitUninterruptibly();
                } else if (left <= 0) {
                    return false;
                } else {
                    left = work.awaitNanos(left);
                }
            }
            return true;
        } catch (InterruptedException e) {
            return true; // nobody interrupts this thread; if so, it looks again
        } finally {
            lock.unlock();
        }
    }

    /** Has what is kept of a conversation forgotten, soon. */
    void forget(String cacheKey) {
        lock.lock();
        try {
            forgotten.add(cacheKey);
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    private void forget(Generation generation) {
        lock.lock();
        try {
            known.remove(generation.id(), generation);
            remember(generation.id());
        } finally {
            lock.unlock();
        }
    }

    /** Queues texts whose embeddings are wanted. */
    void submit(EmbeddingJob job) throws ApiException {
        lock.lock();
        try {
            if (closing || !(state instanceof ModelState.Ready)) {
                throw ApiException.of(503, "unavailable_error", "the model is not ready");
            }
            if (embeddings.size() >= MAX_KNOWN) {
                throw ApiException.of(503, "overloaded_error", "too many requests are waiting");
            }
            if (takeEarly(job.id())) {
                job.cancel();
                return;
            }
            embeddings.add(job);
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Queues a generation behind those that came before. */
    void submit(Generation generation) throws ApiException {
        lock.lock();
        try {
            if (closing || !(state instanceof ModelState.Ready)) {
                throw ApiException.of(503, "unavailable_error", "the model is not ready");
            }
            if (known.containsKey(generation.id())) {
                throw ApiException.of(409, "invalid_request_error", "a request with this id is running");
            }
            if (known.size() >= MAX_KNOWN) {
                throw ApiException.of(503, "overloaded_error", "too many requests are waiting");
            }
            if (takeEarly(generation.id())) {
                generation.drop();
                return;
            }
            known.put(generation.id(), generation);
            generation.whenOver(outcome -> {
                if (outcome != null && outcome.promptTokens() - outcome.cachedTokens() >= WHOLE_BATCH) {
                    wholeBatch = true;
                }
                forget(generation);
            });
            waiting.add(generation);
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    /** @return whether the request was cancelled before it came; it is running from now on, or has ended */
    private boolean takeEarly(String id) {
        Long since = cancelledEarly.remove(id);
        boolean early = since != null && System.nanoTime() - since < EARLY_NANOS;
        if (early) {
            remember(id);
        } else {
            ended.remove(id);
        }
        return early;
    }

    /** @return whether the id was running; one that is not known yet is remembered and cancelled when it comes */
    boolean cancel(String id) {
        lock.lock();
        try {
            Generation generation = known.get(id);
            if (generation != null) {
                stop(generation);
                return true;
            }
            for (EmbeddingJob job : embeddings) {
                if (job.id().equals(id)) {
                    job.cancel();
                    return true;
                }
            }
            if (!ended.contains(id)) {
                cancelledEarly.put(id, System.nanoTime());
                if (cancelledEarly.size() > MAX_REMEMBERED) {
                    Iterator<String> oldest = cancelledEarly.keySet().iterator();
                    oldest.next();
                    oldest.remove();
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Cancels a generation whose client has gone; one that has ended does not mind. */
    void cancel(Generation generation) {
        lock.lock();
        try {
            stop(generation);
        } finally {
            lock.unlock();
        }
    }

    private void stop(Generation generation) {
        generation.cancel();
        if (waiting.remove(generation)) {
            known.remove(generation.id());
            remember(generation.id());
            generation.drop();
        }
    }

    /** Cancels everything and ends the thread. */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            known.values().forEach(Generation::cancel);
            List.copyOf(waiting).forEach(Generation::drop);
            waiting.clear();
            embeddings.forEach(job -> job.fail(new GenerationException("the engine is ending")));
            embeddings.clear();
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** @return whether the generator is closed by then */
    public boolean awaitEnd(Duration timeout) {
        try {
            return thread.join(timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
