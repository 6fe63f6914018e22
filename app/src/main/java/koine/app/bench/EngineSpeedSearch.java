package koine.app.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import koine.app.Settings;
import koine.app.chat.Engines;
import koine.app.chat.ModelNames;
import koine.engine.client.EngineFacts;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoadListener;
import koine.engine.hardware.Placement;
import koine.engine.hardware.Placements;
import koine.engine.llama.Weights;
import koine.engine.memory.MemoryNeed;
import koine.engine.memory.MemoryProbe;
import koine.engine.memory.ModelShape;
import koine.engine.process.EngineOptions;
import koine.engine.speed.MeasuredSpeed;
import koine.engine.speed.MeasuredSpeed.Found;
import koine.engine.speed.Speedup;
import koine.engine.speed.Trial;
import koine.engine.speed.Trial.Kind;
import koine.engine.speed.Trial.Obstacle;
import koine.gguf.DraftCheck;
import koine.i18n.Problem;
import koine.models.InstalledModel;
import koine.models.ModelStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what makes a model write more quickly on this computer, by having two engines write in turn: one as it is, one
 * with the change. What is quicker for certain is used from the next start on, and is what the next change is measured
 * beside.
 */
public final class EngineSpeedSearch implements SpeedSearch {
    private static final Logger LOG = LoggerFactory.getLogger(EngineSpeedSearch.class);

    private static final int CONTEXT = 2048;
    private static final int DEPTH = 1536;

    /** An engine leaves seconds after its last lease. */
    private static final Duration LONGEST_END = Duration.ofSeconds(20);

    /** Left to the system and to whoever works on it meanwhile. */
    private static final long RESERVE = 512L << 20;

    /** A draft model that is not much smaller has nothing to gain. */
    private static final int SMALLER = 2;

    /** What a rougher context may cost of the speed and still be better than a smaller one. */
    private static final double NEARLY_ALL = 0.95;

    private final ModelStore models;
    private final Settings settings;
    private final Engines engines;
    private final Placements placements;
    private final MeasuredSpeed speeds;
    private final BiPredicate<Weights, Long> allowed;
    private final MemoryProbe memory;
    private final InstantSource clock;
    private final LongSupplier nanos;

    /**
     * @param engines that start where they are told to
     * @param allowed whether the system has a way of holding so many bytes of weights
     * @param nanos a clock for spans, in nanoseconds
     */
    public EngineSpeedSearch(
            ModelStore models,
            Settings settings,
            Engines engines,
            Placements placements,
            MeasuredSpeed speeds,
            BiPredicate<Weights, Long> allowed,
            MemoryProbe memory,
            InstantSource clock,
            LongSupplier nanos) {
        this.models = models;
        this.settings = settings;
        this.engines = engines;
        this.placements = placements;
        this.speeds = speeds;
        this.allowed = allowed;
        this.memory = memory;
        this.clock = clock;
        this.nanos = nanos;
    }

    @Override
    public Report known(@Nullable String name) throws Problem {
        InstalledModel model = model(name);
        Placement placement = placements.first(model.path());
        return report(model, placement, speeds.of(model.path(), placement.pack(), 0, placement.offload()));
    }

    @Override
    public boolean forget(@Nullable String name) throws Problem {
        InstalledModel model = model(name);
        try {
            boolean known = forget(model, placements.first(model.path()));
            Placement anew = placements.firstWhateverIsSlower(model.path());
            known |= forget(model, anew);
            placements.rememberSlower(model.path(), anew, false);
            return known;
        } catch (IOException e) {
            throw new Problem("KOINE-A132", Map.of(), e);
        }
    }

    private boolean forget(InstalledModel model, Placement placement) throws IOException {
        return speeds.forget(model.path(), placement.pack(), 0, placement.offload());
    }

