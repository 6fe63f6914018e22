package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static koine.engine.llama.ffm.StructLayouts.BATCH;
import static koine.engine.llama.ffm.StructLayouts.CONTEXT_PARAMS;
import static koine.engine.llama.ffm.StructLayouts.MODEL_PARAMS;
import static koine.engine.llama.ffm.StructLayouts.offset;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link LlamaLibrary} by method handles: plumbing only, one handle a function. */
final class FfmLlamaLibrary implements LlamaLibrary {
    /** Every platform with a pack is a 64-bit one, where a pointer is passed as an {@code int64_t} is. */
    static final ValueLayout.OfLong POINTER = JAVA_LONG;

    /** What llama.cpp lends us to read; a segment of its own for every look costs more than the look. */
    private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private final LinkerHelper linker;
    private final NativeLog log;
    private final MethodHandle version;
    private final MethodHandle modelLoadFromFile;
    private final MethodHandle modelDefaultParams;
    private final MethodHandle modelDescription;
    private final MethodHandle modelMetaValue;
    private final MethodHandle tokenize;
    private final MethodHandle tokenToPiece;
    private final MethodHandle contextDefaultParams;
    private final MethodHandle contextInit;
    private final MethodHandle setAbortCallback;
    private final MemorySegment strlen;
    private final MethodHandle decode;
    private final MethodHandle modelFree;
    private final MethodHandle modelGetVocab;
    private final MethodHandle modelTrainedContext;
    private final MethodHandle modelSize;
    private final MethodHandle modelParameterCount;
    private final MethodHandle modelHasEncoder;
    private final MethodHandle modelHasDecoder;
    private final MethodHandle modelIsDiffusion;
    private final MethodHandle modelIsRecurrent;
    private final MethodHandle modelIsHybrid;
    private final MethodHandle modelSlidingWindow;
    private final MethodHandle modelEmbeddingSize;
    private final MethodHandle vocabSize;
    private final MethodHandle vocabBos;
    private final MethodHandle vocabEos;
    private final MethodHandle vocabAddsBos;
    private final MethodHandle vocabIsEndOfGeneration;
    private final MethodHandle vocabIsControl;
    private final MethodHandle contextFree;
    private final MethodHandle contextSize;
    private final MethodHandle logits;
    private final MethodHandle embedding;
    private final MethodHandle poolingType;
    private final MemoryLibrary memory;
    private final ThreadPools threadPools;
    private final SamplerLibrary samplers;
    private final AdapterLibrary adapters;
    private volatile @Nullable DeviceLibrary devices;

