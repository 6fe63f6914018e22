package koine.app.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleConsumer;
import koine.app.Settings;
import koine.app.chat.Engines;
import koine.app.chat.ModelNames;
import koine.app.chat.StoringChatService.PackFinder;
import koine.engine.client.EngineFacts;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoadListener;
import koine.engine.client.TokenEngine;
import koine.engine.client.TokenEngine.Completion;
import koine.i18n.Problem;
import koine.models.InstalledModel;
import koine.models.ModelStore;
import org.jspecify.annotations.Nullable;

/**
 * Measures by this program's clock what a person waits for: request, HTTP, engine process and all. The engine is the
 * one that answers questions too, shared if it runs already. Any thread; blocks.
 */
public final class SpeedTest {
    private static final int ENGINES_OWN_CONTEXT = 8192;
    private static final int CONTEXT_STEP = 1024;
    private static final int MOST_WARM_UPS = 5;
    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(6);

    /** Any text will do; the model reads its tokens over and over. */
    private static final String TEXT =
            "The river came down from the hills in the spring, and the people of the valley went out to meet it. "
                    + "They spoke many languages, and each of them had a word for water that no other language had.";

    private final ModelStore models;
    private final Settings settings;
    private final PackFinder packs;
    private final Engines engines;

    public SpeedTest(ModelStore models, Settings settings, PackFinder packs, Engines engines) {
        this.models = models;
        this.settings = settings;
        this.packs = packs;
        this.engines = engines;
    }

    /**
     * @param model id or path; null is the model that questions go to
     * @param prompt tokens to read, beyond the depth
     * @param generate tokens to write
     * @param depth tokens that the model knows already before anything is measured
     * @param parallel streams at the same time
     * @param threads of the processor; 0 is the engine's choice
     * @param repeat measured rounds; one more before them is not counted
     */
    public record Options(
            @Nullable String model, int prompt, int generate, int depth, int parallel, int threads, int repeat) {}

    /** Hears how far the test is: loading a model, then measuring; each from 0 to 1, on the caller's thread. */
    public interface Progress {
        void onLoad(double share);

        void onMeasure(double share);

        /** Something to know about the engine that is measured. */
        void onNotice(Problem notice);
    }

    /**
     * @param device the processor's name
     * @throws Problem {@code KOINE-M1xx} no such model, {@code KOINE-E1xx} no engine, {@code KOINE-E2xx} it failed
     */
    public SpeedReport run(Options options, String device, Progress progress) throws Problem {
        InstalledModel model = ModelNames.find(models, settings, options.model());
        Path pack = packs.pack();
        EngineSpec spec = new EngineSpec(model.path(), pack, contextTokens(options), options.threads());
        try (EngineLease lease = engines.acquire(spec, hearing(progress));
                ExecutorService streams = Executors.newFixedThreadPool(
                        options.parallel(),
                        Thread.ofPlatform().name("koine-bench-", 1).daemon().factory())) {
            List<SpeedReport.Round> rounds = rounds(lease.tokens(), streams, options, progress::onMeasure);
            var peak = ProcessMemory.peakOfTree(lease.pid());
            EngineFacts facts = lease.engine().facts();
            EngineFacts.Offload offload = facts.offload();
            return SpeedReport.of(
                    rounds,
                    peak.isPresent() ? peak.getAsLong() : null,
                    facts.pack() == null ? String.valueOf(pack.getFileName()) : facts.pack(),
                    device,
                    offload == null || offload.layers() == 0
                            ? null
                            : new SpeedReport.Offloaded(offload.device(), offload.layers(), offload.all()),
                    model.id(),
                    options);
        }
    }

    private static LoadListener hearing(Progress progress) {
        return new LoadListener() {
            @Override
            public void onLoadProgress(double fraction) {
                progress.onLoad(fraction);
            }

            @Override
            public void onNotice(Problem notice) {
                progress.onNotice(notice);
            }
        };
    }