    @Override
    public Report run(Options options, Progress progress) throws Problem {
        InstalledModel model = model(options.model());
        Placement placement = placements.firstWhateverIsSlower(model.path());
        if (placement.step() == Placement.Step.BUILT_IN) {
            throw new Problem("KOINE-A130", Map.of());
        }
        Problem notice = placement.notice();
        if (notice != null) {
            progress.onNotice(notice);
            placements.told(notice);
        }
        try (Search search = new Search(model, placement, progress)) {
            Found found = search.run(drafts(options, model));
            Placement best = search.placement;
            speeds.remember(model.path(), best.pack(), 0, best.offload(), found);
            placements.rememberSlower(model.path(), placement, placement.device() != null && best.device() == null);
            return report(model, best, found);
        } catch (IOException e) {
            throw new Problem("KOINE-A132", Map.of(), e);
        }
    }

    private InstalledModel model(@Nullable String name) throws Problem {
        return ModelNames.find(models, settings, name);
    }

    private static Report report(InstalledModel model, Placement placement, @Nullable Found found) {
        return new Report(
                model,
                placement.device() == null
                        ? null
                        : placement.device().description().strip(),
                found);
    }

    /** Named ones as they are; else smaller ones that speak in the same tokens. */
    private List<InstalledModel> drafts(Options options, InstalledModel model) throws Problem {
        List<InstalledModel> drafts = new ArrayList<>();
        if (options.drafts() != null) {
            for (String name : options.drafts()) {
                drafts.add(ModelNames.resolve(models, name));
            }
            return drafts;
        }
        for (InstalledModel one : models.installed()) {
            if (one.bytes() <= model.bytes() / SMALLER && fits(one.path(), model.path())) {
                drafts.add(one);
            }
        }
        return drafts;
    }

    private static boolean fits(Path draft, Path model) {
        try {
            return DraftCheck.difference(draft, model) == null;
        } catch (IOException e) {
            return false;
        }
    }

    /** One search: the engine that is the best so far, and what was tried. */
    private final class Search implements AutoCloseable {
        private final Path model;
        private Placement placement;
        private final Progress progress;
        private final Duel answers;
        private final List<String> questions;
        private final List<Trial> trials = new ArrayList<>();
        private final long free;
        private final long need;
        private Speedup best = Speedup.NONE;
        private @Nullable EngineLease champion;
        private boolean givenUp;
        private double plain;
        private double gain = 1;

        Search(InstalledModel installed, Placement placement, Progress progress) {
            this.model = installed.path();
            this.placement = placement;
            this.progress = progress;
            this.questions = Questions.of(installed, settings.language());
            this.answers = new Duel(Writers.answers(questions), nanos, progress::isUnwanted);
            this.free = memory.availableBytes() - RESERVE;
            this.need = need(model);
        }

        Found run(List<InstalledModel> drafts) throws Problem {
            if (need > free) {
                throw new Problem("KOINE-A133", Map.of("need", (need + RESERVE) / 1e9, "free", (free + RESERVE) / 1e9));
            }
            champion = open(placement, best, EngineOptions.F16);
            if (placement.device() != null && !placements.wish().names()) {
                processor();
            }
            if (placement.device() == null) { // else they lie there
                weights();
            }
            context();
            for (InstalledModel draft : drafts) {
                draft(draft);
            }
            keepTheBestDraft();
            if (plain == 0) {
                plain = Writers.answers(questions).write(champion(), 0);
            }
            return new Found(clock.instant().getEpochSecond(), plain, plain * gain, trials);
        }

        private EngineLease champion() {
            if (champion == null) {
                throw new IllegalStateException("there is no engine");
            }
            return champion;
        }

        /**
         * A whole question, for a card may be better at reading than at writing. Who has named a device has it, whatever is
         * quicker; one that had no room for all layers just now may have it the next time.
         */
        private void processor() throws Problem {
            EngineFacts.Offload offload = champion().engine().facts().offload();
            if (offload != null && offload.layers() < offload.all()) {
                trials.add(Trial.prevented(Kind.PROCESSOR, null, Obstacle.MEMORY));
                return;
            }
            Placement processor = placements.processor();
            Duel whole = new Duel(Writers.whole(String.join("\n", questions)), nanos, progress::isUnwanted);
            Trial trial = against(Kind.PROCESSOR, null, processor, best, EngineOptions.F16, whole, 0);
            trials.add(trial.isQuicker() ? trial.asUsed() : trial);
            if (trial.isQuicker()) {
                placement = processor;
                crown(best, 1); // not of writing alone
            }
        }

