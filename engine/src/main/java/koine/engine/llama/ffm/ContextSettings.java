package koine.engine.llama.ffm;

/**
 * The fields of {@code llama_context_params} that Koine sets; the others keep llama.cpp's defaults.
 *
 * @param contextTokens {@code n_ctx}: cells of the KV cache, shared by all sequences
 * @param batchTokens {@code n_batch}
 * @param microBatchTokens {@code n_ubatch}
 * @param sequences {@code n_seq_max}
 * @param kvType {@code type_k} and {@code type_v}, a {@code ggml_type}
 * @param fullSlidingWindow {@code swa_full}: whether sliding-window layers keep what has left their window
 * @param embeddings whether the context pools embeddings and computes no logits
 */
public record ContextSettings(
        int contextTokens,
        int batchTokens,
        int microBatchTokens,
        int sequences,
        int threads,
        int kvType,
        boolean fullSlidingWindow,
        boolean embeddings) {}
