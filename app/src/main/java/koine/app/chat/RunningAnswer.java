package koine.app.chat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import koine.engine.client.ChatEngine;
import org.jspecify.annotations.Nullable;

/** An answer under way, and how to stop it from another thread. */
final class RunningAnswer {
    private final String requestId;
    private final EngineStart start = new EngineStart();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopped;
    private volatile @Nullable ChatEngine engine;

    /** @param requestId the answer's message id */
    RunningAnswer(String requestId) {
        this.requestId = requestId;
    }

    String requestId() {
        return requestId;
    }

    EngineStart start() {
        return start;
    }

    boolean stopped() {
        return stopped;
    }

    void asking(ChatEngine asked) {
        engine = asked;
    }

    void stop() {
        stopped = true;
        start.stop();
        cancel();
    }

    /** A cancel that overtook its request was not heard by the engine: it is said again with every sign of life. */
    void stopIfWanted() {
        if (stopped) {
            cancel();
        }
    }

    void ended() {
        ended.countDown();
    }

    /** Waits until the answer's end is stored; gives up after two seconds. */
    void awaitEnd() {
        try {
            if (!ended.await(2, TimeUnit.SECONDS)) {
                return; // the next start finds the answer without a writer and closes it
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void cancel() {
        ChatEngine asked = engine;
        if (asked != null) {
            asked.cancel(requestId);
        }
    }
}
