package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The structs of {@code llama.h} (v0.4.0 and v0.5.0 agree). Widths are the header's: {@code int32_t} and enums 4 bytes,
 * {@code size_t} 8, {@code bool} 1. Padding follows C's rule and is not written here; the test compares every offset
 * with a C compiler's.
 */
final class StructLayouts {
    static final StructLayout MODEL_PARAMS = struct(
            "llama_model_params",
            ADDRESS.withName("devices"),
            ADDRESS.withName("tensor_buft_overrides"),
            JAVA_INT.withName("n_gpu_layers"),
            JAVA_INT.withName("split_mode"),
            JAVA_INT.withName("load_mode"),
            JAVA_INT.withName("lazy_mode"),
            JAVA_INT.withName("main_gpu"),
            ADDRESS.withName("tensor_split"),
            ADDRESS.withName("progress_callback"),
            ADDRESS.withName("progress_callback_user_data"),
            ADDRESS.withName("kv_overrides"),
            JAVA_BOOLEAN.withName("vocab_only"),
            JAVA_BOOLEAN.withName("check_tensors"),
            JAVA_BOOLEAN.withName("use_extra_bufts"),
            JAVA_BOOLEAN.withName("no_host"),
            JAVA_BOOLEAN.withName("no_alloc"),
            JAVA_BOOLEAN.withName("load_mtp"));

    static final StructLayout CONTEXT_PARAMS = struct(
            "llama_context_params",
            JAVA_INT.withName("n_ctx"),
            JAVA_INT.withName("n_batch"),
            JAVA_INT.withName("n_ubatch"),
            JAVA_INT.withName("n_seq_max"),
            JAVA_INT.withName("n_rs_seq"),
            JAVA_INT.withName("n_outputs_max"),
            JAVA_INT.withName("n_outputs_max_per_seq"),
            JAVA_INT.withName("n_threads"),
            JAVA_INT.withName("n_threads_batch"),
            JAVA_INT.withName("ctx_type"),
            JAVA_INT.withName("rope_scaling_type"),
            JAVA_INT.withName("pooling_type"),
            JAVA_INT.withName("attention_type"),
            JAVA_INT.withName("flash_attn_type"),
            JAVA_FLOAT.withName("rope_freq_base"),
            JAVA_FLOAT.withName("rope_freq_scale"),
            JAVA_FLOAT.withName("yarn_ext_factor"),
            JAVA_FLOAT.withName("yarn_attn_factor"),
            JAVA_FLOAT.withName("yarn_beta_fast"),
            JAVA_FLOAT.withName("yarn_beta_slow"),
            JAVA_INT.withName("yarn_orig_ctx"),
            JAVA_FLOAT.withName("defrag_thold"),
            ADDRESS.withName("cb_eval"),
            ADDRESS.withName("cb_eval_user_data"),
            JAVA_INT.withName("type_k"),
            JAVA_INT.withName("type_v"),
            ADDRESS.withName("abort_callback"),
            ADDRESS.withName("abort_callback_data"),
            JAVA_BOOLEAN.withName("embeddings"),
            JAVA_BOOLEAN.withName("offload_kqv"),
            JAVA_BOOLEAN.withName("no_perf"),
            JAVA_BOOLEAN.withName("op_offload"),
            JAVA_BOOLEAN.withName("swa_full"),
            JAVA_BOOLEAN.withName("kv_unified"),
            ADDRESS.withName("samplers"),
            JAVA_LONG.withName("n_samplers"),
            ADDRESS.withName("ctx_other"));

    static final StructLayout SAMPLER_CHAIN_PARAMS =
            struct("llama_sampler_chain_params", JAVA_BOOLEAN.withName("no_perf"));

    static final StructLayout BATCH = struct(
            "llama_batch",
            JAVA_INT.withName("n_tokens"),
            ADDRESS.withName("token"),
            ADDRESS.withName("embd"),
            ADDRESS.withName("pos"),
            ADDRESS.withName("n_seq_id"),
            ADDRESS.withName("seq_id"),
            ADDRESS.withName("logits"));

    static final StructLayout TOKEN_DATA =
            struct("llama_token_data", JAVA_INT.withName("id"), JAVA_FLOAT.withName("logit"), JAVA_FLOAT.withName("p"));

    static final StructLayout TOKEN_DATA_ARRAY = struct(
            "llama_token_data_array",
            ADDRESS.withName("data"),
            JAVA_LONG.withName("size"),
            JAVA_LONG.withName("selected"),
            JAVA_BOOLEAN.withName("sorted"));

    static final StructLayout LOGIT_BIAS =
            struct("llama_logit_bias", JAVA_INT.withName("token"), JAVA_FLOAT.withName("bias"));

    static final List<StructLayout> ALL = List.of(
            MODEL_PARAMS, CONTEXT_PARAMS, SAMPLER_CHAIN_PARAMS, BATCH, TOKEN_DATA, TOKEN_DATA_ARRAY, LOGIT_BIAS);

    private StructLayouts() {}

    static long offset(StructLayout struct, String field) {
        return struct.byteOffset(PathElement.groupElement(field));
    }

    static String nameOf(MemoryLayout layout) {
        return layout.name().orElseThrow();
    }

    /** Fields without the padding between them. */
    static List<MemoryLayout> fields(StructLayout struct) {
        return struct.memberLayouts().stream()
                .filter(member -> member.name().isPresent())
                .toList();
    }

    /** Pads as C does: each field to its own alignment, the whole to its widest field's. */
    private static StructLayout struct(String name, MemoryLayout... fields) {
        List<MemoryLayout> members = new ArrayList<>();
        long end = 0;
        long widest = 1;
        for (MemoryLayout field : fields) {
            end = pad(members, end, field.byteAlignment());
            members.add(field);
            end += field.byteSize();
            widest = Math.max(widest, field.byteAlignment());
        }
        pad(members, end, widest);
        return MemoryLayout.structLayout(members.toArray(MemoryLayout[]::new)).withName(name);
    }

    private static long pad(List<MemoryLayout> members, long end, long alignment) {
        long gap = (alignment - end % alignment) % alignment;
        if (gap > 0) {
            members.add(MemoryLayout.paddingLayout(gap));
        }
        return end + gap;
    }
}
