package koine.app.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import koine.app.TestProfile;
import koine.engine.client.ChatEngine;
import koine.engine.client.ChatListener;
import koine.engine.client.ChatRequest;
import koine.engine.client.ChatResult;
import koine.engine.client.ChatResult.Finish;
import koine.engine.client.EngineFacts;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoadListener;
import koine.engine.client.PackProbe;
import koine.engine.client.PackProbe.Outcome;
import koine.engine.client.Thinking;
import koine.engine.client.TokenEngine;
import koine.engine.hardware.Drivers;
import koine.engine.hardware.Placements;
import koine.engine.hardware.Wish;
import koine.engine.llama.Device;
import koine.engine.llama.Weights;
import koine.engine.memory.MemoryProbe;
import koine.engine.packs.PackManifest;
import koine.engine.packs.PackStore;
import koine.engine.process.EngineOptions;
import koine.engine.speed.MeasuredSpeed;
import koine.engine.speed.MeasuredSpeed.Found;
import koine.engine.speed.Speedup;
import koine.engine.speed.Trial;
import koine.engine.speed.Trial.Kind;
import koine.engine.speed.Trial.Obstacle;
import koine.gguf.TinyModel;
import koine.i18n.Messages;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import koine.models.Catalogue;
import koine.models.FileModelStore;
import koine.models.InstalledModel;
import koine.net.LoopbackResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Engines that write as quickly as a test wants them to, and a clock that goes with what they write. */
class EngineSpeedSearchTest {
    private static final double USUAL = 20;

    @TempDir
    Path folder;

    /** How much quicker than usual; those not named are as usual. */
    private final Map<Object, Double> gains = new HashMap<>();

    /** Quicker the first time only. */
    private final Set<Object> lucky = new HashSet<>();

    private final Set<Object> tried = new HashSet<>();
    private final Set<Object> failing = new HashSet<>();
    private final List<EngineSpec> opened = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private int open;
    private int mostOpen;
    private long nanos;
    private long available = 64L << 30;
    private @Nullable String hindrance;
    private int layers = 3;
    private int answerTokens = 64;
    private Wish wish = Wish.BEST;
    private boolean card;
    private boolean talks = true;
    private int patience = Integer.MAX_VALUE;
    private int loadsUntilUnwanted = Integer.MAX_VALUE;
    private boolean unwanted;
    private final Set<Weights> allowed = EnumSet.of(Weights.LARGE_PAGES);

    private Path model;
    private Path draft;

    @BeforeEach
    void write() throws IOException {
        Files.createDirectories(folder.resolve("packs/linux-x64-3.22.1"));
        model = Files.createDirectories(folder.resolve("models")).resolve("large.gguf");
        TinyModel.of("llama").bytes(null, List.of("<end>")).context(4096).write(model);
        draft = folder.resolve("models").resolve("small.gguf");
        TinyModel.of("llama").bytes(null, List.of("<end>")).context(4096).write(draft);
    }

    private MeasuredSpeed speeds() {
        return new MeasuredSpeed(folder.resolve("engine"));
    }

    private SpeedSearch search() throws IOException {
        if (card) {
            Files.createDirectories(folder.resolve("packs/linux-x64-vulkan-3.22.1"));
        }
        Files.createDirectories(folder.resolve("engine"));
        Device device = new Device("Vulkan0", "A card", "Vulkan", Device.Kind.GRAPHICS, 1L << 32, 1L << 32, true);
        Placements placements = new Placements(
                new PackStore(PackManifest.builtIn(), "linux-x64", null, folder.resolve("packs")),
                pack -> new PackProbe.Result(Outcome.USABLE, List.of(device), null, null, 0),
                folder.resolve("devices.json"),
                new Drivers(Map.of(), new Properties()),
                () -> wish);
        MemoryProbe memory = new MemoryProbe() {
            @Override
            public long availableBytes() {
                return available;
            }

            @Override
            public OptionalLong ownBytes(long pid) {
                return OptionalLong.empty();
            }
        };
        return new EngineSpeedSearch(
                new FileModelStore(Catalogue.builtIn(), null, folder.resolve("models")),
                TestProfile.open(folder, this::start).settings(),
                this::start,
                placements,
                speeds(),
                (way, bytes) -> allowed.contains(way),
                memory,
                InstantSource.fixed(Instant.ofEpochSecond(1_800_000_000L)),
                () -> nanos);
    }

