package koine.engine.llama.ffm;

import java.util.List;

/**
 * The functions of {@code llama.h} that Koine uses, in C's own shape: a pointer is a {@code long}, NULL is 0, a status is
 * what C returned. Nothing is checked here: a wrong pointer crashes the process. Use {@code koine.engine.llama}.
 */
public interface LlamaLibrary {
    /** {@code llama_version}, as the pack says it. */
    String version();

    /**
     * @param path bytes as the system's file functions want them; no NUL in or after them
     * @param device that computes layers; 0 for none but the processor
     * @param layers how many of them, from the last back
     */
    long modelLoadFromFile(byte[] path, long device, int layers, int loadMode, LoadProgress progress);

    /** Layers that devices compute of the model loaded last, and all it has; as llama.cpp logs it, for it tells nowhere else. */
    LoadedLayers loadedLayers();

    /** @param offloaded to devices; of a load without any, 0 */
    record LoadedLayers(int offloaded, int all) {}

    void modelFree(long model);

    long modelGetVocab(long model);

    int modelTrainedContext(long model);

    long modelSize(long model);

    long modelParameterCount(long model);

    boolean modelHasEncoder(long model);

    boolean modelHasDecoder(long model);

    boolean modelIsDiffusion(long model);

    boolean modelIsRecurrent(long model);

    boolean modelIsHybrid(long model);

    /** Tokens of the sliding window; 0 when there is none. */
    int modelSlidingWindow(long model);

    /** Numbers of an embedding. */
    int modelEmbeddingSize(long model);

    /** @return the length of the text, which may be more than fits the buffer, or negative */
    int modelDescription(long model, byte[] buffer);

    /** @return the length of the value, which may be more than fits the buffer, or negative when there is none */
    int modelMetaValue(long model, byte[] key, byte[] buffer);

    int vocabSize(long vocab);

    int vocabBos(long vocab);

    int vocabEos(long vocab);

    boolean vocabAddsBos(long vocab);

    boolean vocabIsEndOfGeneration(long vocab, int token);

    boolean vocabIsControl(long vocab, int token);

    /** @return how many tokens were written; negative: how many there would be */
    int tokenize(long vocab, byte[] text, int[] tokens, boolean addSpecial, boolean parseSpecial);

    /** @return how many bytes were written; negative: how many there would be */
    int tokenToPiece(long vocab, int token, byte[] buffer, boolean special);

    long contextInit(long model, ContextSettings settings);

    void contextFree(long context);

    /** @return threads that wait to compute; 0 when there are none to be had, which is no failure */
    long threadPool(int threads);

    /** The context computes with these from here on; free them after it. */
    void attachThreadPool(long context, long pool);

    void threadPoolFree(long pool);

    int contextSize(long context);

    AbortFlag abortFlag();

    /** What the context computes on the processor ends when the flag is raised. */
    void setAbortFlag(long context, AbortFlag flag);

    /** Room for a batch of at most so many tokens. */
    BatchBuffer batch(int most);

    /**
     * Reads tokens, each at its position of its sequence.
     *
     * @param buffer what the batch is handed over in
     * @param outputs not 0 where logits are wanted
     * @param count how many of each array
     */
    int decode(
            long context,
            BatchBuffer buffer,
            int[] tokens,
            int[] positions,
            int[] sequences,
            byte[] outputs,
            int count);

    /** @return where the logits of a row of the last batch lie, valid until the next; 0 when that row has none */
    long logits(long context, int row);

    /** Copies logits, not more than the vocabulary has tokens. */
    void copyLogits(long logits, float[] into);

    /** Copies so many of them, from one on, as they lie in memory (IEEE 754). */
    void copyLogitBits(long logits, int from, int count, int[] into);

    /** @param token of the vocabulary */
    float logit(long logits, int token);

    /** Copies the pooled embedding of a sequence of the last batch. @return false when there is none */
    boolean embedding(long context, int sequence, float[] into);

    /** {@code llama_pooling_type}, an enum: -1 unspecified, 0 none, 1 mean, 2 cls, 3 last, 4 rank. */
    int poolingType(long context);

    MemoryLibrary memory();

    SamplerLibrary samplers();

    AdapterLibrary adapters();

    /**
     * What there is to compute with; bound when it is asked for, which an engine's start need not wait for.
     *
     * @throws PackException when the pack lacks a function of it
     */
    DeviceLibrary devices() throws PackException;

    /** What llama.cpp logged as errors since the last call, oldest first. */
    List<String> drainErrors();
}
