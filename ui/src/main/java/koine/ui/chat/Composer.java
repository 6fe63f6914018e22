package koine.ui.chat;

import java.util.function.LongSupplier;
import javafx.beans.binding.Bindings;
import javafx.beans.property.BooleanProperty;
import javafx.beans.value.ObservableValue;
import javafx.css.PseudoClass;
import javafx.geometry.Insets;
import javafx.geometry.NodeOrientation;
import javafx.geometry.Pos;
import javafx.scene.TraversalDirection;
import javafx.scene.control.Button;
import javafx.scene.control.TextArea;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.InputMethodEvent;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.text.Text;
import koine.i18n.TextDirection;
import koine.ui.language.Texts;
import koine.ui.shell.Buttons;
import koine.ui.theme.Icons;
import koine.ui.theme.Style;
import org.kordamp.ikonli.javafx.FontIcon;
import org.kordamp.ikonli.material2.Material2OutlinedAL;
import org.kordamp.ikonli.material2.Material2RoundMZ;

/**
 * Where a question is typed: grows with its text, sends with Enter, breaks the line with Shift+Enter, leaves an input
 * method's Enter alone. It is never disabled; while an answer runs, its button stops it.
 */
public final class Composer extends BorderPane {
    private static final int MOST_LINES = 8;

    /** The padding that {@code koine.css} gives the text inside the field, in pixels. */
    private static final double SIDE_PADDING = 12;

    private static final double END_PADDING = 9;
    private static final PseudoClass EMPTY = PseudoClass.getPseudoClass("empty");
    private static final PseudoClass FOCUS_WITHIN = PseudoClass.getPseudoClass("focus-within");
    private static final PseudoClass OVERFLOWING = PseudoClass.getPseudoClass("overflowing");
    private static final PseudoClass BUSY = PseudoClass.getPseudoClass("busy");

    private final Texts texts;
    private final TextArea area = new TextArea();
    private final Text ruler = new Text();
    private final Button send = new Button();
    private final ToggleButton think = new ToggleButton();
    private final EnterKey enter;
    private final Runnable onSend;
    private final FontIcon sendIcon;
    private final FontIcon stopIcon;
    private boolean busy;

    public Composer(Texts texts, LongSupplier nanoTime, Runnable onSend, Runnable onStop) {
        this.texts = texts;
        this.enter = new EnterKey(nanoTime);
        this.onSend = onSend;
        getStyleClass().add(Style.COMPOSER);

        area.getStyleClass().add(Style.COMPOSER_TEXT);
        area.setWrapText(true);
        area.setPrefRowCount(1);
        area.setMinHeight(Region.USE_PREF_SIZE);
        area.promptTextProperty().bind(texts.bind("chat.composer.prompt"));
        area.accessibleTextProperty().bind(texts.bind("chat.composer.name"));
        area.nodeOrientationProperty()
                .bind(Bindings.createObjectBinding(this::direction, area.textProperty(), texts.messages()));
        area.addEventFilter(
                InputMethodEvent.INPUT_METHOD_TEXT_CHANGED,
                event -> enter.composition(!event.getComposed().isEmpty()));
        area.addEventFilter(KeyEvent.KEY_PRESSED, this::keyPressed);
        area.focusedProperty().subscribe(focused -> pseudoClassStateChanged(FOCUS_WITHIN, focused));

        ruler.fontProperty().bind(area.fontProperty());
        area.textProperty().subscribe(ignored -> grow());
        area.widthProperty().subscribe(ignored -> grow());
        area.fontProperty().subscribe(ignored -> grow());

        sendIcon = Icons.directional(Material2RoundMZ.SEND, texts.orientation());
        stopIcon = Icons.of(Material2RoundMZ.STOP);
        send.getStyleClass().addAll(Style.SEND, Style.ICON_BUTTON);
        send.setGraphic(sendIcon);
        send.setOnAction(event -> {
            if (busy) {
                onStop.run();
            } else {
                onSend.run();
            }
            area.requestFocus();
        });
        Buttons.describe(send, texts.bind("chat.send"));
        area.textProperty().subscribe(text -> send.pseudoClassStateChanged(EMPTY, text.isBlank()));

        setCenter(area);
        think.setVisible(false);
        think.setManaged(false);
        HBox buttons = new HBox(think, send);
        buttons.getStyleClass().add("buttons");
        buttons.setAlignment(Pos.BOTTOM_CENTER);
        setRight(buttons);
        setOnMouseClicked(event -> area.requestFocus());
    }

    /**
     * Shows a switch for thinking while the model has one.
     *
     * @param wanted whether the next answer is to be thought about first
     */
    void offerThinking(ObservableValue<Boolean> possible, BooleanProperty wanted) {
        Buttons.icon(think, Icons.of(Material2OutlinedAL.EMOJI_OBJECTS), texts.bind("chat.think"));
        think.getStyleClass().add(Style.THINK);
        think.selectedProperty().bindBidirectional(wanted);
        think.visibleProperty().bind(possible);
        think.managedProperty().bind(think.visibleProperty());
    }

    ToggleButton thinkSwitch() {
        return think;
    }

    /** The field itself, for the draft and the focus. */
    public TextArea area() {
        return area;
    }

    Button button() {
        return send;
    }

    public void setBusy(boolean isBusy) {
        busy = isBusy;
        send.setGraphic(isBusy ? stopIcon : sendIcon);
        send.pseudoClassStateChanged(BUSY, isBusy);
        Buttons.describe(send, texts.bind(isBusy ? "chat.stop" : "chat.send"));
    }

    private void keyPressed(KeyEvent event) {
        if (event.getCode() == KeyCode.ENTER && !event.isControlDown() && !event.isAltDown() && !event.isMetaDown()) {
            switch (enter.pressed(event.isShiftDown())) {
                case SEND -> {
                    if (!busy) {
                        onSend.run();
                    }
                }
                case BREAK_LINE -> area.replaceSelection("\n");
                case CONFIRM_CANDIDATE -> {}
            }
            event.consume();
        } else if (event.getCode() == KeyCode.TAB && !event.isControlDown() && !event.isAltDown()) {
            area.requestFocusTraversal(event.isShiftDown() ? TraversalDirection.PREVIOUS : TraversalDirection.NEXT);
            event.consume();
        }
    }

    /** The direction of what is typed; of nothing, the window's. */
    private NodeOrientation direction() {
        return Texts.orientation(
                TextDirection.ofParagraph(area.getText(), texts.language().direction()));
    }

    private void grow() {
        Insets inside = area.getInsets();
        double sides = 2 * SIDE_PADDING + inside.getLeft() + inside.getRight();
        ruler.setWrappingWidth(Math.max(1, area.getWidth() - sides));
        ruler.setText("X");
        double line = ruler.getLayoutBounds().getHeight();
        String text = area.getText();
        ruler.setText(text.isEmpty() || text.endsWith("\n") ? text + "X" : text);
        double wanted = ruler.getLayoutBounds().getHeight();
        double height = Math.clamp(wanted, line, MOST_LINES * line);
        area.pseudoClassStateChanged(OVERFLOWING, wanted > height);
        area.setPrefHeight(Math.ceil(height + 2 * END_PADDING + inside.getTop() + inside.getBottom()));
    }
}