    private Found run(String... drafts) throws Exception {
        SpeedSearch.Report report = search().run(
                        new SpeedSearch.Options(model.toString(), List.of(drafts)), new SpeedSearch.Progress() {
                            @Override
                            public void onLoad(double share) {}

                            @Override
                            public void onTrial(Kind kind, @Nullable String name, double share) {
                                assertTrue(share >= 0 && share <= 1);
                            }

                            @Override
                            public void onNotice(Problem notice) {}

                            @Override
                            public boolean isUnwanted() {
                                return unwanted || asked.size() >= patience;
                            }
                        });
        assertEquals(0, open, "every engine is given back");
        assertTrue(mostOpen <= 2, "two engines at a time, were " + mostOpen);
        Found found = report.found();
        assertNotNull(found);
        return found;
    }

    private static Trial of(Found found, Kind kind) {
        return found.trials().stream()
                .filter(trial -> trial.kind() == kind)
                .findFirst()
                .orElseThrow();
    }

    private EngineLease start(EngineSpec spec, LoadListener listener) throws Problem {
        Speedup speedup = spec.options().speedup();
        assertNotNull(speedup, "what was measured before is no part of it");
        for (Object part : parts(spec, speedup)) {
            if (failing.contains(part)) {
                throw new Problem("KOINE-E104", Map.of("exitCode", 1));
            }
        }
        if (opened.size() >= loadsUntilUnwanted) {
            unwanted = true;
            listener.onLoadProgress(0.1);
            throw new Problem(Thread.currentThread().isInterrupted() ? "KOINE-E108" : "KOINE-E104", Map.of());
        }
        opened.add(spec);
        open++;
        mostOpen = Math.max(open, mostOpen);
        return new Engine(spec, speedup);
    }

    private static List<Object> parts(EngineSpec spec, Speedup speedup) {
        List<Object> parts =
                new ArrayList<>(List.of(speedup.weights(), spec.options().kvType()));
        if (speedup.draft() != null) {
            parts.add(speedup.draft());
        }
        parts.add(spec.options().offload() == null ? "processor" : "card");
        return parts;
    }

    private final class Engine implements EngineLease, ChatEngine, TokenEngine {
        private final EngineSpec spec;
        private final Speedup speedup;
        private final boolean luck;
        private int answers;

        Engine(EngineSpec spec, Speedup speedup) {
            this.spec = spec;
            this.speedup = speedup;
            this.luck = speedup.draft() == null || !lucky.contains(speedup.draft()) || tried.add(speedup.draft());
        }

        /** With a noise of some hundredths, and slow at first. */
        private long tokenNanos() {
            double speed = USUAL;
            for (Object part : parts(spec, speedup)) {
                speed *= luck || !lucky.contains(part) ? gains.getOrDefault(part, 1.0) : 1;
            }
            double noise = answers++ == 0 ? 0.3 : 1 + 0.03 * Math.sin(opened.size() * 31 + answers * 7);
            return (long) (1e9 / (speed * noise));
        }

        @Override
        public ChatResult chat(ChatRequest request, ChatListener listener) throws Problem {
            if (failing.contains("answers of " + speedup.weights())) {
                throw new Problem("KOINE-E201", Map.of());
            }
            if (!talks) {
                throw new Problem("KOINE-E203", Map.of());
            }
            asked.add(request.messages().getFirst().content());
            assertNotNull(request.sampling().seed(), "both have the same dice");
            long token = tokenNanos();
            nanos += token * answerTokens;
            double millis = token * (answerTokens - 1) / 1e6;
            return new ChatResult(Finish.LENGTH, 9, 0, answerTokens, 5, millis);
        }

        @Override
        public EngineFacts facts() {
            EngineFacts.Draft told = speedup.draft() == null ? null : new EngineFacts.Draft("small.gguf", hindrance);
            EngineFacts.Offload offload =
                    spec.options().offload() == null ? null : new EngineFacts.Offload("Vulkan0", layers, 3, 1000, 1000);
            return new EngineFacts(2048, Thinking.NONE, true, offload, null, told);
        }

        @Override
        public int[] tokenize(String text) {
            return new int[] {1, 2, 3};
        }

        @Override
        public Completion complete(int[] prompt, int tokens, @Nullable String cacheKey) {
            if (cacheKey != null) {
                assertTrue(prompt.length >= 1500, prompt.length + " tokens");
            } else {
                assertTrue(prompt.length == 512 || (!talks && prompt.length == 3), prompt.length + " tokens");
            }
            long token = tokenNanos();
            nanos += token * tokens;
            return new Completion(prompt.length, 0, tokens, 5_000, 5_000 + token * (tokens - 1));
        }

        @Override
        public ChatEngine engine() {
            return this;
        }

