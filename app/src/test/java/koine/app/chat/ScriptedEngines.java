package koine.app.chat;

import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import koine.engine.client.ChatEngine;
import koine.engine.client.ChatListener;
import koine.engine.client.ChatRequest;
import koine.engine.client.ChatResult;
import koine.engine.client.ChatResult.Finish;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoadListener;
import koine.engine.client.TokenEngine;
import koine.i18n.Problem;
import koine.net.LoopbackResponse;
import org.jspecify.annotations.Nullable;

/** Engines that say what a test wants them to say, at the boundary to the engine process. */
public final class ScriptedEngines implements Engines {
    /** What the engine does with a request. */
    @FunctionalInterface
    public interface Script {
        ChatResult answer(ChatRequest request, ChatListener listener, Running running) throws Problem;
    }

    /** A request under way. */
    public static final class Running {
        private final CountDownLatch cancelled = new CountDownLatch(1);
        private final ScriptedLease lease;

        private Running(ScriptedLease lease) {
            this.lease = lease;
        }

        public boolean cancelledWithin(long millis) {
            try {
                return cancelled.await(millis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /** As a client sees an engine process that was killed. */
        public Problem die() {
            lease.alive = false;
            return new Problem("KOINE-E201", Map.of());
        }
    }

    private final Script script;
    public final List<ChatRequest> requests = Collections.synchronizedList(new ArrayList<>());
    public final List<EngineSpec> specs = Collections.synchronizedList(new ArrayList<>());
    public final ScriptedTokens tokens = new ScriptedTokens();
    /** What the engines say when they start. */
    public volatile @Nullable Problem notice;

    public final AtomicInteger acquired = new AtomicInteger();
    public final AtomicInteger released = new AtomicInteger();
    private final List<ScriptedLease> leases = Collections.synchronizedList(new ArrayList<>());

    public ScriptedEngines(Script script) {
        this.script = script;
    }

    /** Says these pieces and stops. */
    public static ScriptedEngines saying(String... pieces) {
        return new ScriptedEngines((request, listener, running) -> {
            for (String piece : pieces) {
                listener.onText(piece);
            }
            return result(Finish.STOP);
        });
    }

    public static ChatResult result(Finish finish) {
        return new ChatResult(finish, 11, 4, 3, 20.5, 40.25);
    }

    @Override
    public EngineLease acquire(EngineSpec spec, LoadListener listener) throws Problem {
        acquired.incrementAndGet();
        specs.add(spec);
        listener.onLoadProgress(0.5);
        Problem said = notice;
        if (said != null) {
            listener.onNotice(said);
        }
        ScriptedLease lease = new ScriptedLease();
        leases.add(lease);
        return lease;
    }

    /** The engines die while nobody asks. */
    public void killAll() {
        leases.forEach(lease -> lease.dead = true);
    }

    /** The engines have died, and that is noticed. */
    public void endAll() {
        leases.forEach(lease -> lease.alive = false);
    }

    private final class ScriptedLease implements EngineLease, ChatEngine {
        private volatile boolean alive = true;
        private volatile boolean dead;
        private final Map<String, Running> running = new ConcurrentHashMap<>();

        @Override
        public ChatEngine engine() {
            return this;
        }

        @Override
        public TokenEngine tokens() {
            return tokens;
        }

        @Override
        public LoopbackResponse send(String method, String target, Map<String, String> headers, byte @Nullable [] body)
                throws IOException {
            throw new ConnectException("scripted engines have no server");
        }

        @Override
        public long pid() {
            return 1;
        }

        @Override
        public boolean alive() {
            return alive;
        }

        @Override
        public void close() {
            released.incrementAndGet();
        }

        @Override
        public ChatResult chat(ChatRequest request, ChatListener listener) throws Problem {
            if (dead) {
                alive = false; // noticed only by asking
                throw new Problem("KOINE-E201", Map.of());
            }
            requests.add(request);
            Running now = new Running(this);
            running.put(request.id(), now);
            return script.answer(request, listener, now);
        }

        @Override
        public void cancel(String requestId) {
            Running one = running.get(requestId);
            if (one != null) {
                one.cancelled.countDown();
            }
        }
    }
}
