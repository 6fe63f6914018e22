package koine.app.bench;

import java.util.List;
import koine.engine.speed.MeasuredSpeed.Found;
import koine.engine.speed.Trial.Kind;
import koine.i18n.Problem;
import koine.models.InstalledModel;
import org.jspecify.annotations.Nullable;

/** Finds out what makes a model write more quickly on this computer, and remembers it for the next start. Any thread. */
public interface SpeedSearch {
    /**
     * @param model id or path; null is the model that questions go to
     * @param drafts ids or paths of models that may draft; null are all on this computer that can
     */
    record Options(@Nullable String model, @Nullable List<String> drafts) {}

    /** Hears how far it is, on the caller's thread. */
    interface Progress {
        /** @param share of the load, 0 to 1 */
        void onLoad(double share);

        /**
         * @param draft name of the draft model's file; null for all else
         * @param share of this trial, 0 to 1
         */
        void onTrial(Kind kind, @Nullable String draft, double share);

        /** Something to know about an engine that is measured. */
        void onNotice(Problem notice);

        /** Whether nobody waits for it any more; asked between two answers. */
        default boolean isUnwanted() {
            return false;
        }
    }

    /**
     * @param device that computes the model; null for the processor
     * @param found null when it was never measured
     */
    record Report(
            InstalledModel model,
            @Nullable String device,
            @Nullable Found found) {}

    /**
     * What is known, without measuring. A pack that was not tried yet is tried.
     *
     * @param model as in {@link Options}
     */
    Report known(@Nullable String model) throws Problem;

    /** Forgets it. @return whether there was anything */
    boolean forget(@Nullable String model) throws Problem;

    /**
     * Measures; blocks for minutes. When it fails, or an interrupt ends it, nothing is remembered.
     *
     * @throws Problem {@code KOINE-M1xx} no such model, {@code KOINE-E1xx} no engine, {@code KOINE-E2xx} it failed,
     *     {@code KOINE-E108} it was unwanted or interrupted, {@code KOINE-A130} the engine has no such choices,
     *     {@code KOINE-A131} the model says too little, {@code KOINE-A132} what was found cannot be kept,
     *     {@code KOINE-A133} there is no memory to compare
     */
    Report run(Options options, Progress progress) throws Problem;
}
