package koine.engine.door;

import java.time.Instant;
import java.util.List;
import koine.engine.client.EngineLease;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/** The models behind a door. Any thread. */
public interface ServedModels {
    /**
     * One of them.
     *
     * @param id as requests name it, and answers too
     * @param created when its file was last changed
     */
    record Model(String id, Instant created) {}

    /** All that can be asked. */
    List<Model> models();

    /**
     * The one that a request means.
     *
     * @param id null is the usual model
     * @throws Problem {@code KOINE-M101} no such model; {@code KOINE-M103} there is none at all
     */
    Model model(@Nullable String id) throws Problem;

    /**
     * A running engine with the model loaded; blocks while it loads. The lease stays the implementation's.
     *
     * @throws Problem {@code KOINE-M101} the model has gone; {@code KOINE-E1xx} why there is no engine
     */
    EngineLease engine(Model model) throws Problem;

    /** An engine of them broke off in the middle of a request. What the next one is computed on may be another place. */
    void brokeOff(EngineLease engine);

    /**
     * The same models with another usual one.
     *
     * @param nameOrPath one of them, or a model's file that is not among them and joins them
     * @throws Problem {@code KOINE-M101} no such model, {@code KOINE-M102} the file is not a readable model
     */
    ServedModels withUsual(String nameOrPath) throws Problem;
}
