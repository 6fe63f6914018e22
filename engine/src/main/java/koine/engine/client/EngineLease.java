package koine.engine.client;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import koine.net.LoopbackResponse;
import org.jspecify.annotations.Nullable;

/** A share in a running engine process. The process ends seconds after its last lease was closed or its holder died. */
public interface EngineLease extends AutoCloseable {
    ChatEngine engine();

    /**
     * The same engine, spoken to in tokens.
     *
     * @throws UnsupportedOperationException when it speaks in messages only
     */
    default TokenEngine tokens() {
        throw new UnsupportedOperationException();
    }

    /**
     * Sends a request as it is to the engine's HTTP API, with the right to ask; for those who pass on what others asked.
     *
     * @return the caller's to close
     * @throws IOException when the engine cannot be reached or breaks off
     */
    LoopbackResponse send(String method, String target, Map<String, String> headers, byte @Nullable [] body)
            throws IOException;

    /** Whether it was started to write more quickly than it comes. */
    default boolean isHastened() {
        return false;
    }

    /** Process id of the engine. */
    long pid();

    /** False once the process is gone; then ask the broker for a new lease. */
    boolean alive();

    /** After a request that failed: whether the process is gone, though that may be noticed only in a moment. Blocks. */
    default boolean endsSoon() {
        return !alive();
    }

    /**
     * Closes it, and waits until the process has ended and its memory is free; not for long where others hold it too.
     *
     * @param longest to wait; an interrupt ends it sooner
     */
    default void closeAndAwaitEnd(Duration longest) {
        close();
    }

    @Override
    void close();
}
