package koine.engine.memory;

/**
 * How many of a model's layers go into a device's memory. Estimated from the model's header as {@link MemoryNeed} does; but
 * what llama.cpp reserves on a device it takes, where on a processor it only sets addresses aside, so the buffers for
 * computing count whole: with {@value #BATCH} tokens at a time, for each of them the scores of the whole vocabulary.
 */
public final class DeviceFit {
    /** Tokens that a device computes at a time. */
    public static final int BATCH = 128;

    /** Left to the screen, to other programs, and to what the driver keeps for itself. */
    public static final long RESERVE = 256L << 20;

    private static final long CELLS = 256;

    private final MemoryNeed need;
    private final int contextTokens;
    private final String kvType;
    private final int slots;

    /** @param contextTokens more than 0 */
    public DeviceFit(MemoryNeed need, int contextTokens, String kvType, int slots) {
        this.need = need;
        this.contextTokens = contextTokens;
        this.kvType = kvType;
        this.slots = slots;
    }

    /** Layers of the model; the output counts as one. */
    public int all() {
        return need.shape().layers() + 1;
    }

    /** Device memory for so many layers, the output first, in bytes, without what is left free. */
    public long bytes(int layers) {
        ModelShape shape = need.shape();
        long inLayers = Math.max(0, shape.weightBytes() - shape.embeddingBytes())
                - (shape.outputBytes() == shape.embeddingBytes() ? 0 : shape.outputBytes());
        long context = need.contextBytes(contextTokens, kvType, slots);
        long each = Math.ceilDiv(inLayers + context, Math.max(1, shape.layers()));
        long vectors = BATCH * (4 * shape.embedding() + 3 * shape.feedForward() + shape.vocabulary()) * 4;
        long mask = BATCH * Math.ceilDiv(contextTokens, CELLS) * CELLS * 2;
        return (layers == 0 ? 0 : shape.outputBytes()) + each * Math.max(0, layers - 1) + vectors + mask;
    }

    /** What must be free for all of them to fit. */
    public long wholeBytes() {
        return bytes(all()) + RESERVE;
    }

    /** @return the most that fit, from none to {@link #all} */
    public int layers(long freeBytes) {
        int layers = all();
        while (layers > 0 && bytes(layers) + RESERVE > freeBytes) {
            layers--;
        }
        return layers;
    }
}
