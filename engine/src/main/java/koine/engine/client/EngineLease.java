package koine.engine.client;

/** A share in a running engine process. The process ends seconds after its last lease was closed or its holder died. */
public interface EngineLease extends AutoCloseable {
    ChatEngine engine();

    /** Process id of the engine. */
    long pid();

    /** False once the process is gone; then ask the broker for a new lease. */
    boolean alive();

    @Override
    void close();
}
