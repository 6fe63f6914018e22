package koine.engine.jllama;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import koine.engine.llama.ModelLoadException;
import koine.engine.session.Ability;
import koine.engine.session.ContextOverflowException;
import koine.engine.session.GenerationException;
import koine.engine.session.Generator;
import koine.engine.session.GeneratorOptions;
import koine.engine.session.MissingAbilityException;
import koine.engine.session.Prompts;
import koine.engine.session.SnapshotFolder;
import koine.engine.session.Tokenizer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Generator} over java-llama.cpp: one answer after the other, on the processor. The library has a thread of its own that
 * computes and does not end before the process does, which whoever starts this has to see to.
 */
public final class JllamaGenerator implements Generator {
    /**
     * No scores: the library's reading of them is broken. No grammar: one it cannot read it leaves out, and one that no
     * token fits ends the process.
     */
    public static final Set<Ability> ABILITIES =
            Set.of(Ability.DRY, Ability.PREFIX_CACHE, Ability.PROMPT_PROGRESS, Ability.CANCEL_IN_PROMPT);

    private static final Logger LOG = LoggerFactory.getLogger(JllamaGenerator.class);

    private final JllamaModel loaded;
    private final Prompts prompts;
    private final Reading reading;
    private final ModelInfo info;
    private final @Nullable SnapshotFolder snapshots;
    private final Deque<Turn> waiting = new ArrayDeque<>();
    private @Nullable Turn active;
    private boolean forgetting;

    private JllamaGenerator(JllamaModel loaded, GeneratorOptions options) {
        this.loaded = loaded;
        this.prompts = new Prompts(loaded);
        this.reading = new Reading(loaded.inside());
        this.snapshots = options.snapshots() == null ? null : new SnapshotFolder(options.snapshots());
        ModelFile file = loaded.file();
        this.info = new ModelInfo(
                file.architecture() + " " + file.facts().quantization(),
                file.architecture(),
                file.facts().parameters(),
                file.bytes(),
                loaded.contextTokens(),
                file.trainedContextTokens(),
                file.chatTemplate(),
                loaded.text(file.bos()),
                loaded.text(file.eos()),
                1,
                0,
                null,
                String.valueOf(options.pack().getFileName()),
                ABILITIES,
                null);
    }

    /**
     * Loads the library and the model; blocks until done. Once in a process.
     *
     * @param options its pack is the folder the library is unpacked into
     * @param progress hears of the end only
     * @param cancelled asked before the load only
     * @throws ModelLoadException with its reason
     */
    public static JllamaGenerator load(GeneratorOptions options, DoubleConsumer progress, BooleanSupplier cancelled)
            throws ModelLoadException {
        JllamaGenerator generator = new JllamaGenerator(JllamaModel.load(options, cancelled), options);
        progress.accept(1);
        return generator;
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
        try {
            MissingAbilityException.require(ABILITIES, request);
            int[] tokens = prompts.read(request.prompt()).tokens().stream()
                    .mapToInt(Integer::intValue)
                    .toArray();
            if (tokens.length >= loaded.contextTokens()) {
                throw new ContextOverflowException(tokens.length, loaded.contextTokens());
            }
            request.sampling().logitBias().keySet().forEach(loaded::require);
            waiting.add(new Turn(loaded, reading, request, cancel, sink, tokens));
        } catch (RuntimeException e) {
            sink.fail(e);
        }
    }

    @Override
    public boolean step() {
        waiting.removeIf(Turn::endIfCancelled);
        if (active == null) {
            active = waiting.poll();
        }
        if (active != null && !active.step()) {
            active = null;
            if (forgetting) {
                forgetting = false;
                clear();
            }
        }
        return active != null || !waiting.isEmpty();
    }

    private void clear() {
        try {
            reading.clear();
        } catch (GenerationException e) {
            LOG.warn("what was read stays until the next prompt: {}", e.getMessage());
        }
    }

    @Override
    public boolean rest(BooleanSupplier wanted) {
        return false;
    }

    @Override
    public List<Embedding> embed(List<int[]> texts, Cancel cancel) {
        throw new MissingAbilityException(Ability.EMBEDDINGS);
    }

    /** What lies on disk was written by another engine, which may not come again. */
    @Override
    public void forget(String cacheKey) throws IOException {
        if (reading.isOf(cacheKey)) {
            if (active == null) {
                reading.clear();
            } else {
                forgetting = true;
            }
        }
        if (snapshots != null) {
            snapshots.forget(cacheKey);
        }
    }

    @Override
    public void close() {
        if (active != null) {
            active.abandon();
        }
        loaded.close();
    }
}