        @Override
        public TokenEngine tokens() {
            return this;
        }

        @Override
        public void cancel(String requestId) {}

        @Override
        public LoopbackResponse send(String method, String target, Map<String, String> headers, byte @Nullable [] body)
                throws IOException {
            throw new IOException();
        }

        @Override
        public long pid() {
            return System.identityHashCode(this);
        }

        @Override
        public boolean alive() {
            return true;
        }

        @Override
        public void close() {
            open--;
        }
    }

    @Test
    void whatIsQuickerIsUsedAndTheNextIsMeasuredBesideIt() throws Exception {
        gains.put(Weights.LARGE_PAGES, 1.1);
        gains.put(draft, 1.5);
        Found found = run(draft.toString());
        Trial pages = of(found, Kind.LARGE_PAGES);
        assertTrue(pages.used());
        assertEquals(1.1, pages.ratio(), 0.04);
        Trial drafted = of(found, Kind.DRAFT);
        assertTrue(drafted.used());
        assertEquals(1.5, drafted.ratio(), 0.05, "beside large pages, not beside nothing");
        assertEquals(draft.toString(), drafted.draft());
        assertEquals(USUAL, found.tokensPerSecond(), 1);
        assertEquals(USUAL * 1.1 * 1.5, found.fastest(), 2);
        assertEquals(1_800_000_000L, found.at());
        assertEquals(new Speedup(Weights.LARGE_PAGES, draft), found.speedup());
        assertEquals(found, search().known(model.toString()).found(), "remembered");
        assertEquals(3, Set.copyOf(asked).size(), "three questions");
        for (EngineSpec spec : opened) {
            assertEquals(2048, spec.options().contextTokens(), "both have the same");
        }
    }

    @Test
    void whatIsNotSurelyQuickerIsNotUsed() throws Exception {
        gains.put(Weights.LARGE_PAGES, 1.003);
        gains.put(draft, 0.4);
        Found found = run(draft.toString());
        assertFalse(of(found, Kind.LARGE_PAGES).used());
        assertFalse(of(found, Kind.DRAFT).used());
        assertEquals(0.4, of(found, Kind.DRAFT).ratio(), 0.03);
        assertEquals(Speedup.NONE, found.speedup());
        assertEquals(found.tokensPerSecond(), found.fastest());
    }

    @Test
    void aRougherContextIsUsedWhereItCostsNothing() throws Exception {
        assertTrue(of(run(), Kind.QUANTIZED_CONTEXT).used());
        gains.put(EngineOptions.Q8_0, 0.8);
        Found slower = run();
        assertFalse(of(slower, Kind.QUANTIZED_CONTEXT).used());
        assertEquals(0.8, of(slower, Kind.QUANTIZED_CONTEXT).ratio(), 0.04);
        assertFalse(slower.quantizedContext());
        gains.put(EngineOptions.Q8_0, 1.3);
        Found quicker = run();
        assertTrue(quicker.quantizedContext());
        assertEquals(quicker.tokensPerSecond(), quicker.fastest(), "it is not there to be quicker");
    }

    @Test
    void whatTheComputerDoesNotAllowIsNotTried() throws Exception {
        allowed.clear();
        Found found = run();
        assertEquals(Obstacle.NOT_HERE, of(found, Kind.LARGE_PAGES).obstacle());
        assertEquals(Obstacle.NOT_HERE, of(found, Kind.LOCKED).obstacle());
        assertTrue(opened.stream()
                .allMatch(spec -> Speedup.NONE.equals(spec.options().speedup())));
    }

    @Test
    void whatFailsIsSaidAndTheRestIsMeasured() throws Exception {
        failing.add(Weights.LARGE_PAGES);
        gains.put(draft, 1.5);
        Found found = run(draft.toString());
        assertEquals(Obstacle.FAILED, of(found, Kind.LARGE_PAGES).obstacle());
        assertTrue(of(found, Kind.DRAFT).used());
        failing.clear();
        failing.add("answers of " + Weights.LARGE_PAGES);
        assertEquals(Obstacle.FAILED, of(run(), Kind.LARGE_PAGES).obstacle());
    }

