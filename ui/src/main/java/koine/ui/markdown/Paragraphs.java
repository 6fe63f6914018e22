package koine.ui.markdown;

import atlantafx.base.controls.SelectableTextFlow;
import java.util.List;
import javafx.scene.AccessibleRole;
import javafx.scene.control.ContextMenu;
import javafx.scene.control.MenuItem;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyCodeCombination;
import javafx.scene.input.KeyCombination;
import javafx.scene.input.KeyEvent;
import javafx.scene.text.Text;
import koine.i18n.TextDirection;
import koine.ui.language.Drawable;
import koine.ui.language.Texts;
import koine.ui.theme.Style;

/** Makes paragraphs: selectable, copied with the usual keys, each in the direction of its first strong character. */
public final class Paragraphs {
    private static final KeyCombination COPY = new KeyCodeCombination(KeyCode.C, KeyCombination.SHORTCUT_DOWN);
    private static final KeyCombination ALL = new KeyCodeCombination(KeyCode.A, KeyCombination.SHORTCUT_DOWN);
    private final Texts texts;

    public Paragraphs(Texts texts) {
        this.texts = texts;
    }

    Texts texts() {
        return texts;
    }

    /** The direction of a paragraph; one without letters goes with the window. */
    TextDirection direction(CharSequence paragraph) {
        return TextDirection.ofParagraph(paragraph, texts.language().direction());
    }

    /** A paragraph of plain text. */
    public SelectableTextFlow plain(String paragraph) {
        Text text = new Text(Drawable.of(paragraph));
        text.getStyleClass().add(Style.TEXT);
        return of(List.of(text), direction(paragraph));
    }

    SelectableTextFlow of(List<Text> pieces, TextDirection direction) {
        SelectableTextFlow flow = new SelectableTextFlow(pieces.toArray(Text[]::new));
        flow.getStyleClass().add(Style.PARAGRAPH);
        flow.setNodeOrientation(Texts.orientation(direction));
        flow.setMinHeight(0); // the least height a TextFlow asks for is that at no width: a letter a line
        flow.setAccessibleRole(AccessibleRole.TEXT);
        flow.setAccessibleText(flow.getContentAsString());
        flow.addEventHandler(KeyEvent.KEY_PRESSED, event -> {
            if (COPY.match(event)) {
                flow.copySelectedRangeToClipboard();
                event.consume();
            } else if (ALL.match(event)) {
                flow.selectAll();
                event.consume();
            }
        });
        flow.setOnContextMenuRequested(event -> {
            menu(flow).show(flow, event.getScreenX(), event.getScreenY());
            event.consume();
        });
        return flow;
    }

    private ContextMenu menu(SelectableTextFlow flow) {
        MenuItem copy = new MenuItem(texts.get("chat.copySelection"));
        copy.setDisable(flow.getSelectedRangeAsString().isEmpty());
        copy.setOnAction(event -> flow.copySelectedRangeToClipboard());
        MenuItem all = new MenuItem(texts.get("chat.selectAll"));
        all.setOnAction(event -> flow.selectAll());
        return new ContextMenu(copy, all);
    }
}
