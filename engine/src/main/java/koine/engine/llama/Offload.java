package koine.engine.llama;

/**
 * A device that computes layers of a model in the processor's place.
 *
 * @param device as {@link Device#name} says it
 * @param layers how many, from the last back; the output counts as one. More than the model has are all of them
 */
public record Offload(String device, int layers) {
    /** As many as fit into the device's memory. */
    public static final int FITTING = 1_000_000;

    /** @throws IllegalArgumentException without a device or a layer */
    public Offload {
        if (device.isBlank() || layers < 1) {
            throw new IllegalArgumentException("an offload of " + layers + " layers");
        }
    }
}