    @Test
    void aDraftThatTheEngineDoesNotTakeOrThatSpeaksOtherTokensIsNotMeasured() throws Exception {
        for (var told : Map.of(
                        "model", Obstacle.NOT_WITH_THIS_MODEL,
                        "out_of_memory", Obstacle.MEMORY,
                        "damaged", Obstacle.FAILED)
                .entrySet()) {
            hindrance = told.getKey();
            assertEquals(told.getValue(), of(run(draft.toString()), Kind.DRAFT).obstacle());
        }
        hindrance = null;
        TinyModel.of("llama").bytes(null, List.of("<another>")).context(4096).write(draft);
        opened.clear();
        assertEquals(
                Obstacle.NOT_WITH_THIS_MODEL,
                of(run(draft.toString()), Kind.DRAFT).obstacle());
        assertTrue(opened.stream()
                .noneMatch(spec -> spec.options().speedup() != null
                        && Objects.requireNonNull(spec.options().speedup()).draft() != null));
    }

    @Test
    void theBestOfSeveralDraftsIsUsed() throws Exception {
        Path other = folder.resolve("models/other.gguf");
        TinyModel.of("llama").bytes(null, List.of("<end>")).context(4096).write(other);
        gains.put(draft, 1.2);
        gains.put(other, 1.6);
        Found found = run(draft.toString(), other.toString());
        assertEquals(other, found.speedup().draft());
        assertEquals(
                List.of(false, true),
                found.trials().stream()
                        .filter(trial -> trial.kind() == Kind.DRAFT)
                        .map(Trial::used)
                        .toList());
    }

    @Test
    void withoutNamedDraftsSmallerModelsOfTheSameTokensAreTried() throws Exception {
        SpeedSearch search = search();
        SpeedSearch.Progress quiet = new SpeedSearch.Progress() {
            @Override
            public void onLoad(double share) {}

            @Override
            public void onTrial(Kind kind, @Nullable String name, double share) {}

            @Override
            public void onNotice(Problem notice) {}
        };
        SpeedSearch.Options options = new SpeedSearch.Options(model.toString(), null);
        Found same = search.run(options, quiet).found();
        assertNotNull(same);
        assertTrue(same.trials().stream().noneMatch(trial -> trial.kind() == Kind.DRAFT), "none is much smaller");
        Files.write(model, new byte[(int) Files.size(draft) * 2], StandardOpenOption.APPEND);
        Found smaller = search.run(options, quiet).found();
        assertNotNull(smaller);
        assertEquals(draft.toString(), of(smaller, Kind.DRAFT).draft());
    }

    @Test
    void nothingIsMeasuredWhereTwoEnginesDoNotFit() throws Exception {
        available = 1L << 20;
        assertEquals("KOINE-A133", assertThrows(Problem.class, () -> run()).code());
        assertEquals(List.of(), opened);
        available = (512L << 20) + (200L << 20); // one fits: a tiny model, and Java
        Found found = run(draft.toString());
        assertEquals(Obstacle.MEMORY, of(found, Kind.LARGE_PAGES).obstacle());
        assertEquals(Obstacle.MEMORY, of(found, Kind.DRAFT).obstacle());
        assertEquals(USUAL, found.tokensPerSecond(), USUAL, "one answer says roughly how quick it is");
    }

    @Test
    void aModelThatSaysTooLittleIsAProblemAndNothingIsRemembered() throws Exception {
        answerTokens = 3;
        allowed.clear();
        failing.add(EngineOptions.Q8_0);
        Problem problem = assertThrows(Problem.class, () -> run());
        assertEquals("KOINE-A131", problem.code());
        assertEquals(0, open);
        assertNull(search().known(model.toString()).found());
    }

    @Test
    void aCardIsUsedWhereItIsQuickerAndTheProcessorWhereThatIs() throws Exception {
        card = true;
        gains.put("card", 3.0);
        Found quick = run();
        assertFalse(of(quick, Kind.PROCESSOR).used());
        assertTrue(quick.trials().stream().noneMatch(trial -> trial.kind() == Kind.LARGE_PAGES), "they lie there");
        assertEquals("A card", search().known(model.toString()).device());
        gains.put("card", 0.5);
        Found slow = run();
        assertTrue(of(slow, Kind.PROCESSOR).used());
        assertEquals(2, of(slow, Kind.PROCESSOR).ratio(), 0.1);
        assertEquals(USUAL, slow.tokensPerSecond(), 1, "as it is there");
        assertNotNull(of(slow, Kind.LARGE_PAGES), "the processor's weights are tried, too");
        SpeedSearch.Report known = search().known(model.toString());
        assertNull(known.device(), "from now on the processor computes this model");
        assertEquals(slow, known.found());
        wish = new Wish("A card");
        assertEquals("A card", search().known(model.toString()).device(), "who names a card has it");
        opened.clear();
        run();
        assertTrue(opened.stream().allMatch(spec -> spec.options().offload() != null));
    }

