package koine.engine.llama.ffm;

import java.util.List;

/** {@code llama_sampler_*} in C's own shape (see {@link LlamaLibrary}). Each maker returns NULL (0) when it refuses. */
public interface SamplerLibrary {
    long chain();

    /** The chain owns the sampler from here on. */
    void chainAdd(long chain, long sampler);

    long greedy();

    long dist(int seed);

    long topK(int k);

    long topP(float p, long minKeep);

    long minP(float p, long minKeep);

    long temperature(float temperature);

    long penalties(int vocabularySize, int lastTokens, float repeat, float frequency, float presence);

    /** @param breakers texts without NUL */
    long dry(long vocab, float multiplier, float base, int allowedLength, int lastTokens, List<byte[]> breakers);

    long logitBias(int vocabularySize, int[] tokens, float[] biases);

    /** @param grammar GBNF without NUL; llama.cpp's parser trusts it: check it first */
    long grammar(long vocab, byte[] grammar, byte[] root);

    /** Lets a sampler or chain rule out, weigh and choose; its state does not change, but for dice thrown. */
    void apply(long sampler, Candidates candidates);

    /** Tells the sampler what was chosen. A grammar aborts the process on a token it does not allow. */
    void accept(long sampler, int token);

    /** Chooses and accepts. Aborts the process when there are no logits. */
    int sample(long sampler, long context, int index);

    void free(long sampler);
}
