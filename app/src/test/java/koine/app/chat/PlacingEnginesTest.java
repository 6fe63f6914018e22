package koine.app.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoadListener;
import koine.engine.client.LoopbackEngine;
import koine.engine.client.PackProbe;
import koine.engine.client.PackProbe.Outcome;
import koine.engine.hardware.Drivers;
import koine.engine.hardware.Placements;
import koine.engine.hardware.Wish;
import koine.engine.llama.Device;
import koine.engine.llama.Offload;
import koine.engine.packs.PackManifest;
import koine.engine.packs.PackStore;
import koine.engine.speed.MeasuredSpeed;
import koine.engine.speed.PairedRatio;
import koine.engine.speed.Trial;
import koine.gguf.TinyModel;
import koine.i18n.Problem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlacingEnginesTest {
    private static final String WHOLE = "Vulkan0 as much as fits";
    private static final String HALF = "Vulkan0 half";
    private static final String PROCESSOR = "processor";
    private static final String BUILT_IN = "the engine that comes with the program";

    @TempDir
    Path folder;

    private final List<String> tried = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();
    /** Codes of the problems that places have. */
    private final Map<String, String> failing = new HashMap<>();

    private Outcome outcome = Outcome.USABLE;
    private boolean oldProcessor;
    private Wish wish = Wish.BEST;
    private boolean hastened;
    private EngineSpec spec = new EngineSpec(Path.of(""), Path.of(""), 0);

    @BeforeEach
    void write() throws IOException {
        for (String pack : List.of("linux-x64-3.22.1", "linux-x64-vulkan-3.22.1")) {
            Files.createDirectories(folder.resolve("packs").resolve(pack));
        }
        Path model = folder.resolve("model.gguf");
        TinyModel.of("llama").bytes(null, List.of("<end>")).context(512).write(model);
        spec = new EngineSpec(model, folder.resolve("packs/linux-x64-3.22.1"), 0);
    }

    /** As a start of the program makes them. */
    private PlacingEngines engines() {
        Device card = new Device("Vulkan0", "A card", "Vulkan", Device.Kind.GRAPHICS, 1L << 32, 1L << 32, true);
        Placements placements = new Placements(
                new PackStore(
                        PackManifest.builtIn(),
                        "linux-x64",
                        null,
                        folder.resolve("packs"),
                        flag -> oldProcessor && flag.equals("UseAVX") ? Optional.of("1") : Optional.empty()),
                pack -> new PackProbe.Result(outcome, List.of(card), null, null, 0),
                folder.resolve("devices.json"),
                new Drivers(Map.of(), new Properties()),
                () -> wish);
        return new PlacingEngines(this::start, placements, new MeasuredSpeed(folder.resolve("engine")));
    }

    private EngineLease start(EngineSpec wanted, LoadListener listener) throws Problem {
        Offload offload = wanted.options().offload();
        String place = offload == null
                ? PROCESSOR
                : offload.device()
                        + switch (offload.layers()) {
                            case Offload.FITTING -> " as much as fits";
                            case Offload.HALF -> " half";
                            default -> " " + offload.layers();
                        };
        String pack = String.valueOf(wanted.pack().getFileName());
        if (pack.equals("jllama-4.2.0")) {
            place = BUILT_IN;
        } else {
            assertEquals(offload == null ? "linux-x64-3.22.1" : "linux-x64-vulkan-3.22.1", pack);
        }
        tried.add(place);
        assertTrue(tried.size() < 10, tried.toString());
        String code = failing.get(place);
        if (code != null) {
            throw new Problem(code, Map.of());
        }
        return new LoopbackEngine(1, "token", hastened);
    }

    private EngineLease acquire(PlacingEngines engines) throws Problem {
        tried.clear();
        notices.clear();
        return engines.acquire(spec, new LoadListener() {
            @Override
            public void onLoadProgress(double fraction) {}

            @Override
            public void onNotice(Problem notice) {
                notices.add(notice.code());
            }
        });
    }

    @Test
    void theBestPlaceIsTakenWithoutAWord() throws Exception {
        acquire(engines());
        assertEquals(List.of(WHOLE), tried);
        assertEquals(List.of(), notices);
    }

    @Test
    void whatFailsIsTriedOneStepLowerAndToldAndRemembered() throws Exception {
        failing.put(WHOLE, "KOINE-E103");
        acquire(engines());
        assertEquals(List.of(WHOLE, HALF), tried);
        assertEquals(List.of("KOINE-G106"), notices);
        acquire(engines());
        assertEquals(List.of(HALF), tried);
        assertEquals(List.of(), notices, "told before");
        failing.put(HALF, "KOINE-E111");
        acquire(engines());
        assertEquals(List.of(HALF, PROCESSOR), tried);
        assertEquals(List.of("KOINE-G106"), notices);
        acquire(engines());
        assertEquals(List.of(PROCESSOR), tried);
    }

    @Test
    void aModelThatLoadsNowhereHasTheProcessorsProblemAndNothingIsRemembered() throws Exception {
        failing.putAll(Map.of(WHOLE, "KOINE-E102", HALF, "KOINE-E102", PROCESSOR, "KOINE-E109"));
        Problem problem = assertThrows(Problem.class, () -> acquire(engines()));
        assertEquals("KOINE-E109", problem.code());
        assertEquals(List.of(WHOLE, HALF, PROCESSOR), tried);
        failing.clear();
        acquire(engines());
        assertEquals(List.of(WHOLE), tried);
    }

    @Test
    void whatIsNotTheDevicesFaultIsNotTriedAnywhereElse() throws Exception {
        for (String code : List.of("KOINE-E106", "KOINE-E107", "KOINE-E108", "KOINE-E113")) {
            failing.put(WHOLE, code);
            Problem problem = assertThrows(Problem.class, () -> acquire(engines()));
            assertEquals(code, problem.code());
            assertEquals(List.of(WHOLE), tried);
        }
    }

    @Test
    void anEngineThatDiesOfTwoAnswersCostsOneStep() throws Exception {
        PlacingEngines engines = engines();
        EngineLease lease = acquire(engines);
        assertTrue(engines.lost(lease));
        assertTrue(engines.lost(lease));
        acquire(engines);
        assertEquals(List.of(HALF), tried);
        assertEquals(List.of("KOINE-G107"), notices);
        acquire(engines());
        assertEquals(List.of(HALF), tried, "another start remembers");
        assertEquals(List.of(), notices);
    }

    @Test
    void theProcessorsDeathIsNoDevicesDoing() throws Exception {
        failing.putAll(Map.of(WHOLE, "KOINE-E103", HALF, "KOINE-E103"));
        PlacingEngines engines = engines();
        EngineLease lease = acquire(engines);
        assertEquals(List.of(WHOLE, HALF, PROCESSOR), tried);
        assertFalse(engines.lost(lease));
        assertFalse(engines.lost(stranger()));
    }

    @Test
    void aDeviceThatIsNotThereIsLookedForAgain() throws Exception {
        failing.put(WHOLE, "KOINE-E116");
        acquire(engines());
        assertEquals(List.of(WHOLE, WHOLE, HALF), tried, "looked for, and only then given up");
    }

    @Test
    void anotherWishMakesAnEngineTheWrongOne() throws Exception {
        PlacingEngines engines = engines();
        EngineLease lease = acquire(engines);
        assertTrue(engines.isRight(lease));
        wish = Wish.PROCESSOR;
        assertFalse(engines.isRight(lease));
        assertTrue(engines.lost(lease));
        acquire(engines);
        assertEquals(List.of(PROCESSOR), tried, "and is heeded after a death, too");
    }

    private static EngineLease stranger() {
        return new LoopbackEngine(1, "token");
    }

    @Test
    void aPlaceThatIsNamedIsNotChosenAnew() throws Exception {
        EngineSpec named = new EngineSpec(
                spec.model(),
                folder.resolve("packs/linux-x64-vulkan-3.22.1"),
                spec.options().withOffload(new Offload("Vulkan0", 2)));
        engines().acquire(named, fraction -> {});
        assertEquals(List.of("Vulkan0 2"), tried);
    }

    @Test
    void whereNoPackCanBeUsedTheEngineThatComesWithTheProgramAnswersAndThatIsTold() throws Exception {
        outcome = Outcome.REFUSED;
        failing.put(PROCESSOR, "KOINE-E101");
        PlacingEngines engines = engines();
        acquire(engines);
        assertEquals(List.of(PROCESSOR, BUILT_IN), tried);
        assertEquals(
                List.of("KOINE-G109"),
                notices.stream().filter("KOINE-G109"::equals).toList());
        acquire(engines);
        assertEquals(List.of(BUILT_IN), tried);
        assertEquals(List.of("KOINE-G109"), notices, "whoever listened before");
    }

    @Test
    void whereNothingIsLeftTheProblemOfThePackIsToldAndItIsNotTriedForEver() {
        outcome = Outcome.REFUSED;
        failing.put(PROCESSOR, "KOINE-E101");
        oldProcessor = true;
        PlacingEngines engines = engines();
        for (int time = 0; time < 2; time++) {
            assertEquals(
                    "KOINE-E101",
                    assertThrows(Problem.class, () -> acquire(engines)).code());
            assertEquals(List.of(PROCESSOR), tried);
        }
    }

    @Test
    void aKindOfModelThatTheOlderEngineDoesNotKnowIsSaidToBeThat() {
        outcome = Outcome.CRASHED;
        failing.putAll(Map.of(PROCESSOR, "KOINE-E111", BUILT_IN, "KOINE-E109"));
        Problem problem = assertThrows(Problem.class, () -> acquire(engines()));
        assertEquals("KOINE-E119", problem.code());
        failing.put(BUILT_IN, "KOINE-E103");
        assertEquals(
                "KOINE-E103",
                assertThrows(Problem.class, () -> acquire(engines())).code());
    }

    /** It may have died of what was measured to make it quicker. */
    @Test
    void aProcessorsEngineThatDiesAsItWasMeasuredToBeQuickerGoesOnAsItComes() throws Exception {
        wish = Wish.PROCESSOR;
        PlacingEngines engines = engines();
        assertFalse(engines.lost(acquire(engines)), "nothing was measured");
        MeasuredSpeed speeds = new MeasuredSpeed(folder.resolve("engine"));
        Trial quicker = Trial.measured(Trial.Kind.LARGE_PAGES, null, new PairedRatio(1.2, 1.1, 1.3, 9), true);
        speeds.remember(spec.model(), spec.pack(), 0, null, new MeasuredSpeed.Found(1, 20, 24, List.of(quicker)));
        assertFalse(engines.lost(acquire(engines)), "there was no room for it: it was not started so");
        assertNotNull(speeds.of(spec.model(), spec.pack(), 0, null));
        hastened = true;
        EngineLease lease = acquire(engines);
        assertTrue(engines.lost(lease));
        assertTrue(engines.lost(lease), "another answer of the same engine");
        assertNull(speeds.of(spec.model(), spec.pack(), 0, null));
        hastened = false;
        EngineLease next = acquire(engines);
        assertEquals(List.of("KOINE-G110"), notices);
        assertFalse(engines.lost(next));
        acquire(engines);
        assertEquals(List.of(), notices);
    }
}
