package koine.ui.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javafx.geometry.BoundingBox;
import javafx.geometry.Bounds;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.Control;
import javafx.scene.control.Label;
import javafx.scene.control.Labeled;
import javafx.scene.control.ListView;
import javafx.scene.control.ScrollPane;
import koine.engine.client.EngineFacts;
import koine.engine.client.Thinking;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import koine.ui.language.Texts;
import koine.ui.screenshot.Pictures;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The window as small as it can be made, less its frame. */
class SmallWindowTest {
    private static final double WIDTH = 480;
    private static final double HEIGHT = 400;

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
        assistant.facts = new EngineFacts(8192, Thinking.SWITCHABLE, true);
        shell = Fx.call(() -> new ShellModel(assistant, new Texts(UiLanguage.ENGLISH, ZoneOffset.UTC), clock.tasks));
        view = Fx.call(() -> new ShellView(shell));
        scene = Fx.call(() -> view.scene(WIDTH, HEIGHT));
        Fx.run(() -> {
            shell.start();
            shell.prepareModels();
            shell.open(assistant.list().getFirst().id());
        });
        Fx.show(scene);
    }

    @AfterEach
    void close() throws Exception {
        Fx.hide(scene);
    }

    @ParameterizedTest
    @EnumSource(UiLanguage.class)
    void nothingLiesOverAnythingElseNorSticksOut(UiLanguage language) throws Exception {
        Fx.run(() -> shell.appearance().setLanguage(language));
        for (Screen screen : Screen.values()) {
            Fx.run(() -> shell.show(screen));
            Fx.settle(scene);
            for (Node button : view.lookupAll(".toggle-button")) {
                assertTrue(
                        !shown(button) || ((Labeled) button).getWidth() + 1 >= ((Labeled) button).prefWidth(-1),
                        language + " cuts " + ((Labeled) button).getText());
            }
            check(screen + "-" + language.tag());
        }
        Fx.run(() -> {
            shell.newConversation();
            shell.show(Screen.CHAT);
        });
        check("empty-" + language.tag());
        assistant.script = (observer, stop) -> {
            observer.onNotices(List.of(new Problem(
                    "KOINE-E112",
                    Map.of(
                            "contextTokens",
                            2048,
                            "usualTokens",
                            8192,
                            "precision",
                            "less",
                            "idle",
                            "sooner",
                            "idleMinutes",
                            2))));
            observer.onText("The capital of France is Paris.");
        };
        Fx.run(() -> {
            shell.session().get().draft().set("What is the capital of France?");
            shell.send();
            clock.pass(java.time.Duration.ofSeconds(1));
        });
        check("answered-" + language.tag());
        assistant.script = (observer, stop) -> {
            throw new Problem("KOINE-E202", Map.of("promptTokens", 9120, "contextTokens", 8192));
        };
        Fx.run(() -> {
            shell.session().get().draft().set("What is the capital of France?");
            shell.send();
        });
        check("overflow-" + language.tag());
    }

    @Test
    void theConversationsAreThereWhenAskedForAndGoWhenOneIsChosen() throws Exception {
        Node sidebar = Fx.call(() -> view.lookup("." + Style.SIDEBAR));
        assertFalse(shown(sidebar));
        Fx.run(() -> ((Button) view.lookup("#side")).fire());
        Fx.settle(scene);
        assertTrue(shown(sidebar));
        assertEquals(0, sidebar.localToScene(sidebar.getBoundsInLocal()).getMinX(), 1);
        Pictures.take(scene, "small-side-en.png");
        Fx.run(() -> shell.open(assistant.list().getLast().id()));
        Fx.settle(scene);
        assertFalse(shown(sidebar));
    }

    @Test
    void aWiderWindowHasThemBesideTheConversation() throws Exception {
        Node sidebar = Fx.call(() -> view.lookup("." + Style.SIDEBAR));
        Fx.run(() -> scene.getWindow().setWidth(1000));
        Fx.settle(scene);
        assertTrue(shown(sidebar));
        Fx.run(() -> scene.getWindow().setWidth(500));
        Fx.settle(scene);
        assertFalse(shown(sidebar));
    }

    private static boolean shown(Node node) {
        for (Node each = node; each != null; each = each.getParent()) {
            if (!each.isVisible()) {
                return false;
            }
        }
        return node.getScene() != null;
    }

    private record Place(String what, Bounds bounds) {}

    private void check(String name) throws Exception {
        Fx.settle(scene);
        Pictures.take(scene, "small-" + name + ".png");
        List<Place> places = new ArrayList<>();
        Fx.run(() -> collect(view, new BoundingBox(-10_000, -10_000, 20_000, 20_000), places));
        assertTrue(places.size() > 4, name + " shows " + places);
        for (int i = 0; i < places.size(); i++) {
            Place one = places.get(i);
            assertTrue(
                    one.bounds().getMinX() > -1
                            && one.bounds().getMaxX() < WIDTH + 1
                            && one.bounds().getMinY() > -1
                            && one.bounds().getMaxY() < HEIGHT + 1,
                    name + " sticks out: " + one);
            for (Place other : places.subList(i + 1, places.size())) {
                Bounds both = cut(one.bounds(), other.bounds());
                assertTrue(both.getWidth() <= 1 || both.getHeight() <= 1, name + ": " + one + " lies over " + other);
            }
        }
    }

    /** Every visible control, as far as it is seen. */
    private static void collect(Node node, Bounds seen, List<Place> places) {
        if (!node.isVisible() || node.getStyleClass().contains(Style.TO_NEWEST)) {
            return;
        }
        Bounds own = node.localToScene(node.getLayoutBounds());
        boolean scrolls = node instanceof ScrollPane;
        if (node instanceof Control control && !scrolls && !(node instanceof ListView)) {
            Bounds visible = cut(own, seen);
            boolean drawn = !(control instanceof Label label)
                    || (label.getText() != null && !label.getText().isBlank());
            if (drawn && visible.getWidth() > 1 && visible.getHeight() > 1) {
                String words = control instanceof Labeled labeled ? labeled.getText() : "";
                places.add(new Place(control.getClass().getSimpleName() + " " + words, visible));
            }
            return;
        }
        if (node instanceof Parent parent) {
            Bounds inside = scrolls ? cut(own, seen) : seen;
            parent.getChildrenUnmodifiable().forEach(child -> collect(child, inside, places));
        }
    }

    private static Bounds cut(Bounds one, Bounds other) {
        double left = Math.max(one.getMinX(), other.getMinX());
        double top = Math.max(one.getMinY(), other.getMinY());
        double width = Math.min(one.getMaxX(), other.getMaxX()) - left;
        double height = Math.min(one.getMaxY(), other.getMaxY()) - top;
        return new BoundingBox(left, top, Math.max(0, width), Math.max(0, height));
    }
}
