package koine.ui.markdown;

import java.util.List;
import java.util.Locale;
import javafx.geometry.NodeOrientation;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.scene.text.Text;
import koine.i18n.TextDirection;
import koine.ui.theme.Style;

/** Code: from left to right in every language, never wrapped, with a button that copies it. */
final class CodeBlock extends VBox {
    CodeBlock(Paragraphs paragraphs, String literal, String info) {
        String code = literal.endsWith("\n") ? literal.substring(0, literal.length() - 1) : literal;
        getStyleClass().add(Style.CODE_BLOCK);
        setMinWidth(0);

        String language = info.strip().split("\\s+", 2)[0].toLowerCase(Locale.ROOT);
        Label name = new Label(language);
        name.getStyleClass().add(Style.MUTED);
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        Button copy = CopyButton.of(paragraphs.texts(), "chat.copyCode", () -> code);
        HBox head = new HBox(name, gap, copy);
        head.setAlignment(Pos.CENTER_LEFT);
        head.getStyleClass().add(Style.CODE_HEAD);

        Text text = new Text(code.isEmpty() ? " " : code);
        text.getStyleClass().addAll(Style.TEXT, Style.CODE);
        var flow = paragraphs.of(List.of(text), TextDirection.LEFT_TO_RIGHT);
        flow.getStyleClass().setAll(Style.CODE);
        flow.setMinWidth(Region.USE_PREF_SIZE);
        WideBlock body = new WideBlock(flow);
        body.setNodeOrientation(NodeOrientation.LEFT_TO_RIGHT);
        getChildren().addAll(head, body);
    }
}
