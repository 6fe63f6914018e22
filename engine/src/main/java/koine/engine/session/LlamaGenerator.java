package koine.engine.session;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import koine.engine.llama.ContextOptions;
import koine.engine.llama.LlamaContext;
import koine.engine.llama.LlamaException;
import koine.engine.llama.LlamaModel;
import koine.engine.llama.LlamaSampler;
import koine.engine.llama.ModelLoadException;
import koine.engine.llama.Vocabulary;
import koine.engine.llama.ffm.LlamaLibrary;
import koine.engine.llama.ffm.PackException;
import koine.engine.llama.ffm.PackLoader;
import koine.engine.memory.DeviceFit;
import org.jspecify.annotations.Nullable;

/** {@link Generator} over llama.cpp. */
public final class LlamaGenerator implements Generator {
    /** Whatever is known. */
    public static final Set<Ability> ABILITIES = Set.of(Ability.values());

    /**
     * llama.cpp's own piece of work; a prompt that is no longer is read in one call. A processor can be stopped in the middle
     * of it, a graphics device only between two, so that has smaller ones.
     */
    private static final int BATCH = 512;

    /** Where llama.cpp keeps the states of several sequences of one batch in the wrong place, or beyond their memory. */
    private static final Set<String> ONE_AT_A_TIME = Set.of("plamo2");

    private final LlamaModel loaded;
    private final @Nullable LlamaContext context;
    private final Vocabulary vocabulary;
    private final Prompts prompts;
    private final ModelInfo info;
    private final Rollback rollback;
    private final @Nullable Scheduler scheduler;
    private final Embedder embedder;
    private final Adapters adapters;
    private final @Nullable Drafter drafter;

    private LlamaGenerator(
            LlamaLibrary library,
            LlamaModel loaded,
            @Nullable LlamaContext context,
            int threads,
            Placing placing,
            Drafts drafts,
            GeneratorOptions options) {
        this.loaded = loaded;
        this.context = context;
        this.vocabulary = loaded.vocabulary();
        this.prompts = new Prompts(vocabulary);
        this.info = new ModelInfo(
                loaded.description(),
                architecture(loaded),
                loaded.parameters(),
                loaded.bytes(),
                context == null ? loaded.trainedContextTokens() : context.contextTokens(),
                loaded.trainedContextTokens(),
                loaded.metadata("tokenizer.chat_template"),
                vocabulary.text(vocabulary.bos()),
                vocabulary.text(vocabulary.eos()),
                context == null ? options.slots() : context.sequences(),
                loaded.embeddingSize(),
                placing.told(loaded.layers()),
                String.valueOf(options.pack().getFileName()),
                ABILITIES,
                drafts.told());
        this.rollback = Rollback.of(loaded);
        this.drafter = drafts.drafter();
        this.scheduler = context == null
                ? null
                : new Scheduler(
                        context,
                        rollback,
                        snapshots(library, context, rollback, placing, options),
                        drafter,
                        placing.offload() != null);
        this.adapters = new Adapters(loaded, context);
        this.embedder = new Embedder(loaded, threads);
    }

    private static String architecture(LlamaModel model) {
        return Objects.requireNonNullElse(model.metadata("general.architecture"), "");
    }

    private static Snapshots snapshots(
            LlamaLibrary library, LlamaContext context, Rollback rollback, Placing placing, GeneratorOptions options) {
        String engine = String.join(
                "|",
                library.version(),
                String.valueOf(placing.offload()),
                String.valueOf(context.contextTokens()),
                String.valueOf(context.sequences()),
                options.kvType().name(),
                "flash attention auto");
        SnapshotFolder folder = options.snapshots() == null ? null : new SnapshotFolder(options.snapshots());
        return new Snapshots(
                context, rollback, folder, options.model(), engine, options.snapshotBytes(), options.leftFree());
    }

    /**
     * Loads the pack, the model and a context; blocks until done. The thread that calls this need not be the one that
     * generates. A process loads one pack only.
     *
     * @param progress hears the loaded fraction, 0 to 1, on this thread
     * @param cancelled asked during the load, on this thread
     * @throws ModelLoadException with its reason; nothing is left loaded
     */
    public static LlamaGenerator load(GeneratorOptions options, DoubleConsumer progress, BooleanSupplier cancelled)
            throws ModelLoadException {
        return load(loadPack(options), options, progress, cancelled);
    }

