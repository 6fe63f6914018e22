package koine.app.chat;

import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoadListener;
import koine.i18n.Problem;

/** Where running engines come from: the broker, or in tests a script. Any thread. */
@FunctionalInterface
public interface Engines {
    /**
     * A share in an engine that has the wanted model loaded; starts one when there is none. Blocks while the model loads.
     *
     * @throws Problem {@code KOINE-E1xx}: the engine could not be started or the model could not be loaded
     */
    EngineLease acquire(EngineSpec spec, LoadListener listener) throws Problem;

    /** Whether an engine that was given out would be given out again now: not after a person has chosen another device. */
    default boolean isRight(EngineLease lease) {
        return true;
    }

    /**
     * An engine that was given out died while it answered; for each answer that came from it.
     *
     * @return whether the next one will be another: less of the model on a device, or none
     */
    default boolean lost(EngineLease lease) {
        return false;
    }
}
