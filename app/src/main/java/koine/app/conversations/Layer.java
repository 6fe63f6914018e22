package koine.app.conversations;

import org.jspecify.annotations.Nullable;

/**
 * A layer (LoRA adapter) that a conversation is answered with, beside its model.
 *
 * @param name names it to {@link koine.models.ModelStore#adapter}
 * @param sha256 of its file when it was chosen, lower-case hexadecimal; null for one that is being chosen
 * @param scale how strongly it counts: 0 is the model alone, 1 is as the layer was trained
 */
public record Layer(String name, @Nullable String sha256, double scale) {
    /** The most that can be wished for; more of a layer only breaks the model's language. */
    public static final double MOST_SCALE = 2;

    /** One that is being chosen. */
    public Layer(String name, double scale) {
        this(name, null, scale);
    }

    public Layer withScale(double other) {
        return new Layer(name, sha256, other);
    }
}
