package koine.app.chat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoadListener;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Waits for an engine on behalf of one answer, so that stopping the answer need not wait for the model to load. A load
 * that is given up ends, unless somebody else waits for the same engine.
 */
final class EngineStart {
    private sealed interface Event {
        record Progress(double fraction) implements Event {}

        record Ready(EngineLeases.Use use) implements Event {}

        record Failed(Problem problem) implements Event {}

        record Broken(RuntimeException bug) implements Event {}

        record Stopped() implements Event {}
    }

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private boolean givenUp; // guarded by this

    /**
     * @param wish from {@link EngineLeases#wish}
     * @return the caller's to close; null when stopped before the engine was ready
     */
    EngineLeases.@Nullable Use await(EngineLeases leases, EngineSpec spec, long wish, ChatObserver observer)
            throws Problem {
        Thread starting =
                Thread.ofPlatform().name("koine-engine-start").daemon().start(() -> start(leases, spec, wish));
        EngineLeases.Use use = null;
        try {
            use = ready(observer);
            return use;
        } finally {
            if (use == null) {
                giveUp();
                starting.interrupt();
            }
        }
    }

    private EngineLeases.@Nullable Use ready(ChatObserver observer) throws Problem {
        while (true) {
            Event event;
            try {
                event = events.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
            switch (event) {
                case Event.Progress(double fraction) -> observer.onLoadProgress(fraction);
                case Event.Ready(EngineLeases.Use use) -> {
                    return use;
                }
                case Event.Failed(Problem problem) -> throw problem;
                case Event.Broken(RuntimeException bug) -> throw bug;
                case Event.Stopped() -> {
                    return null;
                }
            }
        }
    }

    void stop() {
        events.add(new Event.Stopped());
    }

    private void start(EngineLeases leases, EngineSpec spec, long wish) {
        try {
            LoadListener listener = fraction -> events.add(new Event.Progress(fraction));
            hand(leases.use(spec, wish, listener));
        } catch (Problem e) {
            events.add(new Event.Failed(e));
        } catch (RuntimeException e) {
            events.add(new Event.Broken(e));
        }
    }

    private void hand(EngineLeases.Use use) {
        synchronized (this) {
            if (!givenUp) {
                events.add(new Event.Ready(use));
                return;
            }
        }
        use.close();
    }

    /** Nobody will take the engine that may have become ready, or will. */
    private void giveUp() {
        synchronized (this) {
            givenUp = true;
        }
        for (Event event = events.poll(); event != null; event = events.poll()) {
            if (event instanceof Event.Ready(EngineLeases.Use use)) {
                use.close();
            }
        }
    }
}
