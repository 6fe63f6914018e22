package koine.engine.session;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import koine.engine.llama.ContextOptions;
import koine.engine.llama.Devices;
import koine.engine.llama.KvType;
import koine.engine.llama.LlamaContext;
import koine.engine.llama.LlamaException;
import koine.engine.llama.LlamaModel;
import koine.engine.llama.ModelLoadException;
import koine.engine.llama.ModelLoadException.Reason;
import koine.engine.llama.Offload;
import koine.engine.llama.Weights;
import koine.engine.llama.ffm.LlamaLibrary;
import koine.engine.session.Generator.Drafting;
import koine.engine.session.Generator.Hindrance;
import koine.gguf.DraftCheck;
import koine.gguf.GgufException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What became of the wish for a model that drafts. One that cannot is no reason not to load the model.
 *
 * @param drafter null when there is none
 * @param told null when none was wished for
 */
record Drafts(@Nullable Drafter drafter, @Nullable Drafting told) implements AutoCloseable {
    static final Drafts NONE = new Drafts(null, null);

    private static final Logger LOG = LoggerFactory.getLogger(Drafts.class);

    /**
     * Beside a model that a device computes as a whole, the draft is computed there too, as a whole or not at all: a processor
     * would hold the device up. Beside any other, by the processor.
     *
     * @param context the model's; null when it has none
     * @throws ModelLoadException when the load was cancelled, for no other reason
     */
    static Drafts load(
            LlamaLibrary library,
            LlamaModel model,
            @Nullable LlamaContext context,
            Placing placing,
            GeneratorOptions options,
            BooleanSupplier cancelled)
            throws ModelLoadException {
        Path file = options.speedup().draft();
        if (file == null) {
            return NONE;
        }
        if (context == null || model.hasRecurrentState()) {
            return none(file, Hindrance.MODEL, "the model takes no drafts");
        }
        try {
            String difference = DraftCheck.difference(file, options.model());
            if (difference != null) {
                return none(file, Hindrance.OTHER_VOCABULARY, difference);
            }
            Offload device = placing.offload();
            if (device != null) { // more layers than it has are all of them
                boolean whole = model.layers().offloaded() == model.layers().all();
                device = whole ? device.withLayers(Offload.FITTING) : null;
            }
            if (device != null && !fits(library, file, context, device, options)) {
                return none(file, Hindrance.OUT_OF_MEMORY, "the device has no room for it");
            }
            LlamaModel draft = LlamaModel.load(library, file, device, Weights.MAPPED, fraction -> {}, cancelled);
            return begin(draft, model, context, file, options);
        } catch (GgufException e) {
            return none(file, Hindrance.DAMAGED, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return none(file, Hindrance.MISSING, e.getClass().getSimpleName());
        } catch (ModelLoadException e) {
            if (e.reason() == Reason.CANCELLED) {
                throw e;
            }
            return none(file, hindrance(e.reason()), String.valueOf(e.getMessage()));
        } catch (LlamaException e) {
            return none(file, Hindrance.UNSUPPORTED, String.valueOf(e.getMessage()));
        }
    }

    /** @param draft closed when it cannot draft */
    private static Drafts begin(
            LlamaModel draft, LlamaModel model, LlamaContext context, Path file, GeneratorOptions options)
            throws ModelLoadException {
        try {
            if (draft.hasRecurrentState() || !draft.generates()) {
                draft.close();
                return none(file, Hindrance.UNSUPPORTED, "it cannot take tokens back, or writes none");
            }
            ContextOptions wanted = contextOptions(draft.trainedContextTokens(), context, options);
            LlamaContext beside = draft.newContext(wanted, context);
            try {
                Drafter drafter = new Drafter(
                        draft,
                        beside,
                        wanted.contextTokens(),
                        model.vocabulary().size());
                return new Drafts(drafter, new Drafting(name(file), null));
            } catch (RuntimeException e) {
                beside.close();
                throw e;
            }
        } catch (ModelLoadException | RuntimeException e) {
            draft.close();
            throw e;
        }
    }

    /** As large as the model's, but no larger than the draft was made for. */
    private static ContextOptions contextOptions(int trained, LlamaContext context, GeneratorOptions options) {
        int tokens = trained == 0 ? context.contextTokens() : Math.min(trained, context.contextTokens());
        return new ContextOptions(
                tokens, context.batchTokens(), options.computingThreads(), context.sequences(), KvType.F16);
    }

    private static boolean fits(
            LlamaLibrary library, Path file, LlamaContext context, Offload device, GeneratorOptions options)
            throws ModelLoadException {
        Placing placing = Placing.of(
                library,
                new GeneratorOptions(options.pack(), file, context.contextTokens())
                        .withSlots(context.sequences())
                        .withOffload(device));
        return placing.freeBytes() == Devices.UNKNOWN || placing.needBytes() <= placing.freeBytes();
    }

    private static Hindrance hindrance(Reason reason) {
        return switch (reason) {
            case MISSING -> Hindrance.MISSING;
            case DAMAGED -> Hindrance.DAMAGED;
            case OUT_OF_MEMORY -> Hindrance.OUT_OF_MEMORY;
            case UNSUPPORTED, DEVICE, PACK, FAILED, CANCELLED -> Hindrance.UNSUPPORTED;
        };
    }

    private static Drafts none(Path file, Hindrance hindrance, String why) {
        LOG.warn("there are no drafts: {}: {}", hindrance, why);
        return new Drafts(null, new Drafting(name(file), hindrance));
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    @Override
    public void close() {
        if (drafter != null) {
            drafter.close();
        }
    }
}
