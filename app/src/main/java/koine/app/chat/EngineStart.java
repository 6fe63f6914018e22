package koine.app.chat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Waits for an engine on behalf of one answer, so that stopping the answer need not wait for the model to load. A load
 * that is given up goes on and serves the next question.
 */
final class EngineStart {
    private sealed interface Event {
        record Progress(double fraction) implements Event {}

        record Ready(EngineLease lease) implements Event {}

        record Failed(Problem problem) implements Event {}

        record Broken(RuntimeException bug) implements Event {}

        record Stopped() implements Event {}
    }

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    /** @return null when stopped before the engine was ready */
    @Nullable
    EngineLease await(EngineLeases leases, EngineSpec spec, ChatObserver observer) throws Problem {
        Thread.ofPlatform().name("koine-engine-start").daemon().start(() -> start(leases, spec));
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
                case Event.Ready(EngineLease lease) -> {
                    return lease;
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

    private void start(EngineLeases leases, EngineSpec spec) {
        try {
            events.add(new Event.Ready(leases.lease(spec, fraction -> events.add(new Event.Progress(fraction)))));
        } catch (Problem e) {
            events.add(new Event.Failed(e));
        } catch (RuntimeException e) {
            events.add(new Event.Broken(e));
        }
    }
}
