package koine.engine.client;

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

    /** Process id of the engine. */
    long pid();

    /** False once the process is gone; then ask the broker for a new lease. */
    boolean alive();

    @Override
    void close();
}
