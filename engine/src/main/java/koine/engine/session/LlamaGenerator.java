package koine.engine.session;

import java.nio.file.Path;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import koine.engine.llama.ContextOptions;
import koine.engine.llama.LlamaContext;
import koine.engine.llama.LlamaException;
import koine.engine.llama.LlamaModel;
import koine.engine.llama.LlamaSampler;
import koine.engine.llama.ModelLoadException;
import koine.engine.llama.SamplerOptions;
import koine.engine.llama.Vocabulary;
import koine.engine.llama.ffm.LlamaLibrary;
import koine.engine.llama.ffm.PackException;
import koine.engine.llama.ffm.PackLoader;
import org.jspecify.annotations.Nullable;

/** {@link Generator} over llama.cpp. */
public final class LlamaGenerator implements Generator {
    private static final int DEFAULT_CONTEXT = 8192;

    /** llama.cpp's own piece of work; a prompt that is no longer is read in one call. */
    private static final int BATCH = 512;

    /** A processor can be stopped in the middle of a batch, a graphics device only between two. */
    private static final int DEVICE_BATCH = 128;

    private final LlamaLibrary library;
    private final LlamaModel loaded;
    private final LlamaContext context;
    private final Vocabulary vocabulary;
    private final ModelInfo info;
    private final PrefixCache cache = new PrefixCache();
    private volatile @Nullable Watch running;

    private LlamaGenerator(LlamaLibrary library, LlamaModel loaded, LlamaContext context) {
        this.library = library;
        this.loaded = loaded;
        this.context = context;
        this.vocabulary = loaded.vocabulary();
        this.info = new ModelInfo(
                loaded.description(),
                Objects.requireNonNullElse(loaded.metadata("general.architecture"), ""),
                loaded.parameters(),
                loaded.bytes(),
                context.contextTokens(),
                loaded.trainedContextTokens(),
                loaded.metadata("tokenizer.chat_template"),
                vocabulary.text(vocabulary.bos()),
                vocabulary.text(vocabulary.eos()));
        context.abortWhen(this::shouldAbort);
    }

    private boolean shouldAbort() {
        Watch watch = running;
        return watch != null && watch.getAsBoolean();
    }

    /**
     * Loads the pack, the model and a context; blocks until done. The thread that calls this need not be the one that
     * generates. A process loads one pack only.
     *
     * @param pack folder of the native pack
     * @param contextTokens wanted context; 0 is what the model was trained for, at most 8192; never more than trained
     * @param progress hears the loaded fraction, 0 to 1, on this thread
     * @param cancelled asked during the load, on this thread
     * @throws ModelLoadException with its reason; nothing is left loaded
     * @throws IllegalArgumentException for a negative context
     */
    public static LlamaGenerator load(
            Path pack, Path model, int contextTokens, DoubleConsumer progress, BooleanSupplier cancelled)
            throws ModelLoadException {
        return load(pack, model, contextTokens, 0, progress, cancelled);
    }

    /** @param threads of the processor; 0 is the engine's choice */
    public static LlamaGenerator load(
            Path pack, Path model, int contextTokens, int threads, DoubleConsumer progress, BooleanSupplier cancelled)
            throws ModelLoadException {
        if (contextTokens < 0) {
            throw new IllegalArgumentException("contextTokens: " + contextTokens);
        }
        LlamaLibrary library = loadPack(pack);
        LlamaModel loaded = LlamaModel.load(library, model, progress, cancelled);
        try {
            int batch = library.supportsGpuOffload() ? DEVICE_BATCH : BATCH;
            int size = contextSize(contextTokens, loaded.trainedContextTokens());
            LlamaContext context =
                    loaded.newContext(new ContextOptions(size, batch, threads == 0 ? threads() : threads));
            return new LlamaGenerator(library, loaded, context);
        } catch (ModelLoadException | RuntimeException e) {
            loaded.close();
            throw e;
        }
    }

    private static LlamaLibrary loadPack(Path pack) throws ModelLoadException {
        try {
            return PackLoader.load(pack);
        } catch (PackException e) {
            throw new ModelLoadException(ModelLoadException.Reason.PACK, String.valueOf(e.getMessage()), e);
        }
    }

    private static int contextSize(int wanted, int trained) {
        int asked = wanted == 0 ? DEFAULT_CONTEXT : Math.min(wanted, ContextOptions.MOST_CONTEXT_TOKENS);
        return trained == 0 ? asked : Math.min(asked, trained);
    }

    /**
     * Twin threads of one core share its arithmetic units, so two of them do not compute faster than one: half of the
     * logical processors. Small machines (up to 4) have few twins, or are virtual: all of them.
     */
    private static int threads() {
        int logical = Runtime.getRuntime().availableProcessors();
        return logical <= 4 ? logical : logical / 2;
    }

    @Override
    public ModelInfo model() {
        return info;
    }

    @Override
    public Outcome generate(Request request, Cancel cancel, Sink sink) {
        SamplerOptions options = new SamplerOptions(
                request.temperature(), request.topK(), request.topP(), request.minP(), request.seed());
        int[] prompt = promptTokens(request.prompt());
        if (prompt.length >= context.contextTokens()) {
            throw new ContextOverflowException(prompt.length, context.contextTokens());
        }
        try (LlamaSampler sampler = LlamaSampler.of(library, options)) {
            Generation generation = new Generation(context, vocabulary, cache, sampler, request, cancel, sink);
            running = generation.watch();
            return generation.run(prompt);
        } catch (LlamaException e) {
            forget();
            throw new GenerationException(String.valueOf(e.getMessage()));
        } finally {
            running = null;
        }
    }

    /** A template may or may not write the token that begins every sequence; the model gets it once. */
    private int[] promptTokens(String prompt) {
        int[] tokens = vocabulary.tokenize(prompt, true);
        int bos = vocabulary.bos();
        if (bos != Vocabulary.NONE && vocabulary.addsBos() && (tokens.length == 0 || tokens[0] != bos)) {
            int[] begun = new int[tokens.length + 1];
            begun[0] = bos;
            System.arraycopy(tokens, 0, begun, 1, tokens.length);
            return begun;
        }
        if (tokens.length == 0) {
            throw new IllegalArgumentException("the prompt is empty");
        }
        return tokens;
    }

    /** The tokens the context holds, prompt and answer. */
    int[] readTokens() {
        return cache.tokens();
    }

    private void forget() {
        cache.keepFirst(0, null);
        context.clear();
    }

    @Override
    public void close() {
        context.close();
        loaded.close();
    }
}
