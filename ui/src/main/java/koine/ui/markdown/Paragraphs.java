package koine.ui.markdown;

import java.util.List;
import javafx.scene.control.ContextMenu;
import javafx.scene.control.MenuItem;
import javafx.scene.text.Text;
import koine.i18n.TextDirection;
import koine.ui.language.Drawable;
import koine.ui.language.Texts;
import koine.ui.theme.Style;

/** Makes paragraphs: selectable, copied with the usual keys, each in the direction of its first strong character. */
public final class Paragraphs {
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
    public SelectableFlow plain(String paragraph) {
        Text text = new Text(Drawable.of(paragraph));
        text.getStyleClass().add(Style.TEXT);
        return of(List.of(text), direction(paragraph));
    }

    SelectableFlow of(List<Text> pieces, TextDirection direction) {
        SelectableFlow flow = new SelectableFlow(pieces);
        flow.getStyleClass().add(Style.PARAGRAPH);
        flow.setNodeOrientation(Texts.orientation(direction));
        flow.setOnContextMenuRequested(event -> {
            menu(flow).show(flow, event.getScreenX(), event.getScreenY());
            event.consume();
        });
        return flow;
    }

    private ContextMenu menu(SelectableFlow flow) {
        MenuItem copy = new MenuItem(texts.get("chat.copySelection"));
        copy.setDisable(flow.selectedText().isEmpty());
        copy.setOnAction(event -> flow.copy());
        MenuItem all = new MenuItem(texts.get("chat.selectAll"));
        all.setOnAction(event -> flow.selectAll());
        return new ContextMenu(copy, all);
    }
}
