package koine.engine.memory;

import koine.engine.llama.KvType;

/**
 * How much memory an engine process takes with a model: an estimate from the model's header, in bytes.
 *
 * <ul>
 *   <li>weights: all tensors, once. They are mapped from the file; a model whose pages are not all in memory runs at the
 *       speed of the disk.
 *   <li>vocabulary: 8 MiB and {@value #BYTES_A_TOKEN_TEXT} bytes a token, measured with 49,152 and 262,144 tokens.
 *   <li>context: cells × numbers of a row × bytes of a number. Layers that see everything have a cell for each token,
 *       rounded up to 256; layers with a window have {@code window × slots + batch} of them, rounded up to 256, never more
 *       than the others. A number takes 2 bytes as f16 and 34/32 as q8_0.
 *   <li>recurrent state: 4 bytes a number, for each slot and one more.
 *   <li>computing: for each token of a batch of 512, four vectors and three inner layers in 32 bits; the mask, two bytes
 *       for each pair of a batch's token and a cell; the scores of the vocabulary, 4 bytes each, for each slot. llama.cpp
 *       reserves more addresses than that and touches no more.
 *   <li>Java: {@value #JAVA_MIB} MiB.
 * </ul>
 *
 * <p>Beside the peak that the kernel tells after a full context (VmHWM), with 1,024, 4,096 and 8,192 tokens as f16 and q8_0:
 * 3 to 7 % too much for SmolLM2 135M, 1 % too little for Gemma 3 270M.
 *
 * Source: llama.cpp v0.5.0, {@code src/llama-kv-cache*.cpp}, {@code src/llama-hparams.cpp}; measurements on Linux x64.
 */
public final class MemoryNeed {
    private static final long MIB = 1 << 20;
    private static final long JAVA_MIB = 100;
    private static final long BYTES_A_TOKEN_TEXT = 160;
    private static final long BATCH = 512;
    private static final int CELLS = 256;

    private final ModelShape shape;
    private final long elsewhere;
    private final long correction;

    public MemoryNeed(ModelShape shape) {
        this(shape, 0, 0);
    }

    private MemoryNeed(ModelShape shape, long elsewhere, long correction) {
        this.shape = shape;
        this.elsewhere = elsewhere;
        this.correction = correction;
    }

    /** Of the same model, when a device with memory of its own takes so many bytes of weights and context. */
    public MemoryNeed beside(long deviceBytes) {
        return new MemoryNeed(shape, Math.max(0, deviceBytes), correction);
    }

    /**
     * Of the same model, after an engine took so much more than was expected. Only what is guessed is corrected, down to its
     * half and up to its double: a model that did not fit was never in memory as a whole and looks small, and one whose
     * weights the processor wants in another order looks large, for the file's pages count until something else needs them.
     */
    public MemoryNeed corrected(long bytes) {
        return new MemoryNeed(shape, elsewhere, bytes);
    }

    public ModelShape shape() {
        return shape;
    }

    /** All of it. @param contextTokens more than 0 */
    public long bytes(int contextTokens, String kvType, int slots) {
        long several = Math.max(1, slots);
        long model = shape.weightBytes() + contextBytes(contextTokens, kvType, slots);
        long guessed = 8 * MIB
                + shape.vocabulary() * BYTES_A_TOKEN_TEXT
                + computeBytes(contextTokens, several)
                + JAVA_MIB * MIB;
        return Math.max(0, model - elsewhere) + Math.clamp(guessed + correction, guessed / 2, guessed * 2);
    }

    /** Of a second model in the same process. @param contextTokens more than 0 */
    public long besideAnother(int contextTokens, String kvType, int slots) {
        return bytes(contextTokens, kvType, slots) - JAVA_MIB * MIB;
    }

    /** The part that grows with the context: what a larger one costs is the difference of two of these. */
    public long contextBytes(int contextTokens, String kvType, int slots) {
        long several = Math.max(1, slots);
        long cells = padded(contextTokens);
        long inWindow = Math.min(cells, padded(shape.window() * several + BATCH));
        long numbers = cells * shape.fullRow() + inWindow * shape.windowRow();
        long cache = kvType.equals(KvType.Q8_0.word()) ? numbers / 32 * 34 : numbers * 2;
        return cache + shape.stateNumbers() * 4 * (several + 1);
    }

    private long computeBytes(int contextTokens, long slots) {
        long vectors = BATCH * (4 * shape.embedding() + 3 * shape.feedForward()) * 4;
        long mask = BATCH * padded(contextTokens) * 2;
        return vectors + mask + slots * shape.vocabulary() * 4;
    }

    private static long padded(long tokens) {
        return (tokens + CELLS - 1) / CELLS * CELLS;
    }
}