        private void weights() throws Problem {
            Trial quickest = null;
            for (Kind kind : List.of(Kind.LARGE_PAGES, Kind.LOCKED)) {
                Trial trial = allowed.test(way(kind), bytes(model))
                        ? against(kind, null, placement, best.with(way(kind)), EngineOptions.F16, answers, 0)
                        : Trial.prevented(kind, null, Obstacle.NOT_HERE);
                trials.add(trial);
                if (trial.isQuicker() && (quickest == null || trial.ratio() > quickest.ratio())) {
                    quickest = trial;
                }
            }
            if (quickest != null) {
                Speedup with = best.with(way(quickest.kind()));
                Trial sure = confirmed(quickest, with, 0);
                if (sure.isQuicker()) {
                    crown(with, sure.ratio());
                }
            }
        }

        private static Weights way(Kind kind) {
            return kind == Kind.LOCKED ? Weights.LOCKED : Weights.LARGE_PAGES;
        }

        /** The best of several is the best by chance, too: it has to be quicker once more, and that is what counts. */
        private Trial confirmed(Trial quickest, Speedup with, long more) throws Problem {
            long rivals = trials.stream()
                    .filter(trial -> trial.pairs() > 0 && isRival(trial.kind(), quickest.kind()))
                    .count();
            Trial again = rivals < 2
                    ? quickest
                    : against(quickest.kind(), quickest.draft(), placement, with, EngineOptions.F16, answers, more);
            Trial sure = again.isQuicker() ? again.asUsed() : again;
            trials.replaceAll(trial -> trial.isOf(quickest.kind(), quickest.draft()) ? sure : trial);
            return sure;
        }

        private static boolean isRival(Kind one, Kind other) {
            return one == other || (isOfWeights(one) && isOfWeights(other));
        }

        private static boolean isOfWeights(Kind kind) {
            return kind == Kind.LARGE_PAGES || kind == Kind.LOCKED;
        }

        /** Not to be quicker: it is used where memory is short. */
        private void context() throws Problem {
            ModelShape shape = shape(model);
            if (shape == null || !shape.blockRows()) {
                trials.add(Trial.prevented(Kind.QUANTIZED_CONTEXT, null, Obstacle.NOT_WITH_THIS_MODEL));
                return;
            }
            int trained = shape.trainedContext() == 0 ? CONTEXT : Math.min(CONTEXT, shape.trainedContext());
            Duel behind = new Duel(
                    Writers.behind(String.join("\n", questions), Math.min(DEPTH, trained * 3 / 4)),
                    nanos,
                    progress::isUnwanted);
            Trial trial = against(Kind.QUANTIZED_CONTEXT, null, placement, best, EngineOptions.Q8_0, behind, 0);
            trials.add(trial.pairs() > 0 && trial.low() >= NEARLY_ALL ? trial.asUsed() : trial);
        }

        private void draft(InstalledModel draft) throws Problem {
            String file = draft.path().toString();
            ModelShape shape = shape(draft.path());
            if (shape == null || !fits(draft.path(), model)) {
                trials.add(Trial.prevented(Kind.DRAFT, file, Obstacle.NOT_WITH_THIS_MODEL));
                return;
            }
            long more = draftBytes(draft.path());
            Speedup with = best.withDraft(draft.path());
            trials.add(against(Kind.DRAFT, file, placement, with, EngineOptions.F16, answers, more));
        }

        private void keepTheBestDraft() throws Problem {
            Trial quickest = trials.stream()
                    .filter(trial -> trial.kind() == Kind.DRAFT && trial.isQuicker())
                    .max(Comparator.comparingDouble(Trial::ratio))
                    .orElse(null);
            if (quickest != null && quickest.draft() != null) {
                Path draft = Path.of(quickest.draft());
                Trial sure = confirmed(quickest, best.withDraft(draft), draftBytes(draft));
                if (sure.isQuicker()) {
                    gain *= sure.ratio();
                }
            }
        }

