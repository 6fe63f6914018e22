package koine.engine.llama;

/**
 * A device that computes layers of a model in the processor's place.
 *
 * @param device as {@link Device#name} says it: the pack's own, which may be another card's after one was plugged in
 * @param description as {@link Device#description} says it; empty for whatever bears the name
 * @param layers how many, from the last back; the output counts as one. More than the model has are all of them; or
 *     {@link #FITTING}, {@link #HALF}
 * @param roomBytes of its own memory, as it was when the device was tried; 0 for one that has the computer's, or not known
 */
public record Offload(String device, String description, int layers, long roomBytes) {
    /** As many as fit into the device's memory. */
    public static final int FITTING = 1_000_000;

    /** Half as many as fit. */
    public static final int HALF = 500_000;

    /** @throws IllegalArgumentException without a device or a layer */
    public Offload {
        if (device.isBlank() || layers < 1 || roomBytes < 0) {
            throw new IllegalArgumentException("an offload of " + layers + " layers");
        }
    }

    public Offload(String device, int layers) {
        this(device, "", layers, 0);
    }

    /** What it is known by, however the pack counts its devices. */
    public String name() {
        return description.isEmpty() ? device : description;
    }

    public Offload withLayers(int count) {
        return new Offload(device, description, count, roomBytes);
    }
}
