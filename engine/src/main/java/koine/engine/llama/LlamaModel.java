package koine.engine.llama;

import static koine.engine.llama.ModelLoadException.Reason.CANCELLED;
import static koine.engine.llama.ModelLoadException.Reason.OUT_OF_MEMORY;
import static koine.engine.llama.ModelLoadException.Reason.UNSUPPORTED;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import koine.engine.llama.ffm.ContextSettings;
import koine.engine.llama.ffm.LlamaLibrary;
import koine.engine.llama.ffm.LlamaLibrary.LoadedLayers;
import koine.engine.llama.ffm.NativePaths;
import koine.gguf.AdapterCheck;
import koine.gguf.GgufException;
import koine.gguf.GgufFile;
import koine.gguf.GgufReader;
import koine.gguf.MisfitException;
import org.jspecify.annotations.Nullable;

/** A loaded model. Any thread; close its contexts first. */
public final class LlamaModel implements AutoCloseable {
    private static final int USUAL_TEXT = 256;

    /** {@code llama_pooling_type}: mean, first token, last token. */
    private static final Set<String> POOLED = Set.of("1", "2", "3");

    /** {@code n_ubatch}, llama.cpp's own default. */
    private static final int MICRO_BATCH = 512;

    private final LlamaLibrary library;
    private final Handle handle;
    private final Path file;
    private final LoadedLayers layers;
    private final ReadWriteLock life = new ReentrantReadWriteLock();
    private int openContexts;

    private LlamaModel(LlamaLibrary library, long address, Path file, LoadedLayers layers) {
        this.library = library;
        this.layers = layers;
        this.file = file;
        this.handle = new Handle("llama_model", address);
    }

    /** For the processor alone; as {@link #load(LlamaLibrary, Path, Offload, Weights, DoubleConsumer, BooleanSupplier)}. */
    public static LlamaModel load(LlamaLibrary library, Path file, DoubleConsumer progress, BooleanSupplier cancelled)
            throws ModelLoadException {
        return load(library, file, null, Weights.MAPPED, progress, cancelled);
    }

    /**
     * Loads the file; blocks until done.
     *
     * @param offload null for the processor alone
     * @param progress hears the loaded fraction, 0 to 1, on this thread; what it throws ends the load and is thrown here
     * @param cancelled asked on this thread whenever there is progress
     * @throws ModelLoadException with its reason; nothing is left loaded
     */
    public static LlamaModel load(
            LlamaLibrary library,
            Path file,
            @Nullable Offload offload,
            Weights weights,
            DoubleConsumer progress,
            BooleanSupplier cancelled)
            throws ModelLoadException {
        Plausibility.require(file);
        LoadWatch watch = new LoadWatch(progress, cancelled);
        library.drainErrors();
        long device = offload == null ? 0 : Devices.address(library, offload);
        int wanted = offload == null ? 0 : offload.layers();
        long address = library.modelLoadFromFile(NativePaths.bytes(file), device, wanted, weights.loadMode(), watch);
        watch.rethrow();
        if (address == 0) {
            if (watch.cancelled()) {
                throw new ModelLoadException(CANCELLED, "the load was cancelled");
            }
            throw failure(library.drainErrors());
        }
        LlamaModel model = new LlamaModel(library, address, file, library.loadedLayers());
        try {
            model.requireGenerative();
            return model;
        } catch (ModelLoadException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private static ModelLoadException failure(List<String> errors) {
        return new ModelLoadException(LoadFailures.reason(errors), "llama_model_load_from_file: " + errors);
    }

    private void requireGenerative() throws ModelLoadException {
        long model = handle.get();
        if (!library.modelHasDecoder(model) || library.modelHasEncoder(model) || library.modelIsDiffusion(model)) {
            throw new ModelLoadException(UNSUPPORTED, "the model does not generate text from left to right");
        }
        if (library.vocabSize(library.modelGetVocab(model)) <= 0) {
            throw new ModelLoadException(UNSUPPORTED, "the model has no vocabulary");
        }
    }

    public Vocabulary vocabulary() {
        return new Vocabulary(this, library);
    }

    /** Whether it remembers by a state that cannot be rolled back, in all of its layers or some. */
    public synchronized boolean hasRecurrentState() {
        long model = handle.get();
        return library.modelIsRecurrent(model) || library.modelIsHybrid(model);
    }

    /** Tokens that layers with a sliding window look back; 0 when there are none. */
    public synchronized int slidingWindow() {
        return Math.max(0, library.modelSlidingWindow(handle.get()));
    }

    /** Whether it writes texts; else it only makes embeddings. */
    public boolean generates() {
        return !"false".equals(ofArchitecture("attention.causal"));
    }

    /** Numbers of an embedding of a text; 0 when it was not made for embeddings. */
    public int embeddingSize() {
        String pooling = ofArchitecture("pooling_type");
        if (pooling == null || !POOLED.contains(pooling)) {
            return 0;
        }
        synchronized (this) {
            return library.modelEmbeddingSize(handle.get());
        }
    }

    private @Nullable String ofArchitecture(String key) {
        return metadata(metadata("general.architecture") + "." + key);
    }

    /**
     * Reads a LoRA adapter made for this model; blocks until done. Not while a context of the model computes.
     *
     * @throws AdapterException when it does not go with this model
     */
    public synchronized LlamaAdapter loadAdapter(Path adapter) {
        long model = handle.get();
        try {
            AdapterCheck.require(header(adapter), header(file));
        } catch (MisfitException e) {
            throw AdapterException.of(e);
        }
        library.drainErrors();
        long address = library.adapters().load(model, NativePaths.bytes(adapter));
        if (address == 0) {
            List<String> errors = library.drainErrors();
            boolean memory = LoadFailures.reason(errors) == OUT_OF_MEMORY;
            throw new AdapterException(
                    memory ? AdapterException.Reason.OUT_OF_MEMORY : AdapterException.Reason.DAMAGED,
                    "llama_adapter_lora_init: " + errors);
        }
        return new LlamaAdapter(library.adapters(), address);
    }

    private static GgufFile header(Path file) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new AdapterException(AdapterException.Reason.MISSING, "there is no readable file");
        }
        try {
            return GgufReader.read(file);
        } catch (GgufException e) {
            throw new AdapterException(AdapterException.Reason.DAMAGED, "header: " + e.getMessage());
        } catch (IOException e) {
            throw new AdapterException(
                    AdapterException.Reason.MISSING, e.getClass().getSimpleName());
        }
    }

