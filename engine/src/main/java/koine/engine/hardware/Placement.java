package koine.engine.hardware;

import java.nio.file.Path;
import koine.engine.llama.Device;
import koine.engine.llama.Offload;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Where a model is to be computed.
 *
 * @param pack folder of the native pack, or of the engine that comes with the program
 * @param device null for the processor
 * @param offload null for the processor
 * @param notice what a person should know of how it came to this; null when it is as expected, or was told before
 */
public record Placement(
        Path pack,
        @Nullable Device device,
        @Nullable Offload offload,
        Step step,
        @Nullable Problem notice) {

    /** Of the ladder, from the best down. */
    public enum Step {
        /** As many layers as fit. */
        FITTING,
        /** Half of all layers. */
        HALF,
        PROCESSOR,
        /** The processor, by the engine that comes with the program: no pack can be used. */
        BUILT_IN
    }

    /** The same with another word to its person. */
    public Placement saying(@Nullable Problem what) {
        return new Placement(pack, device, offload, step, what);
    }
}
