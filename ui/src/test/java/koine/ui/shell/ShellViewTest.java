package koine.ui.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javafx.geometry.Bounds;
import javafx.geometry.NodeOrientation;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.Scene;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.ComboBoxBase;
import javafx.scene.control.Label;
import javafx.scene.control.Labeled;
import javafx.scene.control.ListView;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.TextInputControl;
import javafx.scene.input.KeyCode;
import javafx.scene.robot.Robot;
import koine.app.conversations.MessageState;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import koine.ui.language.Texts;
import koine.ui.shell.ShellModel.Screen;
import koine.ui.testing.Fx;
import koine.ui.testing.MemoryAssistant;
import koine.ui.testing.SampleProfile;
import koine.ui.testing.TestTasks;
import koine.ui.theme.Style;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShellViewTest {
    private final TestTasks clock = new TestTasks();
    private MemoryAssistant assistant;
    private ShellModel shell;
    private ShellView view;
    private Scene scene;

    @BeforeAll
    static void toolkit() throws Exception {
        Fx.start();
    }

    @BeforeEach
    void window(@TempDir Path home) throws Exception {
        assistant = SampleProfile.in(home);
        shell = Fx.call(() -> new ShellModel(assistant, new Texts(UiLanguage.ENGLISH, ZoneOffset.UTC), clock.tasks));
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

    private static List<Node> all(Node under) {
        List<Node> found = new ArrayList<>(List.of(under));
        if (under instanceof Parent parent && under.isVisible()) {
            parent.getChildrenUnmodifiable().forEach(child -> found.addAll(all(child)));
        }
        return found;
    }

    private Set<String> words() {
        Set<String> words = new TreeSet<>();
        for (Node node : all(view)) {
            if (node instanceof Labeled labeled && node.isVisible() && labeled.getText() != null) {
                words.add(labeled.getText());
            }
        }
        words.remove("");
        return words;
    }

    private void press(KeyCode... keys) throws Exception {
        Fx.run(() -> {
            Robot robot = new Robot();
            for (KeyCode key : keys) {
                robot.keyPress(key);
            }
            for (int i = keys.length - 1; i >= 0; i--) {
                robot.keyRelease(keys[i]);
            }
        });
        Fx.settle(scene);
    }

    private ScrollPane messages() {
        return (ScrollPane) all(view).stream()
                .filter(node -> node instanceof ScrollPane pane
                        && pane.getContent() != null
                        && pane.getContent().getStyleClass().contains(Style.MESSAGES))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void conversationsThatCannotBeReadAreSaidAboveTheConversation() throws Exception {
        Problem why = new Problem("KOINE-C107", Map.of("file", "koine.db"));
        String sentence = shell.texts().get(why);
        assistant.broken = why;
        Fx.run(shell::refresh);
        assertTrue(words().contains(sentence), () -> words().toString());
        assistant.broken = null;
        Fx.run(shell::refresh);
        assertFalse(words().contains(sentence), () -> words().toString());
    }

    @Test
    void theLanguageSwitchesLiveAndMirrorsTheWindow() throws Exception {
        Node sidebar = view.lookup("." + Style.SIDEBAR);
        Bounds before = sidebar.localToScene(sidebar.getBoundsInLocal());
        assertEquals(0, before.getMinX(), 1);
        Set<String> english = words();

        Fx.run(() -> shell.appearance().setLanguage(UiLanguage.ARABIC));
        Fx.settle(scene);

        assertEquals(NodeOrientation.RIGHT_TO_LEFT, view.getEffectiveNodeOrientation());
        Bounds after = sidebar.localToScene(sidebar.getBoundsInLocal());
        assertEquals(960, after.getMaxX(), 1);
        Set<String> arabic = words();
        assertTrue(arabic.contains("محادثة جديدة"), arabic.toString());
        assertFalse(arabic.contains("New conversation"));
        assertTrue(english.contains("New conversation"));

        Fx.run(() -> shell.appearance().setLanguage(UiLanguage.HINDI));
        Fx.settle(scene);
        assertEquals(0, sidebar.localToScene(sidebar.getBoundsInLocal()).getMinX(), 1);
        assertTrue(words().contains("नई बातचीत"));
    }

    @Test
    void noTextOfTheInterfaceIsLeftInTheFormerLanguageOnAnyScreen() throws Exception {
        for (Screen screen : Screen.values()) {
            Fx.run(() -> {
                shell.appearance().setLanguage(UiLanguage.ENGLISH);
                shell.show(screen);
                shell.newConversation();
                shell.show(screen);
            });
            Fx.settle(scene);
            Set<String> english = words();
            Fx.run(() -> shell.appearance().setLanguage(UiLanguage.HINDI));
            Fx.settle(scene);
            Set<String> both = words();
            both.retainAll(english);
            both.removeIf(word -> !word.chars().allMatch(c -> c < 128) || !word.contains(" "));
            both.removeIf(word -> word.equals(MemoryAssistant.starter().name()) || word.startsWith("/"));
            // what a person wrote, and what the English-only model can be asked, stays as it is
            both.removeIf(
                    word -> assistant.list().stream().anyMatch(c -> c.title().contains(word)));
            both.removeIf(word -> word.startsWith("What is the capital")
                    || word.startsWith("List three reasons")
                    || word.startsWith("Give me three tips")
                    || word.startsWith("How do I say"));
            assertTrue(both.isEmpty(), screen + " keeps " + both);
        }
    }

    @Test
    void everyButtonAndFieldHasATextForAScreenReaderOnEveryScreen() throws Exception {
        for (Screen screen : Screen.values()) {
            Fx.run(() -> shell.show(screen));
            Fx.settle(scene);
            for (Node node : all(view)) {
                boolean control = node instanceof ButtonBase
                        || node instanceof TextInputControl
                        || node instanceof ComboBoxBase<?>;
                if (control && node.isVisible() && node.isFocusTraversable()) {
                    String text = node instanceof Labeled labeled ? labeled.getText() : null;
                    String accessible = node.getAccessibleText();
                    assertTrue(
                            (text != null && !text.isBlank()) || (accessible != null && !accessible.isBlank()),
                            screen + ": " + node);
                }
            }
        }
        ListView<?> list = (ListView<?>) view.lookup("." + Style.CONVERSATIONS);
        assertEquals("Conversations", list.getAccessibleText());
    }

    @Test
    void aStreamingAnswerKeepsThePlaceOfAReaderWhoScrolledUp() throws Exception {
        String id = shell.session().get().id().get();
        assertTrue(id != null);
        Fx.run(() -> messages().setVvalue(0.2));
        Fx.settle(scene);
        double[] before = {0};
        assistant.script = (observer, stop) -> {
            before[0] = top();
            observer.onText("A paragraph that is rather long.\n\n".repeat(60));
        };
        Fx.run(() -> {
            // asked by another door: sending from the composer leads to the end on purpose
            shell.session().get().draft().set("Go on");
            shell.send();
        });
        Fx.settle(scene);
        assertEquals(before[0], top(), 2);
        assertTrue(newest().isVisible());

        Fx.run(() -> ((ButtonBase) newest()).fire());
        Fx.settle(scene);
        assertEquals(1, messages().getVvalue(), 0.001);
        assertFalse(newest().isVisible());
    }

    private Node newest() {
        return view.lookup("." + Style.TO_NEWEST);
    }

    /** How far the first message is from the top of the view. */
    private double top() {
        ScrollPane pane = messages();
        return pane.getVvalue()
                * (pane.getContent().getLayoutBounds().getHeight()
                        - pane.getViewportBounds().getHeight());
    }

    @Test
    void aReaderAtTheEndStaysAtTheEndWhileTheAnswerGrows() throws Exception {
        Fx.run(() -> messages().setVvalue(1));
        assistant.script = (observer, stop) -> observer.onText("Line.\n\n".repeat(80));
        Fx.run(() -> {
            shell.session().get().draft().set("Go on");
            shell.send();
        });
        Fx.settle(scene);
        assertEquals(1, messages().getVvalue(), 0.001);
    }

    @Test
    void everythingImportantHasAKey() throws Exception {
        press(KeyCode.CONTROL, KeyCode.N);
        assertTrue(shell.session().get().messages().isEmpty());

        press(KeyCode.CONTROL, KeyCode.COMMA);
        assertEquals(Screen.SETTINGS, shell.screen().get());
        press(KeyCode.CONTROL, KeyCode.L);
        assertEquals(Screen.CHAT, shell.screen().get());
        assertTrue(Fx.call(() -> scene.getFocusOwner().getStyleClass().contains(Style.COMPOSER_TEXT)));
    }

    @Test
    void theOpenConversationStaysMarkedWhileItsAnswerIsWrittenAndTheArrowsWalkTheList() throws Exception {
        String open = shell.session().get().id().get();
        assistant.now = java.time.Instant.now();
        Fx.run(() -> {
            shell.session().get().draft().set("Go on");
            shell.send();
        });
        Fx.settle(scene);
        assertEquals(open, shell.session().get().id().get());
        assertEquals(1, view.lookupAll(".koine-conversation:open").size());

        Node list = view.lookup("." + Style.CONVERSATIONS);
        Fx.run(list::requestFocus);
        press(KeyCode.DOWN);
        assertFalse(java.util.Objects.equals(open, shell.session().get().id().get()));
        assertTrue(Fx.call(list::isFocused), "the keyboard stays in the list");
        press(KeyCode.UP);
        assertEquals(open, shell.session().get().id().get());
    }

    @Test
    void escapeStopsTheRunningAnswer() throws Exception {
        assistant.script = (observer, stop) -> {
            observer.onText("Half");
            javafx.event.Event.fireEvent(
                    view,
                    new javafx.scene.input.KeyEvent(
                            javafx.scene.input.KeyEvent.KEY_PRESSED,
                            "",
                            "",
                            KeyCode.ESCAPE,
                            false,
                            false,
                            false,
                            false));
            assertTrue(stop.now());
        };
        Fx.run(() -> {
            shell.newConversation();
            shell.session().get().draft().set("Go on");
            shell.send();
        });
        Fx.settle(scene);
        assertEquals(
                MessageState.INTERRUPTED,
                shell.session().get().messages().getLast().state().get());
        assertTrue(words().contains("This answer was stopped before its end."), words().toString());
    }

    @Test
    void aNewcomerGoesFromTheWelcomeScreenToAnAnswerByKeyboardAlone(@TempDir Path home) throws Exception {
        Fx.hide(scene);
        assistant = new MemoryAssistant(home);
        shell = Fx.call(() -> new ShellModel(assistant, new Texts(UiLanguage.ENGLISH, ZoneOffset.UTC), clock.tasks));
        view = Fx.call(() -> new ShellView(shell));
        scene = Fx.call(() -> view.scene(960, 700));
        Fx.run(shell::start);
        Fx.show(scene);
        assertEquals(Screen.WELCOME, shell.screen().get());
        press(KeyCode.ENTER);
        assertEquals(Screen.CHAT, shell.screen().get());
        press(KeyCode.H);
        press(KeyCode.I);
        press(KeyCode.ENTER);
        Fx.run(() -> clock.pass(java.time.Duration.ofSeconds(1)));
        assertEquals(
                "The capital of France is Paris.",
                shell.session().get().messages().getLast().text().get());
    }

    @Test
    void noLabelOfTheFrameIsCutInAnyLanguage() throws Exception {
        for (UiLanguage language : UiLanguage.values()) {
            for (Screen screen : Screen.values()) {
                Fx.run(() -> {
                    shell.appearance().setLanguage(language);
                    shell.show(screen);
                });
                Fx.settle(scene);
                for (Node node : all(view)) {
                    boolean cutOnPurpose = node.getStyleClass().contains(Style.PATH)
                            || (node.getParent() != null
                                    && node.getParent().getStyleClass().contains(Style.CONVERSATION));
                    if (node instanceof Label label && node.isVisible() && !cutOnPurpose && !label.isWrapText()) {
                        assertTrue(
                                label.getWidth() + 1 >= label.prefWidth(-1),
                                language + " " + screen + " cuts: " + label.getText());
                    }
                }
            }
        }
    }
}
