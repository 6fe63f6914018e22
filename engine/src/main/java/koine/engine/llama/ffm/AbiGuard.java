package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.util.Map.entry;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;

/**
 * Refuses a pack whose structs are not the ones we know, before anything is passed to it. C cannot be asked for its
 * struct sizes, so the functions that return the defaults fill a buffer of sentinel bytes: bytes written behind the end
 * mean a longer struct, and a field that is not at its known default means another order, another width or another meaning.
 */
final class AbiGuard {
    private static final byte SENTINEL = (byte) 0xA5;
    private static final int GUARD_BYTES = 256;
    private static final int PROBE_TOKENS = 3;

    static final Map<String, Number> MODEL_DEFAULTS = Map.ofEntries(
            entry("devices", 0),
            entry("tensor_buft_overrides", 0),
            entry("n_gpu_layers", -1),
            entry("split_mode", 1),
            entry("load_mode", -1),
            entry("lazy_mode", 1),
            entry("main_gpu", 0),
            entry("tensor_split", 0),
            entry("progress_callback", 0),
            entry("progress_callback_user_data", 0),
            entry("kv_overrides", 0),
            entry("vocab_only", 0),
            entry("check_tensors", 0),
            entry("use_extra_bufts", 1),
            entry("no_host", 0),
            entry("no_alloc", 0),
            entry("load_mtp", 0));

    static final Map<String, Number> CONTEXT_DEFAULTS = Map.ofEntries(
            entry("n_ctx", 512),
            entry("n_batch", 2048),
            entry("n_ubatch", 512),
            entry("n_seq_max", 1),
            entry("n_rs_seq", 0),
            entry("n_outputs_max", 0),
            entry("n_outputs_max_per_seq", 1),
            entry("n_threads", 4),
            entry("n_threads_batch", 4),
            entry("ctx_type", 0),
            entry("rope_scaling_type", -1),
            entry("pooling_type", -1),
            entry("attention_type", -1),
            entry("flash_attn_type", -1),
            entry("rope_freq_base", 0f),
            entry("rope_freq_scale", 0f),
            entry("yarn_ext_factor", -1f),
            entry("yarn_attn_factor", -1f),
            entry("yarn_beta_fast", -1f),
            entry("yarn_beta_slow", -1f),
            entry("yarn_orig_ctx", 0),
            entry("defrag_thold", -1f),
            entry("cb_eval", 0),
            entry("cb_eval_user_data", 0),
            entry("type_k", 1),
            entry("type_v", 1),
            entry("abort_callback", 0),
            entry("abort_callback_data", 0),
            entry("embeddings", 0),
            entry("offload_kqv", 1),
            entry("no_perf", 1),
            entry("op_offload", 1),
            entry("swa_full", 1),
            entry("kv_unified", 0),
            entry("samplers", 0),
            entry("n_samplers", 0),
            entry("ctx_other", 0));

    static final Map<String, Number> SAMPLER_CHAIN_DEFAULTS = Map.of("no_perf", 1);

    private final LinkerHelper linker;

    AbiGuard(LinkerHelper linker) {
        this.linker = linker;
    }

    /** @throws PackException naming the struct and the field that differs */
    void check() throws PackException {
        try (Arena arena = Arena.ofConfined()) {
            checkDefaults(
                    arena,
                    "llama_sampler_chain_default_params",
                    StructLayouts.SAMPLER_CHAIN_PARAMS,
                    SAMPLER_CHAIN_DEFAULTS);
            checkDefaults(arena, "llama_model_default_params", StructLayouts.MODEL_PARAMS, MODEL_DEFAULTS);
            checkDefaults(arena, "llama_context_default_params", StructLayouts.CONTEXT_PARAMS, CONTEXT_DEFAULTS);
            checkBatch(arena);
        }
    }

    private void checkDefaults(Arena arena, String function, StructLayout struct, Map<String, Number> expected)
            throws PackException {
        MethodHandle defaults = linker.downcall(function, FunctionDescriptor.of(struct));
        MemorySegment buffer = sentinels(arena, struct);
        try {
            MemorySegment _ = (MemorySegment) defaults.invokeExact(within(buffer));
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
        compare(buffer, struct, expected);
    }

    private void checkBatch(Arena arena) throws PackException {
        MethodHandle getOne =
                linker.downcall("llama_batch_get_one", FunctionDescriptor.of(StructLayouts.BATCH, ADDRESS, JAVA_INT));
        MemorySegment tokens = arena.allocate(JAVA_INT, PROBE_TOKENS);
        MemorySegment buffer = sentinels(arena, StructLayouts.BATCH);
        try {
            MemorySegment _ = (MemorySegment) getOne.invokeExact(within(buffer), tokens, PROBE_TOKENS);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
        Map<String, Number> expected = Map.ofEntries(
                entry("n_tokens", PROBE_TOKENS),
                entry("token", tokens.address()),
                entry("embd", 0),
                entry("pos", 0),
                entry("n_seq_id", 0),
                entry("seq_id", 0),
                entry("logits", 0));
        compare(buffer, StructLayouts.BATCH, expected);
    }

    private static MemorySegment sentinels(Arena arena, StructLayout struct) {
        return arena.allocate(struct.byteSize() + GUARD_BYTES, ValueLayout.ADDRESS.byteAlignment())
                .fill(SENTINEL);
    }

    /** Lets the struct be returned into the buffer, whose guard bytes lie behind it. */
    private static SegmentAllocator within(MemorySegment buffer) {
        return (size, alignment) -> buffer.asSlice(0, size, alignment);
    }

    private static void compare(MemorySegment buffer, StructLayout struct, Map<String, Number> expected)
            throws PackException {
        String name = StructLayouts.nameOf(struct);
        for (MemoryLayout field : StructLayouts.fields(struct)) {
            String fieldName = StructLayouts.nameOf(field);
            Number wanted = expected.get(fieldName);
            Number found = read(buffer, StructLayouts.offset(struct, fieldName), field);
            if (wanted == null || !equal(wanted, found)) {
                throw new PackException("the pack was built for another llama.h: " + name + "." + fieldName + " is "
                        + found + " by default, not " + wanted);
            }
        }
        for (long i = struct.byteSize(); i < buffer.byteSize(); i++) {
            if (buffer.get(JAVA_BYTE, i) != SENTINEL) {
                throw new PackException("the pack was built for another llama.h: " + name + " is longer than "
                        + struct.byteSize() + " bytes");
            }
        }
    }

    private static boolean equal(Number wanted, Number found) {
        return found instanceof Float
                ? Float.compare(wanted.floatValue(), found.floatValue()) == 0
                : wanted.longValue() == found.longValue();
    }

    private static Number read(MemorySegment buffer, long offset, MemoryLayout field) {
        return switch (field) {
            case ValueLayout.OfInt layout -> buffer.get(layout, offset);
            case ValueLayout.OfFloat layout -> buffer.get(layout, offset);
            case ValueLayout.OfLong layout -> buffer.get(layout, offset);
            case ValueLayout.OfBoolean layout -> buffer.get(JAVA_BYTE, offset);
            case AddressLayout layout -> buffer.get(layout, offset).address();
            default -> throw new IllegalStateException("no reader for " + field);
        };
    }
}