    @Test
    void aCardThatWasSlowerIsComparedAgainAndComesBackWhenThatIsForgotten() throws Exception {
        card = true;
        gains.put("card", 0.5);
        run();
        assertNull(search().known(model.toString()).device());
        assertTrue(search().forget(model.toString()));
        assertEquals("A card", search().known(model.toString()).device());
        run();
        assertNull(search().known(model.toString()).device());
        gains.put("card", 3.0); // another game runs on it no more
        assertFalse(of(run(), Kind.PROCESSOR).used());
        assertEquals("A card", search().known(model.toString()).device());
    }

    @Test
    void aCardWithoutRoomForAllLayersIsNotGivenUp() throws Exception {
        card = true;
        layers = 2;
        gains.put("card", 0.5);
        assertEquals(Obstacle.MEMORY, of(run(), Kind.PROCESSOR).obstacle());
        assertEquals("A card", search().known(model.toString()).device());
    }

    @Test
    void theBestOfSeveralHasToBeQuickerOnceMore() throws Exception {
        Path other = folder.resolve("models/other.gguf");
        TinyModel.of("llama").bytes(null, List.of("<end>")).context(4096).write(other);
        gains.put(draft, 1.2);
        gains.put(other, 1.6);
        lucky.add(other);
        Found found = run(draft.toString(), other.toString());
        assertNull(found.speedup().draft(), "it was luck");
        assertEquals(found.tokensPerSecond(), found.fastest());
        Trial again = found.trials().stream()
                .filter(trial -> trial.isOf(Kind.DRAFT, other.toString()))
                .findFirst()
                .orElseThrow();
        assertEquals(1, again.ratio(), 0.03, "what is told is the second time");
    }

    @Test
    void aSlowModelIsNotMeasuredForHours() throws Exception {
        gains.put("processor", 0.05); // a token a second
        run();
        assertTrue(nanos < TimeUnit.MINUTES.toNanos(30), nanos / 1e9 + " s");
        long slow = nanos;
        nanos = 0;
        gains.clear();
        asked.clear();
        run();
        assertTrue(nanos < slow && nanos < TimeUnit.MINUTES.toNanos(12), nanos / 1e9 + " s");
    }

    @Test
    void aModelThatWasNotMadeForConversationsGoesOnWithTheText() throws Exception {
        talks = false;
        gains.put(draft, 1.5);
        Found found = run(draft.toString());
        assertEquals(List.of(), asked);
        assertEquals(USUAL, found.tokensPerSecond(), 1);
        assertEquals(1.5, of(found, Kind.DRAFT).ratio(), 0.05);
    }

    @Test
    void endsWithinAnAnswerWhenNobodyWaitsAndNothingIsRemembered() throws Exception {
        patience = 7;
        assertEquals("KOINE-E108", assertThrows(Problem.class, () -> run()).code());
        assertEquals(7, asked.size());
        assertEquals(0, open);
        assertNull(search().known(model.toString()).found());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aLoadEndsTooWhenNobodyWaits(int loads) throws Exception {
        loadsUntilUnwanted = loads;
        assertEquals("KOINE-E108", assertThrows(Problem.class, () -> run()).code());
        assertFalse(Thread.currentThread().isInterrupted(), "what the thread does next is not interrupted");
        assertEquals(0, open);
        assertNull(search().known(model.toString()).found());
    }

    @Test
    void asksInALanguageThatTheModelSpeaks() throws Exception {
        InstalledModel arabic = new InstalledModel("m", "m", model, 1, "llama", "F16", List.of("ar", "fr"), 4096, null);
        InstalledModel any = new InstalledModel("m", "m", model, 1, "llama", "F16", List.of(), 4096, null);
        InstalledModel swahili = new InstalledModel("m", "m", model, 1, "llama", "F16", List.of("sw"), 4096, null);
        String question = "speed.question.1";
        assertEquals(
                Messages.of(UiLanguage.ARABIC).text(question),
                Questions.of(arabic, UiLanguage.HINDI).getFirst());
        assertEquals(
                Messages.of(UiLanguage.HINDI).text(question),
                Questions.of(any, UiLanguage.HINDI).getFirst());
        assertEquals(
                Messages.of(UiLanguage.ENGLISH).text(question),
                Questions.of(swahili, UiLanguage.HINDI).getFirst());
    }

    @Test
    void isForgottenWhenAsked() throws Exception {
        run();
        assertTrue(search().forget(model.toString()));
        assertFalse(search().forget(model.toString()));
        assertNull(search().known(model.toString()).found());
    }
}
