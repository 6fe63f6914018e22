package koine.engine.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import koine.engine.llama.ModelLoadException;
import koine.engine.session.GenerationException;
import koine.engine.session.Generator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one platform thread that owns the generator: loads it, runs one generation after the other in the order they
 * came, closes it. Its methods may be called from any thread.
 */
public final class GeneratorThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GeneratorThread.class);
    private static final int MAX_WAITING = 64;
    private static final int MAX_EARLY = 256;

    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Deque<Generation> waiting = new ArrayDeque<>();
    private final Map<String, Generation> known = new HashMap<>();
    /** Ids cancelled before their request arrived: the two travel on different connections. */
    private final Set<String> cancelledEarly = new LinkedHashSet<>();

    private volatile ModelState state = new ModelState.Loading(0);
    private volatile boolean closing;

    /** @param onFailure told on this thread when the model could not be loaded or the generator broke for good */
    public GeneratorThread(GeneratorFactory factory, Path pack, Path model, int contextTokens, Runnable onFailure) {
        thread = Thread.ofPlatform()
                .name("koine-generator")
                .daemon(true) // a native call that never returns must not keep the process
                .unstarted(() -> run(factory, pack, model, contextTokens, onFailure));
    }

    public void start() {
        thread.start();
    }

    ModelState state() {
        return state;
    }

    private void run(GeneratorFactory factory, Path pack, Path model, int contextTokens, Runnable onFailure) {
        try (Generator generator = factory.load(pack, model, contextTokens, this::loaded, () -> closing)) {
            state = new ModelState.Ready(new PromptRenderer(generator.model()));
            for (Generation next = take(); next != null; next = take()) {
                try {
                    next.run(generator);
                } finally {
                    forget(next);
                }
            }
        } catch (ModelLoadException e) {
            LOG.warn("the model could not be loaded: {} ({})", e.reason(), e.getMessage());
            fail(e.reason().name().toLowerCase(Locale.ROOT), String.valueOf(e.getMessage()), onFailure);
        } catch (RuntimeException | Error e) {
            LOG.error("the generator broke", e);
            fail("server_error", String.valueOf(e), onFailure);
        }
    }

    private void loaded(double fraction) {
        state = new ModelState.Loading(Math.clamp(fraction, 0, 1));
    }

    private void fail(String type, String message, Runnable onFailure) {
        state = new ModelState.Failed(type, message);
        lock.lock();
        try {
            known.values().forEach(generation -> generation.fail(new GenerationException(message)));
            known.clear();
            waiting.clear();
        } finally {
            lock.unlock();
        }
        onFailure.run();
    }

    private @Nullable Generation take() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closing) {
                work.awaitUninterruptibly();
            }
            return closing ? null : waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    private void forget(Generation generation) {
        lock.lock();
        try {
            known.remove(generation.id(), generation);
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
            if (waiting.size() >= MAX_WAITING) {
                throw ApiException.of(503, "overloaded_error", "too many requests are waiting");
            }
            if (cancelledEarly.remove(generation.id())) {
                generation.drop();
                return;
            }
            known.put(generation.id(), generation);
            waiting.add(generation);
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    /** @return whether the id was known; one that is not yet is remembered and cancelled when it comes */
    boolean cancel(String id) {
        lock.lock();
        try {
            Generation generation = known.get(id);
            if (generation == null) {
                cancelledEarly.add(id);
                if (cancelledEarly.size() > MAX_EARLY) {
                    Iterator<String> oldest = cancelledEarly.iterator();
                    oldest.next();
                    oldest.remove();
                }
                return false;
            }
            stop(generation);
            return true;
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
            waiting.forEach(Generation::drop);
            waiting.clear();
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
