package koine.ui.chat;

import java.util.Map;
import javafx.geometry.Pos;
import javafx.scene.layout.HBox;
import javafx.scene.layout.VBox;
import koine.ui.language.Texts;
import koine.ui.markdown.Paragraphs;
import koine.ui.theme.Style;

/** What the person said, as typed: no markup, each line in its own direction. */
final class QuestionView extends HBox {
    QuestionView(MessageModel message, Texts texts, Paragraphs paragraphs) {
        VBox bubble = new VBox();
        bubble.getStyleClass().add(Style.QUESTION);
        bubble.setMinWidth(0);
        bubble.maxWidthProperty().bind(widthProperty().multiply(0.82));
        for (String line : message.text().get().split("\n", -1)) {
            bubble.getChildren().add(paragraphs.plain(line.isEmpty() ? " " : line));
        }
        setAlignment(Pos.CENTER_RIGHT);
        setMinWidth(0);
        getChildren().add(bubble);
        accessibleTextProperty()
                .bind(texts.bind(
                        "chat.message.yours",
                        () -> Map.of("text", message.text().get()),
                        message.text()));
    }
}