        /** The next change is measured beside this one. */
        private void crown(Speedup winner, double ratio) throws Problem {
            leave(champion());
            champion = null;
            best = winner;
            gain *= ratio;
            champion = open(placement, winner, EngineOptions.F16);
        }

        private Trial against(
                Kind kind, @Nullable String draft, Placement where, Speedup with, String kvType, Duel duel, long more)
                throws Problem {
            if (2 * need + more > free) {
                return Trial.prevented(kind, draft, Obstacle.MEMORY);
            }
            String name = draft == null ? null : String.valueOf(Path.of(draft).getFileName());
            progress.onTrial(kind, name, 0);
            EngineLease challenger = null;
            try {
                challenger = open(where, with, kvType);
                Obstacle hindered = draft == null
                        ? null
                        : hindrance(challenger.engine().facts().draft());
                if (hindered != null) {
                    return Trial.prevented(kind, draft, hindered);
                }
                Duel.Outcome outcome =
                        duel.between(champion(), challenger, share -> progress.onTrial(kind, name, share));
                if (plain == 0 && duel.equals(answers)) {
                    plain = outcome.champion();
                }
                return Trial.measured(kind, draft, outcome.ratio(), false);
            } catch (Problem e) {
                if (e.code().equals(Duel.UNWANTED) || !champion().alive()) {
                    throw e;
                }
                LOG.warn("{} could not be measured: {}", kind, e.code());
                return Trial.prevented(kind, draft, Obstacle.FAILED);
            } finally {
                if (challenger != null) {
                    leave(challenger);
                }
            }
        }

        /** Until its memory is free: the next engine wants it. */
        private void leave(EngineLease lease) {
            lease.closeAndAwaitEnd(LONGEST_END);
        }

        private EngineLease open(Placement where, Speedup speedup, String kvType) throws Problem {
            EngineOptions options = EngineOptions.DEFAULT
                    .withContext(CONTEXT)
                    .withSlots(1)
                    .withKvType(kvType)
                    .withOffload(where.offload())
                    .withSpeedup(speedup);
            return engines.acquire(new EngineSpec(model, where.pack(), options), new LoadListener() {
                @Override
                public void onLoadProgress(double fraction) {
                    progress.onLoad(fraction);
                    if (progress.isUnwanted()) {
                        givenUp = true;
                        Thread.currentThread().interrupt(); // ends the load
                    }
                }

                @Override
                public void onNotice(Problem notice) {
                    progress.onNotice(notice);
                }
            });
        }

        @Override
        public void close() {
            if (champion != null) {
                champion.close();
            }
            if (givenUp) {
                Thread.interrupted(); // it was ours, and has done its work
            }
        }
    }

    private static @Nullable Obstacle hindrance(EngineFacts.@Nullable Draft draft) {
        if (draft == null) {
            return Obstacle.NOT_WITH_THIS_MODEL;
        }
        String why = draft.hindrance();
        if (why == null) {
            return null;
        }
        return switch (why) {
            case "out_of_memory" -> Obstacle.MEMORY;
            case "missing", "damaged" -> Obstacle.FAILED;
            default -> Obstacle.NOT_WITH_THIS_MODEL;
        };
    }

    private static long need(Path model) {
        ModelShape shape = shape(model);
        return shape == null ? 0 : new MemoryNeed(shape).bytes(CONTEXT, EngineOptions.F16, 1);
    }

    private static long draftBytes(Path draft) {
        ModelShape shape = shape(draft);
        return shape == null ? 0 : new MemoryNeed(shape).besideAnother(CONTEXT, EngineOptions.F16, 1);
    }

    private static @Nullable ModelShape shape(Path model) {
        try {
            return ModelShape.read(model);
        } catch (IOException e) {
            return null; // the engine will say what is wrong with it
        }
    }

    private static long bytes(Path model) {
        ModelShape shape = shape(model);
        return shape == null ? Long.MAX_VALUE : shape.weightBytes();
    }
}
