package koine.ui.markdown;

import com.ibm.icu.text.BreakIterator;
import java.util.List;
import javafx.geometry.Point2D;
import javafx.scene.AccessibleRole;
import javafx.scene.Cursor;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyCodeCombination;
import javafx.scene.input.KeyCombination;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.shape.Path;
import javafx.scene.text.Text;
import javafx.scene.text.TextFlow;
import koine.ui.theme.Style;

/**
 * A paragraph whose text can be selected: by dragging, a word by two clicks, all by three, and copied with the usual
 * keys. (AtlantaFX's SelectableTextFlow measures itself before it has its text, and then says that it wants no width.)
 */
public final class SelectableFlow extends TextFlow {
    private static final KeyCombination COPY = new KeyCodeCombination(KeyCode.C, KeyCombination.SHORTCUT_DOWN);
    private static final KeyCombination ALL = new KeyCodeCombination(KeyCode.A, KeyCombination.SHORTCUT_DOWN);

    private final String text;
    private final Path shade = new Path();
    private int anchor;
    private int start;
    private int end;

    SelectableFlow(List<Text> pieces) {
        StringBuilder whole = new StringBuilder();
        pieces.forEach(piece -> whole.append(piece.getText()));
        text = whole.toString();
        shade.setManaged(false);
        shade.setMouseTransparent(true);
        shade.getStyleClass().add(Style.SELECTION);
        getChildren().add(shade);
        getChildren().addAll(pieces);
        setCursor(Cursor.TEXT);
        setMinHeight(0); // the least height a TextFlow asks for is that at no width: a letter a line
        setAccessibleRole(AccessibleRole.TEXT);
        setAccessibleText(text);
        addEventHandler(MouseEvent.MOUSE_PRESSED, this::pressed);
        addEventHandler(MouseEvent.MOUSE_DRAGGED, this::dragged);
        addEventHandler(KeyEvent.KEY_PRESSED, this::keyPressed);
        widthProperty().subscribe(width -> shade());
        focusedProperty().subscribe(focused -> {
            if (!focused) {
                select(0, 0);
            }
        });
    }

    /** The whole text. */
    public String text() {
        return text;
    }

    public String selectedText() {
        return text.substring(start, end);
    }

    /** Selects from one place to another, in UTF-16 units; nothing when they are equal. */
    public void select(int from, int to) {
        start = Math.clamp(Math.min(from, to), 0, text.length());
        end = Math.clamp(Math.max(from, to), 0, text.length());
        shade();
    }

    public void selectAll() {
        select(0, text.length());
    }

    void copy() {
        if (start < end) {
            ClipboardContent content = new ClipboardContent();
            content.putString(selectedText());
            Clipboard.getSystemClipboard().setContent(content);
        }
    }

    private void pressed(MouseEvent event) {
        if (event.getButton() != MouseButton.PRIMARY) {
            return;
        }
        requestFocus();
        int at = at(event);
        switch (event.getClickCount()) {
            case 1 -> {
                anchor = at;
                select(at, at);
            }
            case 2 -> selectWord(at);
            default -> selectAll();
        }
    }

    private void dragged(MouseEvent event) {
        if (event.isPrimaryButtonDown()) {
            select(anchor, at(event));
        }
    }

    private void keyPressed(KeyEvent event) {
        if (COPY.match(event)) {
            copy();
            event.consume();
        } else if (ALL.match(event)) {
            selectAll();
            event.consume();
        }
    }

    private int at(MouseEvent event) {
        return getHitInfo(new Point2D(event.getX(), event.getY())).getInsertionIndex();
    }

    private void selectWord(int at) {
        BreakIterator words = BreakIterator.getWordInstance();
        words.setText(text);
        int to = words.following(Math.min(at, Math.max(0, text.length() - 1)));
        int from = words.previous();
        select(from, to == BreakIterator.DONE ? text.length() : to);
    }

    private void shade() {
        if (start < end) {
            shade.getElements().setAll(getRangeShape(start, end, false));
        } else {
            shade.getElements().clear();
        }
    }
}
