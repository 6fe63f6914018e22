package koine.engine.llama.ffm;

import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The functions of {@code llama.h} that Koine uses, in C's own shape: a pointer is a {@code long}, NULL is 0, a status is
 * what C returned. Nothing is checked here: a wrong pointer crashes the process. Use {@code koine.engine.llama}.
 */
public interface LlamaLibrary {
    /** {@code llama_version}, as the pack says it. */
    String version();

    boolean supportsGpuOffload();

    /** @param path bytes as the system's file functions want them; no NUL in or after them */
    long modelLoadFromFile(byte[] path, LoadProgress progress);

    void modelFree(long model);

    long modelGetVocab(long model);

    int modelTrainedContext(long model);

    long modelSize(long model);

    long modelParameterCount(long model);

    boolean modelHasEncoder(long model);

    boolean modelHasDecoder(long model);

    boolean modelIsDiffusion(long model);

    /** @return the length of the text, which may be more than fits the buffer, or negative */
    int modelDescription(long model, byte[] buffer);

    /** @return the length of the value, which may be more than fits the buffer, or negative when there is none */
    int modelMetaValue(long model, byte[] key, byte[] buffer);

    int vocabSize(long vocab);

    int vocabBos(long vocab);

    int vocabEos(long vocab);

    boolean vocabAddsBos(long vocab);

    boolean vocabIsEndOfGeneration(long vocab, int token);

    /** @return how many tokens were written; negative: how many there would be */
    int tokenize(long vocab, byte[] text, int[] tokens, boolean addSpecial, boolean parseSpecial);

    /** @return how many bytes were written; negative: how many there would be */
    int tokenToPiece(long vocab, int token, byte[] buffer, boolean special);

    /** The other parameters are {@code llama_context_default_params}. */
    long contextInit(long model, int contextTokens, int batchTokens, int threads);

    void contextFree(long context);

    int contextSize(long context);

    long contextMemory(long context);

    void setAbortCallback(long context, NativeCallback callback);

    /** Reads tokens as the continuation of sequence 0; the last one gets logits. */
    int decode(long context, int[] tokens, int from, int count);

    /** @return false when this kind of memory cannot drop a part */
    boolean memoryRemove(long memory, int sequence, int from, int to);

    void memoryClear(long memory, boolean data);

    /** @return -1 when the sequence is empty */
    int memoryLastPosition(long memory, int sequence);

    long samplerChain();

    /** The chain owns the sampler from here on. */
    void samplerChainAdd(long chain, long sampler);

    long samplerGreedy();

    long samplerDist(int seed);

    long samplerTopK(int k);

    long samplerTopP(float p, long minKeep);

    long samplerMinP(float p, long minKeep);

    long samplerTemperature(float temperature);

    /** Aborts the process when there are no logits. */
    int samplerSample(long sampler, long context, int index);

    void samplerFree(long sampler);

    /** A function C may ask whether to stop; one that throws stops. */
    NativeCallback abortCallback(BooleanSupplier shouldAbort);

    /** What llama.cpp logged as errors since the last call, oldest first. */
    List<String> drainErrors();
}