    FfmLlamaLibrary(LinkerHelper linker, NativeLog log) throws PackException {
        this.linker = linker;
        this.log = log;
        version = linker.downcall("llama_version", FunctionDescriptor.of(ADDRESS));
        modelDefaultParams = linker.downcall("llama_model_default_params", FunctionDescriptor.of(MODEL_PARAMS));
        modelLoadFromFile =
                linker.downcall("llama_model_load_from_file", FunctionDescriptor.of(POINTER, ADDRESS, MODEL_PARAMS));
        modelDescription =
                linker.downcall("llama_model_desc", FunctionDescriptor.of(JAVA_INT, POINTER, ADDRESS, JAVA_LONG));
        modelMetaValue = linker.downcall(
                "llama_model_meta_val_str", FunctionDescriptor.of(JAVA_INT, POINTER, ADDRESS, ADDRESS, JAVA_LONG));
        tokenize = linker.downcall(
                "llama_tokenize",
                FunctionDescriptor.of(
                        JAVA_INT, POINTER, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_BOOLEAN, JAVA_BOOLEAN));
        tokenToPiece = linker.downcall(
                "llama_token_to_piece",
                FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_BOOLEAN));
        contextDefaultParams = linker.downcall("llama_context_default_params", FunctionDescriptor.of(CONTEXT_PARAMS));
        contextInit = linker.downcall("llama_init_from_model", FunctionDescriptor.of(POINTER, POINTER, CONTEXT_PARAMS));
        setAbortCallback =
                linker.downcall("llama_set_abort_callback", FunctionDescriptor.ofVoid(POINTER, ADDRESS, ADDRESS));
        strlen = linker.systemFunction("strlen");
        decode = linker.downcall("llama_decode", FunctionDescriptor.of(JAVA_INT, POINTER, BATCH));
        modelFree = linker.downcall("llama_model_free", FunctionDescriptor.ofVoid(POINTER));
        modelGetVocab = linker.downcall("llama_model_get_vocab", FunctionDescriptor.of(POINTER, POINTER));
        modelTrainedContext = linker.downcall("llama_model_n_ctx_train", FunctionDescriptor.of(JAVA_INT, POINTER));
        modelSize = linker.downcall("llama_model_size", FunctionDescriptor.of(JAVA_LONG, POINTER));
        modelParameterCount = linker.downcall("llama_model_n_params", FunctionDescriptor.of(JAVA_LONG, POINTER));
        modelHasEncoder = linker.downcall("llama_model_has_encoder", FunctionDescriptor.of(JAVA_BOOLEAN, POINTER));
        modelHasDecoder = linker.downcall("llama_model_has_decoder", FunctionDescriptor.of(JAVA_BOOLEAN, POINTER));
        modelIsDiffusion = linker.downcall("llama_model_is_diffusion", FunctionDescriptor.of(JAVA_BOOLEAN, POINTER));
        modelIsRecurrent = linker.downcall("llama_model_is_recurrent", FunctionDescriptor.of(JAVA_BOOLEAN, POINTER));
        modelIsHybrid = linker.downcall("llama_model_is_hybrid", FunctionDescriptor.of(JAVA_BOOLEAN, POINTER));
        modelSlidingWindow = linker.downcall("llama_model_n_swa", FunctionDescriptor.of(JAVA_INT, POINTER));
        modelEmbeddingSize = linker.downcall("llama_model_n_embd_out", FunctionDescriptor.of(JAVA_INT, POINTER));
        vocabSize = linker.downcall("llama_vocab_n_tokens", FunctionDescriptor.of(JAVA_INT, POINTER));
        vocabBos = linker.downcall("llama_vocab_bos", FunctionDescriptor.of(JAVA_INT, POINTER));
        vocabEos = linker.downcall("llama_vocab_eos", FunctionDescriptor.of(JAVA_INT, POINTER));
        vocabAddsBos = linker.downcall("llama_vocab_get_add_bos", FunctionDescriptor.of(JAVA_BOOLEAN, POINTER));
        vocabIsEndOfGeneration =
                linker.downcall("llama_vocab_is_eog", FunctionDescriptor.of(JAVA_BOOLEAN, POINTER, JAVA_INT));
        vocabIsControl =
                linker.downcall("llama_vocab_is_control", FunctionDescriptor.of(JAVA_BOOLEAN, POINTER, JAVA_INT));
        logits = linker.downcall("llama_get_logits_ith", FunctionDescriptor.of(POINTER, POINTER, JAVA_INT));
        embedding = linker.downcall("llama_get_embeddings_seq", FunctionDescriptor.of(POINTER, POINTER, JAVA_INT));
        poolingType = linker.downcall("llama_pooling_type", FunctionDescriptor.of(JAVA_INT, POINTER));
        memory = new FfmMemoryLibrary(linker, log);
        threadPools = new ThreadPools(linker);
        samplers = new FfmSamplerLibrary(linker);
        adapters = new FfmAdapterLibrary(linker, log);
        contextFree = linker.downcall("llama_free", FunctionDescriptor.ofVoid(POINTER));
        contextSize = linker.downcall("llama_n_ctx", FunctionDescriptor.of(JAVA_INT, POINTER));
    }

    @Override
    public long threadPool(int threads) {
        return threadPools.create(threads);
    }

    @Override
    public void attachThreadPool(long context, long pool) {
        threadPools.attach(context, pool);
    }

    @Override
    public void threadPoolFree(long pool) {
        threadPools.free(pool);
    }

    @Override
    public String version() {
        try {
            MemorySegment text = (MemorySegment) version.invokeExact();
            return text.address() == 0 ? "" : text.reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long modelLoadFromFile(byte[] path, long device, int layers, int loadMode, LoadProgress progress) {
        log.hide(new String(path, StandardCharsets.UTF_8));
        log.forgetLayers();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment callback = linker.upcall(Callbacks.progress(progress), Callbacks.PROGRESS, arena);
            MemorySegment params = (MemorySegment) modelDefaultParams.invokeExact((SegmentAllocator) arena);
            params.set(ADDRESS, offset(MODEL_PARAMS, "progress_callback"), callback);
            // a list that ends with NULL; without one, llama.cpp takes every device there is
            MemorySegment devices = arena.allocate(ADDRESS, 2);
            devices.setAtIndex(ADDRESS, 0, MemorySegment.ofAddress(device));
            params.set(ADDRESS, offset(MODEL_PARAMS, "devices"), devices);
            params.set(JAVA_INT, offset(MODEL_PARAMS, "n_gpu_layers"), device == 0 ? 0 : layers);
            params.set(JAVA_INT, offset(MODEL_PARAMS, "load_mode"), loadMode);
            return (long) modelLoadFromFile.invokeExact(NativePaths.allocate(arena, path), params);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public LoadedLayers loadedLayers() {
        return log.layers();
    }

    @Override
    public int modelDescription(long model, byte[] buffer) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(buffer.length);
            int length = (int) modelDescription.invokeExact(model, text, (long) buffer.length);
            MemorySegment.copy(text, JAVA_BYTE, 0, buffer, 0, buffer.length);
            return length;
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public int modelMetaValue(long model, byte[] key, byte[] buffer) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(buffer.length);
            int length = (int)
                    modelMetaValue.invokeExact(model, NativePaths.allocate(arena, key), text, (long) buffer.length);
            MemorySegment.copy(text, JAVA_BYTE, 0, buffer, 0, buffer.length);
            return length;
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public int tokenize(long vocab, byte[] text, int[] tokens, boolean addSpecial, boolean parseSpecial) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment nativeTokens = arena.allocate(JAVA_INT, tokens.length);
            int count = (int) tokenize.invokeExact(
                    vocab,
                    NativePaths.allocate(arena, text),
                    text.length,
                    nativeTokens,
                    tokens.length,
                    addSpecial,
                    parseSpecial);
            MemorySegment.copy(nativeTokens, JAVA_INT, 0, tokens, 0, Math.clamp(count, 0, tokens.length));
            return count;
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public int tokenToPiece(long vocab, int token, byte[] buffer, boolean special) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment piece = arena.allocate(buffer.length);
            int length = (int) tokenToPiece.invokeExact(vocab, token, piece, buffer.length, 0, special);
            MemorySegment.copy(piece, JAVA_BYTE, 0, buffer, 0, Math.clamp(length, 0, buffer.length));
            return length;
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long contextInit(long model, ContextSettings settings) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = (MemorySegment) contextDefaultParams.invokeExact((SegmentAllocator) arena);
            params.set(JAVA_INT, offset(CONTEXT_PARAMS, "n_ctx"), settings.contextTokens());
            params.set(JAVA_INT, offset(CONTEXT_PARAMS, "n_batch"), settings.batchTokens());
            params.set(JAVA_INT, offset(CONTEXT_PARAMS, "n_ubatch"), settings.microBatchTokens());
            params.set(JAVA_INT, offset(CONTEXT_PARAMS, "n_seq_max"), settings.sequences());
            params.set(JAVA_INT, offset(CONTEXT_PARAMS, "n_threads"), settings.threads());
            params.set(JAVA_INT, offset(CONTEXT_PARAMS, "n_threads_batch"), settings.threads());
            params.set(JAVA_INT, offset(CONTEXT_PARAMS, "type_k"), settings.kvType());
            params.set(JAVA_INT, offset(CONTEXT_PARAMS, "type_v"), settings.kvType());
            params.set(JAVA_BOOLEAN, offset(CONTEXT_PARAMS, "swa_full"), settings.fullSlidingWindow());
            params.set(JAVA_BOOLEAN, offset(CONTEXT_PARAMS, "kv_unified"), true);
            params.set(JAVA_BOOLEAN, offset(CONTEXT_PARAMS, "embeddings"), settings.embeddings());
            return (long) contextInit.invokeExact(model, params);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public AbortFlag abortFlag() {
        return AbortFlag.create();
    }

    @Override
    public void setAbortFlag(long context, AbortFlag flag) {
        setAbortCallback(context, strlen, flag.text());
    }

    void setAbortCallback(long context, MemorySegment function, MemorySegment data) {
        try {
            setAbortCallback.invokeExact(context, function, data);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public BatchBuffer batch(int most) {
        return new BatchBuffer(most);
    }

    @Override
    public int decode(
            long context,
            BatchBuffer buffer,
            int[] tokens,
            int[] positions,
            int[] sequences,
            byte[] outputs,
            int count) {
        try {
            return (int) decode.invokeExact(context, buffer.fill(tokens, positions, sequences, outputs, count));
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long logits(long context, int row) {
        try {
            return (long) logits.invokeExact(context, row);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public void copyLogits(long logits, float[] into) {
        MemorySegment.copy(MEMORY, JAVA_FLOAT, logits, into, 0, into.length);
    }

    @Override
    public void copyLogitBits(long logits, int from, int count, int[] into) {
        MemorySegment.copy(MEMORY, JAVA_INT, logits + from * JAVA_INT.byteSize(), into, 0, count);
    }

    @Override
    public float logit(long logits, int token) {
        return MEMORY.get(JAVA_FLOAT, logits + token * JAVA_FLOAT.byteSize());
    }

    @Override
    public boolean embedding(long context, int sequence, float[] into) {
        try {
            long numbers = (long) embedding.invokeExact(context, sequence);
            if (numbers == 0) {
                return false;
            }
            MemorySegment.copy(MEMORY, JAVA_FLOAT, numbers, into, 0, into.length);
            return true;
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public int poolingType(long context) {
        try {
            return (int) poolingType.invokeExact(context);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public MemoryLibrary memory() {
        return memory;
    }

    @Override
    public SamplerLibrary samplers() {
        return samplers;
    }

    @Override
    public AdapterLibrary adapters() {
        return adapters;
    }

    @Override
    public DeviceLibrary devices() throws PackException {
        DeviceLibrary bound = devices;
        if (bound == null) {
            bound = new FfmDeviceLibrary(linker);
            devices = bound;
        }
        return bound;
    }

    @Override
    public List<String> drainErrors() {
        return log.drainErrors();
    }

    @Override
    public void modelFree(long model) {
        try {
            modelFree.invokeExact(model);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long modelGetVocab(long model) {
        try {
            return (long) modelGetVocab.invokeExact(model);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public int modelTrainedContext(long model) {
        try {
            return (int) modelTrainedContext.invokeExact(model);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long modelSize(long model) {
        try {
            return (long) modelSize.invokeExact(model);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long modelParameterCount(long model) {
        try {
            return (long) modelParameterCount.invokeExact(model);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public boolean modelHasEncoder(long model) {
        try {
            return (boolean) modelHasEncoder.invokeExact(model);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public boolean modelHasDecoder(long model) {
        try {
            return (boolean) modelHasDecoder.invokeExact(model);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public boolean modelIsDiffusion(long model) {
        try {
            return (boolean) modelIsDiffusion.invokeExact(model);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public int vocabSize(long vocab) {
        try {
            return (int) vocabSize.invokeExact(vocab);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public int vocabBos(long vocab) {
        try {
            return (int) vocabBos.invokeExact(vocab);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public int vocabEos(long vocab) {
        try {
            return (int) vocabEos.invokeExact(vocab);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public boolean vocabAddsBos(long vocab) {
        try {
            return (boolean) vocabAddsBos.invokeExact(vocab);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public boolean vocabIsEndOfGeneration(long vocab, int token) {
        try {
            return (boolean) vocabIsEndOfGeneration.invokeExact(vocab, token);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public void contextFree(long context) {
        try {
            contextFree.invokeExact(context);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public int contextSize(long context) {
        try {
            return (int) contextSize.invokeExact(context);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public boolean modelIsRecurrent(long model) {
        try {
            return (boolean) modelIsRecurrent.invokeExact(model);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public boolean modelIsHybrid(long model) {
        try {
            return (boolean) modelIsHybrid.invokeExact(model);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public int modelSlidingWindow(long model) {
        try {
            return (int) modelSlidingWindow.invokeExact(model);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public int modelEmbeddingSize(long model) {
        try {
            return (int) modelEmbeddingSize.invokeExact(model);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public boolean vocabIsControl(long vocab, int token) {
        try {
            return (boolean) vocabIsControl.invokeExact(vocab, token);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }
}