    static LlamaGenerator load(
            LlamaLibrary library, GeneratorOptions options, DoubleConsumer progress, BooleanSupplier cancelled)
            throws ModelLoadException {
        Placing placing = Placing.of(library, options);
        LlamaModel loaded = LlamaModel.load(
                library, options.model(), placing.offload(), options.speedup().weights(), progress, cancelled);
        try {
            int batch = placing.offload() == null ? BATCH : DeviceFit.BATCH;
            int size = options.contextFor(loaded.trainedContextTokens());
            int threads = options.computingThreads();
            int slots = ONE_AT_A_TIME.contains(architecture(loaded)) ? 1 : options.slots();
            ContextOptions wanted = new ContextOptions(size, batch, threads, slots, options.kvType());
            LlamaContext context = loaded.generates() ? loaded.newContext(wanted) : null;
            Drafts drafts = Drafts.NONE;
            try {
                drafts = Drafts.load(library, loaded, context, placing, options, cancelled);
                return new LlamaGenerator(library, loaded, context, threads, placing, drafts, options);
            } catch (ModelLoadException | RuntimeException e) {
                drafts.close();
                if (context != null) {
                    context.close();
                }
                throw e;
            }
        } catch (ModelLoadException | RuntimeException e) {
            loaded.close();
            throw e;
        }
    }

    static LlamaLibrary loadPack(GeneratorOptions options) throws ModelLoadException {
        try {
            return PackLoader.load(options.pack());
        } catch (PackException e) {
            throw new ModelLoadException(ModelLoadException.Reason.PACK, String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public ModelInfo model() {
        return info;
    }

    @Override
    public Tokenizer tokenizer() {
        return prompts;
    }

    @Override
    public void begin(Request request, Cancel cancel, Sink sink) {
        LlamaSampler sampler = null;
        AdapterSet beside = AdapterSet.none();
        try {
            if (scheduler == null || context == null) {
                throw new UnsupportedOperationException("the model makes embeddings only");
            }
            Prompt.Tokens read = prompts.read(request.prompt());
            int[] tokens = read.tokens().stream().mapToInt(Integer::intValue).toArray();
            if (tokens.length >= context.contextTokens()) {
                throw new ContextOverflowException(tokens.length, context.contextTokens());
            }
            beside = adapters.take(request.adapters());
            sampler = loaded.newSampler(request.sampling());
            int lasting = rollback.needsCheckpoints() ? read.lasting() : 0;
            scheduler.add(new Turn(request, cancel, sink, vocabulary, sampler, beside, tokens, lasting));
        } catch (RuntimeException e) {
            if (sampler != null) {
                sampler.close();
            }
            beside.close();
            sink.fail(e instanceof LlamaException ? new GenerationException(String.valueOf(e.getMessage())) : e);
        }
    }

    @Override
    public boolean step() {
        return scheduler != null && scheduler.step();
    }

    @Override
    public boolean rest(BooleanSupplier wanted) {
        return scheduler != null && scheduler.rest(wanted);
    }

    @Override
    public void forget(String cacheKey) throws IOException {
        if (scheduler != null) {
            scheduler.forget(cacheKey);
        }
    }

    @Override
    public List<Embedding> embed(List<int[]> texts, Cancel cancel) {
        return embedder.embed(texts, cancel);
    }

    /** What is kept of a conversation, prompt and answer. */
    int[] readTokens(@Nullable String cacheKey) {
        return cacheKey == null || scheduler == null ? new int[0] : scheduler.tokensOf(cacheKey);
    }

    /** How many adapters are loaded, needed just now or not. */
    int loadedAdapters() {
        return adapters.count();
    }

    /** Whoever measured elsewhere how quickly this computer reads tells it here. */
    Snapshots snapshots() {
        return Objects.requireNonNull(scheduler).snapshots();
    }

    @Override
    public void close() {
        if (scheduler != null) {
            scheduler.close();
        }
        if (drafter != null) {
            drafter.close();
        }
        adapters.close();
        if (context != null) {
            context.close();
        }
        embedder.close();
        loaded.close();
    }
}
