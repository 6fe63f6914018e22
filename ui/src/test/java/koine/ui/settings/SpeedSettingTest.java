package koine.ui.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javafx.application.Platform;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.Labeled;
import koine.engine.speed.MeasuredSpeed.Found;
import koine.engine.speed.PairedRatio;
import koine.engine.speed.Trial;
import koine.engine.speed.Trial.Kind;
import koine.engine.speed.Trial.Obstacle;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import koine.ui.language.Texts;
import koine.ui.shell.ShellModel;
import koine.ui.shell.ShellModel.Screen;
import koine.ui.testing.Fx;
import koine.ui.testing.MemoryAssistant;
import koine.ui.testing.TestTasks;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpeedSettingTest {
    private static final Found FOUND = new Found(
            1_800_000_000L,
            20,
            31.5,
            List.of(
                    Trial.measured(Kind.LARGE_PAGES, null, new PairedRatio(1.05, 1.02, 1.08, 15), true),
                    Trial.prevented(Kind.LOCKED, null, Obstacle.NOT_HERE),
                    Trial.measured(Kind.QUANTIZED_CONTEXT, null, new PairedRatio(0.98, 0.96, 1, 15), true),
                    Trial.measured(Kind.DRAFT, "/m/small.gguf", new PairedRatio(1.5, 1.4, 1.6, 15), true),
                    Trial.measured(Kind.DRAFT, "/m/other.gguf", new PairedRatio(0.7, 0.6, 0.8, 15), false)));

    private final TestTasks clock = new TestTasks();
    private MemoryAssistant assistant;
    private ShellModel shell;
    private SpeedSetting view;
    private Scene scene;

    @BeforeAll
    static void toolkit() throws Exception {
        Fx.start();
    }

    @BeforeEach
    void window(@TempDir Path home) throws Exception {
        assistant = new MemoryAssistant(home);
        shell = Fx.call(() -> new ShellModel(assistant, new Texts(UiLanguage.ENGLISH, ZoneOffset.UTC), clock.tasks));
        Fx.run(() -> shell.models().refresh());
        view = Fx.call(() -> new SpeedSetting(shell));
        scene = Fx.show(Fx.call(() -> new Scene(view, 700, 400)));
    }

    @AfterEach
    void close() throws Exception {
        Fx.hide(scene);
    }

    private Button button() {
        return (Button) view.lookup(".button");
    }

    private List<String> words() throws Exception {
        return Platform.isFxApplicationThread() ? shown() : Fx.call(this::shown);
    }

    private List<String> shown() {
        List<String> words = new ArrayList<>();
        for (Node label : view.lookupAll(".label")) {
            if (label.isVisible()) {
                words.add(((Labeled) label).getText());
            }
        }
        return words;
    }

    @Test
    void nothingIsLookedUpBeforeTheSettingsAreShown() throws Exception {
        assertEquals(List.of(), assistant.speed.looked);
        Fx.run(() -> shell.show(Screen.SETTINGS));
        assertEquals(List.of("smollm2-135m-instruct"), assistant.speed.looked);
        assertTrue(words().contains("Nothing was measured yet: the model runs as it comes."), words()::toString);
        assertEquals("Measure", button().getText());
    }

    @Test
    void whatWasFoundIsSaidInTheLanguageOfTheWindow() throws Exception {
        assistant.speed.known = FOUND;
        Fx.run(() -> shell.show(Screen.SETTINGS));
        assertTrue(
                words().containsAll(List.of(
                        "From its next start on, the model writes about 31.5 tokens per second instead of 20.",
                        "Weights in large memory pages",
                        "+5.0%, used",
                        "Weights locked in memory",
                        "this computer does not allow it",
                        "Conversation kept in fewer bits",
                        "-2.0%, used where memory is short",
                        "small.gguf writes ahead",
                        "+50.0%, used",
                        "other.gguf writes ahead",
                        "-30.0%, not used")),
                words()::toString);
        Fx.run(() -> shell.appearance().setLanguage(UiLanguage.HINDI));
        assertTrue(
                words().containsAll(List.of("small.gguf पहले से लिखता है", "+50.0%, इस्तेमाल में")), words()::toString);
    }

    @Test
    void measuresShowsHowFarItIsAndStops() throws Exception {
        Fx.run(() -> shell.show(Screen.SETTINGS));
        List<String> seen = new ArrayList<>();
        assistant.speed.script = progress -> {
            try {
                seen.add(button().getText());
                progress.onLoad(0.5);
                seen.addAll(words());
                progress.onTrial(Kind.DRAFT, "small.gguf", 0.25);
                seen.addAll(words());
                assertFalse(progress.isUnwanted());
                button().fire();
                assertTrue(progress.isUnwanted());
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            throw new Problem("KOINE-E108", Map.of());
        };
        Fx.run(() -> button().fire());
        assertEquals(List.of("smollm2-135m-instruct"), assistant.speed.measured);
        assertTrue(
                seen.containsAll(List.of("Stop", "Loading the model… 50%", "small.gguf writes ahead… 25%")),
                seen::toString);
        assertTrue(words().contains("Nothing was measured yet: the model runs as it comes."), words()::toString);
        assistant.speed.script = progress -> FOUND;
        Fx.run(() -> button().fire());
        assertTrue(words().containsAll(List.of("small.gguf writes ahead", "+50.0%, used")), words()::toString);
        assertEquals("Measure", button().getText());
    }

    @Test
    void whatGoesWrongIsSaidAndItCanBeTriedAgain() throws Exception {
        Fx.run(() -> shell.show(Screen.SETTINGS));
        assistant.speed.script = progress -> {
            throw new Problem("KOINE-A131", Map.of());
        };
        Fx.run(() -> button().fire());
        assertTrue(words().stream().anyMatch(text -> text.contains("KOINE-A131")), words()::toString);
        assertEquals("Measure", button().getText());
    }

    @Test
    void aWindowThatClosesWaitsForNoMeasurement() throws Exception {
        Fx.run(() -> shell.show(Screen.SETTINGS));
        List<Boolean> unwanted = new ArrayList<>();
        assistant.speed.script = progress -> {
            shell.close();
            unwanted.add(progress.isUnwanted());
            return FOUND;
        };
        Fx.run(() -> button().fire());
        assertEquals(List.of(true), unwanted);
    }
}
