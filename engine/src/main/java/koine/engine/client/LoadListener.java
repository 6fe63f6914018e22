package koine.engine.client;

import koine.i18n.Problem;

/** Hears an engine start, on the thread that asked for it. */
@FunctionalInterface
public interface LoadListener {
    /** @param fraction how much of the model is loaded, 0 to 1 */
    void onLoadProgress(double fraction);

    /**
     * Something a person should know although the engine starts, or runs, because memory is short: {@code KOINE-E112},
     * that its context was made smaller; {@code KOINE-E114}, that it only leaves memory sooner when it is not used.
     */
    default void onNotice(Problem notice) {}
}
