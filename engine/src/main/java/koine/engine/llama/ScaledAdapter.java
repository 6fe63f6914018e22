package koine.engine.llama;

/** @param scale how strongly it counts: 0 is the base model alone, 1 is as it was trained */
public record ScaledAdapter(LlamaAdapter adapter, float scale) {
    /** @throws IllegalArgumentException for what is no number */
    public ScaledAdapter {
        if (!Float.isFinite(scale)) {
            throw new IllegalArgumentException("scale: " + scale);
        }
    }
}
