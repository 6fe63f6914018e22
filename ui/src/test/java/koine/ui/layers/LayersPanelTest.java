package koine.ui.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.Slider;
import javafx.scene.input.KeyCode;
import javafx.scene.robot.Robot;
import koine.app.conversations.Layer;
import koine.i18n.UiLanguage;
import koine.models.InstalledAdapter;
import koine.ui.language.Texts;
import koine.ui.shell.ShellModel;
import koine.ui.shell.ShellView;
import koine.ui.testing.Fx;
import koine.ui.testing.LayerFiles;
import koine.ui.testing.MemoryAssistant;
import koine.ui.testing.SampleProfile;
import koine.ui.testing.TestTasks;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The card of model and layers in a real window, with the keyboard. */
class LayersPanelTest {
    private ShellModel shell;
    private ShellView view;
    private Scene scene;
    private LayerFiles files;

    @BeforeAll
    static void toolkit() throws Exception {
        Fx.start();
    }

    @BeforeEach
    void window(@TempDir Path home) throws Exception {
        MemoryAssistant assistant = SampleProfile.in(home);
        files = LayerFiles.in(assistant, home);
        shell = Fx.call(
                () -> new ShellModel(assistant, new Texts(UiLanguage.ENGLISH, ZoneOffset.UTC), new TestTasks().tasks));
        view = Fx.call(() -> new ShellView(shell));
        scene = Fx.call(() -> view.scene(960, 700));
        Fx.run(() -> {
            shell.start();
            shell.open(assistant.list().getFirst().id());
        });
        Fx.show(scene);
    }

    @AfterEach
    void close() throws Exception {
        Fx.hide(scene);
    }

    private InstalledAdapter withLayers() throws Exception {
        InstalledAdapter stories = files.fitting("stories", "Stories", "Asha");
        files.foreign("news", "News", "Kiswahili Lab");
        Fx.run(shell::refresh);
        Fx.settle(scene);
        return stories;
    }

    private static List<Node> all(Node under) {
        List<Node> found = new ArrayList<>(List.of(under));
        if (under instanceof Parent parent && under.isVisible()) {
            parent.getChildrenUnmodifiable().forEach(child -> found.addAll(all(child)));
        }
        return found;
    }

    private <T extends Node> List<T> shown(Class<T> type) throws Exception {
        return Fx.call(() ->
                all(view).stream().filter(type::isInstance).map(type::cast).toList());
    }

    private Button opener() {
        return (Button) Objects.requireNonNull(view.lookup("#layers"));
    }

    private Button button(String accessible) throws Exception {
        return shown(Button.class).stream()
                .filter(button -> accessible.equals(button.getAccessibleText()))
                .findFirst()
                .orElseThrow();
    }

    private void press(KeyCode key) throws Exception {
        Fx.run(() -> {
            Robot robot = new Robot();
            robot.keyPress(key);
            robot.keyRelease(key);
        });
        Fx.settle(scene);
    }

    @Test
    void whoHasNoLayersSeesNoButton() throws Exception {
        assertFalse(opener().isVisible() || opener().isManaged());
        InstalledAdapter _ = withLayers();
        assertTrue(opener().isVisible());
        assertEquals("Layers", opener().getText());
        assertEquals("SmolLM2 135M Instruct answers without a layer", opener().getAccessibleText());
    }

    @Test
    void aLayerIsAddedMadeStrongerAndTakenOutWithTheKeyboardAlone() throws Exception {
        InstalledAdapter _ = withLayers();
        Fx.run(opener()::requestFocus);
        press(KeyCode.SPACE);
        assertEquals("Close", focused().getAccessibleText());
        assertTrue(button("Add News").isDisabled(), "it was made for another kind of model");
        assertEquals(
                "Made for Gemma 3 1B, another kind of model", button("Add News").getAccessibleHelp());

        press(KeyCode.TAB);
        assertEquals("Add Stories", focused().getAccessibleText());
        press(KeyCode.SPACE);
        assertEquals(List.of(new Layer("stories", 1)), shell.layers().chosen().get());
        assertEquals("Stories, 100%", opener().getText());
        Slider slider = shown(Slider.class).getFirst();
        assertEquals(slider, focused(), "what was added is what one goes on with");
        assertEquals("Strength of Stories", slider.getAccessibleText());

        press(KeyCode.LEFT);
        press(KeyCode.LEFT);
        assertEquals(0.9, shell.layers().strength("stories"), 1e-9);
        assertEquals("Stories, 90%", opener().getText());
        press(KeyCode.HOME);
        assertEquals(0, shell.layers().strength("stories"));
        press(KeyCode.END);
        assertEquals(2, shell.layers().strength("stories"));
        assertEquals(slider, shown(Slider.class).getFirst(), "the slider is not made anew under the hand");
        assertEquals("SmolLM2 135M Instruct answers with the layer Stories", opener().getAccessibleText());

        Fx.run(button("Take Stories out")::fire);
        Fx.settle(scene);
        assertEquals(List.of(), shell.layers().chosen().get());
        press(KeyCode.ESCAPE);
        assertEquals(0, shown(Slider.class).size());
        assertEquals(opener(), focused(), "where it was opened");
    }

    private Node focused() throws Exception {
        return Fx.call(scene::getFocusOwner);
    }

    @Test
    void aLayerOfTheOpenConversationIsToldApartFromAnothers() throws Exception {
        InstalledAdapter stories = withLayers();
        Fx.run(() -> {
            shell.layers().add(stories);
            shell.newConversation();
        });
        assertEquals("Layers", opener().getText());
        Fx.run(() -> shell.open(shell.conversations().shown().getFirst().id()));
        assertEquals("Stories, 100%", opener().getText());
    }
}
