package koine.ui.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javafx.event.Event;
import javafx.geometry.NodeOrientation;
import javafx.scene.Scene;
import javafx.scene.control.TextArea;
import javafx.scene.input.InputMethodEvent;
import javafx.scene.input.InputMethodHighlight;
import javafx.scene.input.InputMethodTextRun;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.VBox;
import javafx.scene.robot.Robot;
import koine.i18n.UiLanguage;
import koine.ui.language.Texts;
import koine.ui.testing.Fx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ComposerTest {
    private final List<String> sent = new ArrayList<>();
    private long now;
    private Texts texts;
    private Composer composer;
    private Scene scene;

    @BeforeAll
    static void toolkit() throws Exception {
        Fx.start();
    }

    @BeforeEach
    void window() throws Exception {
        texts = Fx.call(() -> new Texts(UiLanguage.ENGLISH, ZoneOffset.UTC));
        composer =
                Fx.call(() -> new Composer(texts, () -> now, () -> sent.add(area().getText()), () -> sent.add("STOP")));
        scene = Fx.call(() -> new Scene(new VBox(composer), 500, 400));
        Fx.show(scene);
        Fx.run(() -> composer.area().requestFocus());
    }

    @AfterEach
    void close() throws Exception {
        Fx.hide(scene);
    }

    private TextArea area() {
        return composer.area();
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

    private void inputMethod(String composed, String committed) throws Exception {
        Fx.run(() -> {
            List<InputMethodTextRun> runs = composed.isEmpty()
                    ? List.of()
                    : List.of(new InputMethodTextRun(composed, InputMethodHighlight.UNSELECTED_RAW));
            Event.fireEvent(
                    area(), new InputMethodEvent(InputMethodEvent.INPUT_METHOD_TEXT_CHANGED, runs, committed, 0));
        });
    }

    @Test
    void enterSendsAndLeavesNoLineBreak() throws Exception {
        Fx.run(() -> area().setText("Hello"));
        press(KeyCode.ENTER);
        assertEquals(List.of("Hello"), sent);
        assertEquals("Hello", area().getText());
    }

    @Test
    void shiftAndEnterBreakTheLine() throws Exception {
        Fx.run(() -> {
            area().setText("one two");
            area().positionCaret(3);
        });
        press(KeyCode.SHIFT, KeyCode.ENTER);
        assertEquals("one\n two", area().getText());
        assertTrue(sent.isEmpty());
    }

    @Test
    void anEnterThatConfirmsACandidateNeverSends() throws Exception {
        inputMethod("にほん", "");
        press(KeyCode.ENTER);
        assertTrue(sent.isEmpty());

        inputMethod("", "日本");
        press(KeyCode.ENTER);
        assertTrue(sent.isEmpty(), "the same Enter, delivered again after the commit");
        assertEquals("日本", area().getText());

        now += 1_000_000_000L;
        press(KeyCode.ENTER);
        assertEquals(List.of("日本"), sent);
    }

    @Test
    void theFieldRunsInTheDirectionOfItsText() throws Exception {
        assertEquals(NodeOrientation.LEFT_TO_RIGHT, area().getEffectiveNodeOrientation());
        Fx.run(() -> area().setText("مرحبا"));
        assertEquals(NodeOrientation.RIGHT_TO_LEFT, area().getEffectiveNodeOrientation());
        Fx.run(() -> area().setText(""));
        Fx.run(() -> texts.setLanguage(UiLanguage.ARABIC));
        assertEquals(NodeOrientation.RIGHT_TO_LEFT, area().getEffectiveNodeOrientation());
        Fx.run(() -> area().setText("hello"));
        assertEquals(NodeOrientation.LEFT_TO_RIGHT, area().getEffectiveNodeOrientation());
    }

    @Test
    void itGrowsWithItsTextUpToEightLines() throws Exception {
        double one = area().getHeight();
        Fx.run(() -> area().setText("1\n2\n3\n4"));
        Fx.settle(scene);
        double four = area().getHeight();
        Fx.run(() -> area().setText("1\n2\n3\n4\n5\n6\n7\n8"));
        Fx.settle(scene);
        double eight = area().getHeight();
        Fx.run(() -> area().setText("word ".repeat(2000)));
        Fx.settle(scene);
        assertTrue(four > one + 30, one + " to " + four);
        assertTrue(eight > four + 40, four + " to " + eight);
        assertEquals(eight, area().getHeight(), 2);
    }

    @Test
    void whileAnAnswerRunsItsButtonStopsAndEnterKeepsTheText() throws Exception {
        Fx.run(() -> {
            composer.setBusy(true);
            area().setText("The next question");
        });
        press(KeyCode.ENTER);
        assertTrue(sent.isEmpty());
        assertEquals("The next question", area().getText());
        assertEquals("Stop the answer", composer.button().getAccessibleText());
        Fx.run(() -> composer.button().fire());
        assertEquals(List.of("STOP"), sent);
    }

    @Test
    void tabLeavesTheField() throws Exception {
        press(KeyCode.TAB);
        assertTrue(Fx.call(() -> composer.button().isFocused()));
        assertEquals("", area().getText());
    }
}