    /** The engine's own choice where that is enough, so that the engine of the window is the one measured. */
    private static int contextTokens(Options options) {
        long each = (long) options.depth() + Math.max(options.prompt() + 1, options.generate() + 1);
        long all = each * options.parallel();
        long steps = (all + CONTEXT_STEP - 1) / CONTEXT_STEP;
        return all <= ENGINES_OWN_CONTEXT ? 0 : Math.toIntExact(Math.min(steps * CONTEXT_STEP, Integer.MAX_VALUE));
    }

    private static List<SpeedReport.Round> rounds(
            TokenEngine engine, ExecutorService streams, Options options, DoubleConsumer progress) throws Problem {
        int[] text = engine.tokenize(TEXT);
        if (text.length == 0) {
            throw new Problem("KOINE-E206", Map.of());
        }
        List<SpeedReport.Round> rounds = new ArrayList<>();
        warmUp(engine, streams, options, text);
        for (int i = 0; i < options.repeat(); i++) {
            progress.accept((i + 1.0) / (options.repeat() + 1));
            rounds.add(round(engine, streams, options, text));
        }
        progress.accept(1);
        return rounds;
    }

    /** Java compiles what it runs often: small models are done with a round before it has. */
    private static void warmUp(TokenEngine engine, ExecutorService streams, Options options, int[] text)
            throws Problem {
        long begun = System.nanoTime();
        int rounds = 0;
        while (rounds == 0 || (rounds < MOST_WARM_UPS && System.nanoTime() - begun < WARM_UP_NANOS)) {
            round(engine, streams, options, text);
            rounds++;
        }
    }

    private static SpeedReport.Round round(TokenEngine engine, ExecutorService streams, Options options, int[] text)
            throws Problem {
        int[] prompt = tokens(text, options.depth() + options.prompt());
        int[] start = tokens(text, Math.max(1, options.depth()));
        String key = options.depth() == 0 ? null : "bench-" + UUID.randomUUID();
        if (key != null) {
            all(streams, options.parallel(), i -> engine.complete(start, 1, key + "-" + i));
        }
        Measured reading = all(streams, options.parallel(), i -> engine.complete(prompt, 1, keyOf(key, i)));
        Measured writing =
                all(streams, options.parallel(), i -> engine.complete(start, options.generate(), keyOf(key, i)));
        return new SpeedReport.Round(
                perSecond(reading.read(), reading.nanos()),
                perSecond(writing.written(), writing.nanos()),
                reading.firstTokenNanos() / 1e6);
    }

    private static @Nullable String keyOf(@Nullable String key, int stream) {
        return key == null ? null : key + "-" + stream;
    }

    private static double perSecond(long tokens, long nanos) {
        return tokens * (double) TimeUnit.SECONDS.toNanos(1) / Math.max(1, nanos);
    }

    /** So many of a text's tokens, over and over. */
    static int[] tokens(int[] text, int count) {
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++) {
            tokens[i] = text[i % text.length];
        }
        return tokens;
    }

    /** @param firstTokenNanos the mean of the streams */
    private record Measured(long read, long written, long nanos, double firstTokenNanos) {}

    @FunctionalInterface
    private interface Stream {
        Completion run(int index) throws Problem;
    }

    private static Measured all(ExecutorService streams, int count, Stream stream) throws Problem {
        long begun = System.nanoTime();
        List<Future<Completion>> futures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = i;
            futures.add(streams.submit(() -> stream.run(index)));
        }
        List<Completion> ended = new ArrayList<>();
        for (Future<Completion> future : futures) {
            ended.add(await(future));
        }
        long nanos = System.nanoTime() - begun;
        return new Measured(
                ended.stream()
                        .mapToLong(c -> c.promptTokens() - c.cachedTokens())
                        .sum(),
                ended.stream().mapToLong(Completion::tokens).sum(),
                nanos,
                ended.stream().mapToLong(Completion::firstTokenNanos).average().orElse(0));
    }

    private static Completion await(Future<Completion> future) throws Problem {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Problem problem) {
                throw problem;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem("KOINE-E108", Map.of(), e);
        }
    }
}
