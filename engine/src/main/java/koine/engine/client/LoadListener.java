package koine.engine.client;

/** Hears an engine start, on the thread that asked for it. */
@FunctionalInterface
public interface LoadListener {
    /** @param fraction how much of the model is loaded, 0 to 1 */
    void onLoadProgress(double fraction);
}
