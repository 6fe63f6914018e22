package koine.ui.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Labeled;
import koine.engine.hardware.Wish;
import koine.engine.llama.Device;
import koine.i18n.UiLanguage;
import koine.ui.language.Texts;
import koine.ui.shell.ShellModel;
import koine.ui.shell.ShellModel.Screen;
import koine.ui.testing.FakePacks;
import koine.ui.testing.Fx;
import koine.ui.testing.MemoryAssistant;
import koine.ui.testing.TestTasks;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComputeSettingTest {
    private static final Device CHIP = FakePacks.device("A chip", Device.Kind.PROCESSOR);
    private static final Device CARD = FakePacks.device("A card", Device.Kind.GRAPHICS);
    private static final Device OTHER = FakePacks.device("Another card", Device.Kind.GRAPHICS);

    private final TestTasks clock = new TestTasks();
    private MemoryAssistant assistant;
    private ShellModel shell;
    private ComputeSetting view;
    private Scene scene;

    @BeforeAll
    static void toolkit() throws Exception {
        Fx.start();
    }

    @BeforeEach
    void window(@TempDir Path home) throws Exception {
        assistant = new MemoryAssistant(home);
        assistant
                .packs
                .install(FakePacks.PROCESSOR, FakePacks.usable(CHIP))
                .install(FakePacks.VULKAN, FakePacks.usable(CARD, CHIP));
        shell = Fx.call(() -> new ShellModel(assistant, new Texts(UiLanguage.ENGLISH, ZoneOffset.UTC), clock.tasks));
        view = Fx.call(() -> new ComputeSetting(shell));
        scene = Fx.show(Fx.call(() -> new Scene(view, 700, 400)));
    }

    @AfterEach
    void close() throws Exception {
        Fx.hide(scene);
    }

    @SuppressWarnings("unchecked")
    private ComboBox<Wish> choice() {
        return (ComboBox<Wish>) view.lookup(".combo-box");
    }

    private void tryAgain() {
        ((Button) view.lookup(".button")).fire();
    }

    private List<String> words() throws Exception {
        return Fx.call(() -> {
            List<String> words = new ArrayList<>();
            for (Node label : view.lookupAll(".label")) {
                words.add(((Labeled) label).getText());
            }
            return words;
        });
    }

    @Test
    void nothingIsTriedBeforeTheSettingsAreShown() throws Exception {
        assertEquals(List.of(), assistant.packs.tried);
        Fx.run(() -> shell.show(Screen.SETTINGS));
        assertEquals(List.of(FakePacks.PROCESSOR, FakePacks.VULKAN), assistant.packs.tried);
        assertTrue(words().contains("linux-x64-vulkan: can compute on A card and A chip"), words()::toString);
        Fx.run(() -> shell.appearance().setLanguage(UiLanguage.HINDI));
        Fx.settle(scene);
        assertTrue(words().contains("linux-x64-vulkan: A card और A chip पर गणना कर सकता है"), words()::toString);
        assertEquals("Koine चुनता है", Fx.call(() -> choice().getButtonCell().getText()));
    }

    @Test
    void theChoiceIsWrittenAndAListThatChangesIsNoChoice() throws Exception {
        Fx.run(() -> shell.show(Screen.SETTINGS));
        Fx.run(() -> choice().setValue(new Wish("A card")));
        assertEquals("A card", assistant.device());
        assistant.packs.install(FakePacks.VULKAN, FakePacks.usable(OTHER, CHIP));
        Fx.run(this::tryAgain);
        assertEquals("A card", assistant.device());
        assertEquals(new Wish("A card"), choice().getValue());
        assertEquals(
                List.of(Wish.BEST, Wish.PROCESSOR, new Wish("Another card"), new Wish("A card")), choice().getItems());
        Fx.run(() -> choice().setValue(Wish.BEST));
        assertNull(assistant.device());
        assertEquals(Wish.BEST, choice().getValue());
    }
}