    /** Close it before the model. See {@link LlamaSampler#of}. */
    public LlamaSampler newSampler(SamplerOptions options) {
        return LlamaSampler.of(library.samplers(), this, options);
    }

    /**
     * A context for generation. Layers with a sliding window keep only their window.
     *
     * @throws ModelLoadException when its memory was refused
     * @throws IllegalArgumentException for a size or number below 1
     */
    public LlamaContext newContext(ContextOptions options) throws ModelLoadException {
        return newContext(options, null);
    }

    /**
     * The same, computed by another context's threads: those of two contexts that compute in turn would be in each other's
     * way, for they spin for a while after each batch.
     *
     * @param host with as many threads; closed after this one, and never computing at the same time. Null for none
     */
    public synchronized LlamaContext newContext(ContextOptions options, @Nullable LlamaContext host)
            throws ModelLoadException {
        long model = handle.get();
        library.drainErrors();
        ContextSettings settings = new ContextSettings(
                options.contextTokens(),
                options.batchTokens(),
                Math.min(options.batchTokens(), MICRO_BATCH),
                options.sequences(),
                options.threads(),
                options.kvType().ggmlType(),
                false,
                false);
        long context = library.contextInit(model, settings);
        if (context == 0) {
            throw new ModelLoadException(OUT_OF_MEMORY, "llama_init_from_model: " + library.drainErrors());
        }
        openContexts++;
        return new LlamaContext(library, this, context, options, host);
    }

    /**
     * A context for embeddings.
     *
     * @param tokens most tokens of a text
     * @throws ModelLoadException when its memory was refused
     */
    public synchronized EmbeddingContext newEmbeddingContext(int tokens, int threads) throws ModelLoadException {
        long model = handle.get();
        library.drainErrors();
        ContextSettings settings =
                new ContextSettings(tokens, tokens, tokens, 1, threads, KvType.F16.ggmlType(), false, true);
        long context = library.contextInit(model, settings);
        if (context == 0) {
            throw new ModelLoadException(OUT_OF_MEMORY, "llama_init_from_model: " + library.drainErrors());
        }
        openContexts++;
        return new EmbeddingContext(library, this, context, tokens);
    }

    /** A sentence of llama.cpp: architecture, size, quantization. */
    public synchronized String description() {
        long model = handle.get();
        byte[] buffer = new byte[USUAL_TEXT];
        int length = library.modelDescription(model, buffer);
        return new String(buffer, 0, Math.clamp(length, 0, buffer.length - 1), StandardCharsets.UTF_8);
    }

    /** A value of the file's metadata as text, for example {@code general.architecture}; null when it has none. */
    public synchronized @Nullable String metadata(String key) {
        long model = handle.get();
        byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        if (key.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a key has no NUL");
        }
        byte[] buffer = new byte[USUAL_TEXT];
        int length = library.modelMetaValue(model, keyBytes, buffer);
        if (length >= buffer.length) {
            buffer = new byte[Math.addExact(length, 1)];
            length = library.modelMetaValue(model, keyBytes, buffer);
        }
        return length < 0 ? null : new String(buffer, 0, Math.min(length, buffer.length - 1), StandardCharsets.UTF_8);
    }

    public synchronized long parameters() {
        return library.modelParameterCount(handle.get());
    }

    /** Bytes of all tensors. */
    public synchronized long bytes() {
        return library.modelSize(handle.get());
    }

    /** Layers that a device computes, as the pack says, and all of them; the output counts as one. */
    public LoadedLayers layers() {
        return layers;
    }

    /** Tokens it was trained for; 0 when the file does not say. */
    public synchronized int trainedContextTokens() {
        return Math.max(0, library.modelTrainedContext(handle.get()));
    }

    /** While it is held, the model cannot be closed. */
    Lock openLock() {
        return life.readLock();
    }

    /**
     * For whoever holds {@link #openLock}, or owns the model's life.
     *
     * @throws IllegalStateException when closed
     */
    long vocabAddress() {
        return library.modelGetVocab(handle.get());
    }

    synchronized void contextClosed() {
        openContexts--;
    }

    /** @throws IllegalStateException while a context of it is open: freeing it would crash that context */
    @Override
    public synchronized void close() {
        if (openContexts > 0) {
            throw new IllegalStateException(openContexts + " contexts of the model are still open");
        }
        life.writeLock().lock();
        try {
            long address = handle.close();
            if (address != 0) {
                library.modelFree(address);
            }
        } finally {
            life.writeLock().unlock();
        }
    }
}
