package koine.engine.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import koine.engine.llama.Offload;
import koine.engine.llama.Weights;
import koine.engine.speed.MeasuredSpeed.Found;
import koine.engine.speed.Trial.Kind;
import koine.engine.speed.Trial.Obstacle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeasuredSpeedTest {
    private static final Path PACK = Path.of("packs", "linux-x64-3.22.1");
    private static final PairedRatio BETTER = new PairedRatio(1.2, 1.1, 1.3, 15);

    @TempDir
    Path folder;

    private MeasuredSpeed speeds;
    private Path model;
    private Path draft;

    @BeforeEach
    void write() throws Exception {
        speeds = new MeasuredSpeed(folder);
        model = Files.writeString(folder.resolve("m.gguf"), "weights");
        draft = Files.writeString(folder.resolve("مسودة draft.gguf"), "few weights");
    }

    private Found found() {
        return new Found(
                1_700_000_000L,
                20,
                29,
                List.of(
                        Trial.measured(Kind.LARGE_PAGES, null, BETTER, true),
                        Trial.prevented(Kind.LOCKED, null, Obstacle.NOT_HERE),
                        Trial.measured(Kind.DRAFT, draft.toString(), BETTER, true),
                        Trial.measured(Kind.QUANTIZED_CONTEXT, null, new PairedRatio(0.99, 0.98, 1, 15), true)));
    }

    @Test
    void knowsNothingAtFirstAndEverythingAfterwards() throws Exception {
        assertNull(speeds.of(model, PACK, 2, null));
        speeds.remember(model, PACK, 2, null, found());
        Found known = new MeasuredSpeed(folder).of(model, PACK, 2, null);
        assertEquals(found(), known);
        assertNotNull(known);
        assertEquals(new Speedup(Weights.LARGE_PAGES, draft), known.speedup());
        assertTrue(known.quantizedContext());
    }

    @Test
    void whatDidNotHelpIsKnownAndNotUsed() throws Exception {
        Found none = new Found(
                1,
                20,
                20,
                List.of(
                        Trial.measured(Kind.LARGE_PAGES, null, new PairedRatio(1, 0.9, 1.1, 15), false),
                        Trial.measured(Kind.DRAFT, draft.toString(), new PairedRatio(0.5, 0.4, 0.6, 15), false),
                        Trial.measured(Kind.QUANTIZED_CONTEXT, null, new PairedRatio(0.7, 0.6, 0.8, 15), false)));
        speeds.remember(model, PACK, 2, null, none);
        Found known = speeds.of(model, PACK, 2, null);
        assertNotNull(known);
        assertEquals(Speedup.NONE, known.speedup());
        assertFalse(known.quantizedContext());
        Files.delete(draft); // nobody needs it
        assertEquals(none, speeds.of(model, PACK, 2, null));
    }

    @Test
    void isOfOneModelPackNumberOfThreadsAndDevice() throws Exception {
        Offload card = new Offload("Vulkan0", "card", Offload.FITTING, 5);
        speeds.remember(model, PACK, 2, null, found());
        assertNull(speeds.of(model, Path.of("packs", "another"), 2, null));
        assertNull(speeds.of(model, PACK, 3, null));
        assertNull(speeds.of(model, PACK, 2, card));
        speeds.remember(model, PACK, 2, card, found());
        assertEquals(found(), speeds.of(model, PACK, 2, new Offload("Vulkan1", "card", Offload.FITTING, 7)));
        assertNull(speeds.of(model, PACK, 2, card.withLayers(Offload.HALF)));
        Files.writeString(model, "other weights");
        assertNull(speeds.of(model, PACK, 2, null));
        Files.delete(model);
        assertNull(speeds.of(model, PACK, 2, null));
    }

    @Test
    void aDraftModelThatWasReplacedOrHasGoneWasNotMeasured() throws Exception {
        speeds.remember(model, PACK, 2, null, found());
        Files.writeString(draft, "other few weights");
        assertNull(speeds.of(model, PACK, 2, null));
        speeds.remember(model, PACK, 2, null, found());
        assertNotNull(speeds.of(model, PACK, 2, null));
        Files.delete(draft);
        assertNull(speeds.of(model, PACK, 2, null));
    }

    @Test
    void forgetsWhenItIsToldTo() throws Exception {
        assertFalse(speeds.forget(model, PACK, 2, null));
        speeds.remember(model, PACK, 2, null, found());
        assertTrue(speeds.forget(model, PACK, 2, null));
        assertNull(speeds.of(model, PACK, 2, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"at\": \"yesterday\"",
                "\"tokensPerSecond\": 0",
                "\"fastest\": -1",
                "\"trials\": null",
                "\"trials\": [null]",
                "\"trials\": [{\"kind\": \"TELEPATHY\", \"ratio\": 1, \"low\": 1, \"high\": 1, \"pairs\": 3, \"used\": true}]",
                "\"trials\": [{\"kind\": \"DRAFT\", \"ratio\": 2, \"low\": 1, \"high\": 3, \"pairs\": 3, \"used\": true}]",
                "\"trials\": [{\"kind\": \"LOCKED\", \"ratio\": 2, \"low\": 3, \"high\": 3, \"pairs\": 3, \"used\": true}]"
            })
    void whatMakesNoSenseIsNotKnown(String instead) throws Exception {
        speeds.remember(model, PACK, 2, null, found());
        Path file = folder.resolve("measured-speed");
        String key = instead.substring(0, instead.indexOf(':'));
        String before = Files.readString(file);
        String after = before.replaceFirst(
                key + ": " + (key.equals("\"trials\"") ? "(?s)\\[.*?\\]" : "[0-9.]+"),
                java.util.regex.Matcher.quoteReplacement(instead));
        assertFalse(before.equals(after), before);
        Files.writeString(file, after);
        assertNull(speeds.of(model, PACK, 2, null));
    }
}
