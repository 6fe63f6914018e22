package koine.ui.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javafx.scene.AccessibleRole;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.input.KeyCode;
import javafx.scene.robot.Robot;
import koine.app.chat.ChatOptions;
import koine.app.conversations.Layer;
import koine.app.conversations.MessageState;
import koine.app.layers.Layers;
import koine.i18n.UiLanguage;
import koine.models.InstalledAdapter;
import koine.models.Sha256;
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
    private MemoryAssistant assistant;
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
        assistant = SampleProfile.in(home);
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

    private void press(KeyCode key, KeyCode... held) throws Exception {
        Fx.run(() -> {
            Robot robot = new Robot();
            List.of(held).forEach(robot::keyPress);
            robot.keyPress(key);
            robot.keyRelease(key);
            List.of(held).forEach(robot::keyRelease);
        });
        Fx.settle(scene);
    }

    @Test
    void whoHasNoLayersSeesNoButtonAndNoCard() throws Exception {
        assertFalse(opener().isVisible() || opener().isManaged());
        Fx.run(view::openLayers);
        Fx.settle(scene);
        assertEquals(List.of(), shown(LayersCard.class));
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
        press(KeyCode.TAB);
        assertEquals("Add Stories", focused().getAccessibleText());
        press(KeyCode.TAB);
        assertEquals("News", ((Label) focused()).getText(), "what does not fit is reached, to hear why");
        assertEquals("Made for Gemma 3 1B, another kind of model", focused().getAccessibleHelp());
        press(KeyCode.TAB);
        assertEquals("Close", focused().getAccessibleText(), "round, and not to what lies beneath");
        press(KeyCode.TAB, KeyCode.SHIFT);
        assertEquals("News", ((Label) focused()).getText());
        press(KeyCode.TAB, KeyCode.SHIFT);
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

    private String conversation(Layer... layers) {
        String id = assistant.add(Instant.parse("2026-11-22T10:15:00Z"), "q", "a");
        assistant.setLayers(id, List.of(layers));
        return id;
    }

    @Test
    void whyNoMoreCanBeAddedIsReachedWithTheKeyboardAndHeard() throws Exception {
        InstalledAdapter _ = files.fitting("ninth", "Ninth", "Asha");
        List<InstalledAdapter> eight = new ArrayList<>();
        for (int i = 1; i <= Layers.MOST; i++) {
            eight.add(files.fitting("layer-" + i, "Layer " + i, "Asha"));
        }
        Fx.run(() -> {
            shell.refresh();
            eight.forEach(shell.layers()::add);
        });
        Fx.run(opener()::fire);
        Fx.settle(scene);
        Node first = focused();
        Node last = first;
        for (press(KeyCode.TAB); !focused().equals(first); press(KeyCode.TAB)) {
            last = focused();
        }
        assertEquals("Ninth", ((Label) last).getText(), "the last stop of the card");
        assertEquals("No more than 8 layers at once.", last.getAccessibleHelp());
        Fx.run(last::requestFocus);
        press(KeyCode.SPACE);
        assertEquals(Layers.MOST, shell.layers().chosen().get().size());

        Fx.run(button("Take Layer 3 out")::fire);
        Fx.settle(scene);
        Fx.run(button("Add Ninth")::fire);
        assertTrue(shell.layers().chosen().get().contains(new Layer("ninth", 1)));
    }

    /** With a layer from elsewhere, which is named by its path. */
    @Test
    void anAnswerNamesTheLayersItWasWrittenWithAlsoWhenOthersAreChosenSince() throws Exception {
        InstalledAdapter _ = withLayers();
        String id = conversation(new Layer("stories", "a hash", 1), new Layer("/home/asha/my poems.gguf", "b hash", 1));
        assistant.store(id, "user", "q", MessageState.COMPLETE);
        assistant.store(id, "assistant", "a", MessageState.COMPLETE);
        assistant.setLayers(id, List.of());
        Fx.run(() -> shell.open(id));
        Fx.settle(scene);
        List<String> answeredBy = shown(Label.class).stream()
                .map(Label::getText)
                .filter(text -> text != null && text.startsWith("SmolLM2 135M Instruct"))
                .filter(text -> text.contains(" · "))
                .map(text -> text.substring(0, text.indexOf(" · ")))
                .toList();
        assertEquals(
                List.of("SmolLM2 135M Instruct", "SmolLM2 135M Instruct with stories and my poems.gguf"), answeredBy);
    }

    @Test
    void theSliderStandsWhereTheOpenConversationHasIt() throws Exception {
        String sha256 = Sha256.of(withLayers().path());
        String whole = conversation(new Layer("stories", sha256, 1));
        String third = conversation(new Layer("stories", sha256, 0.33));
        Fx.run(() -> shell.open(whole));
        Fx.run(opener()::fire);
        Fx.settle(scene);
        assertEquals(100, shown(Slider.class).getFirst().getValue());
        Fx.run(() -> shell.open(third));
        Fx.run(opener()::fire);
        Fx.settle(scene);
        Slider slider = shown(Slider.class).getFirst();
        assertEquals(33, slider.getValue(), 1e-9);
        ChatOptions next = Fx.call(() -> shell.session().get().with(ChatOptions.DEFAULT));
        assertNull(next.layers(), "to look is not to choose");
        Fx.run(slider::requestFocus);
        press(KeyCode.LEFT);
        assertEquals(0.3, shell.layers().strength("stories"), 1e-9);
        Fx.run(() -> shell.open(whole));
        assertEquals(1, shell.layers().strength("stories"));
    }

    @Test
    void theKeyboardStaysWhereItWasWhenTheLayersAreLookedAtAgain() throws Exception {
        InstalledAdapter stories = withLayers();
        Fx.run(() -> shell.layers().add(stories));
        Fx.run(opener()::fire);
        Fx.settle(scene);
        Slider slider = shown(Slider.class).getFirst();
        Fx.run(slider::requestFocus);
        press(KeyCode.LEFT);
        Fx.run(shell::refresh);
        Fx.settle(scene);
        assertSame(slider, focused(), "another strength makes no other card");
        Fx.run(button("Take Stories out")::requestFocus);
        InstalledAdapter _ = files.fitting("poems", "Poems", "Asha");
        Fx.run(shell::refresh);
        Fx.settle(scene);
        assertNotSame(slider, shown(Slider.class).getFirst(), "a new file does");
        assertSame(button("Take Stories out"), focused());
    }

    @Test
    void aLayerThatCannotBeUsedIsToldToWhoHears() throws Exception {
        InstalledAdapter stories = withLayers();
        String id = conversation(new Layer("stories", Sha256.of(stories.path()), 1), new Layer("gone", "a hash", 1));
        Fx.run(() -> shell.open(id));
        assertEquals("SmolLM2 135M Instruct cannot answer with the layer gone", opener().getAccessibleText());
        Fx.run(opener()::fire);
        Fx.settle(scene);
        String help = String.valueOf(button("Take gone out").getAccessibleHelp());
        assertTrue(help.contains("is not on this computer any more"), help);
        Node card = Objects.requireNonNull(view.lookup(".koine-layers"));
        assertEquals(AccessibleRole.DIALOG, card.getAccessibleRole());
        assertEquals("Model and layers", card.getAccessibleText());
    }

    @Test
    void aLayerThatIsCalledOtherwiseByNowCanBeWeakenedAndTakenOut() throws Exception {
        String id = conversation(new Layer("STORIES", Sha256.of(withLayers().path()), 1));
        Fx.run(() -> shell.open(id));
        Fx.run(opener()::fire);
        Fx.settle(scene);
        Fx.run(shown(Slider.class).getFirst()::requestFocus);
        press(KeyCode.LEFT);
        assertEquals(0.95, shell.layers().strength("STORIES"), 1e-9);
        Fx.run(button("Take Stories out")::fire);
        assertEquals(List.of(), shell.layers().chosen().get());
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
