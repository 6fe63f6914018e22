package koine.ui.chat;

import java.util.Map;
import javafx.geometry.Pos;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import koine.ui.language.Texts;
import koine.ui.markdown.Paragraphs;
import koine.ui.theme.Style;
import org.jspecify.annotations.Nullable;

/** A line across the conversation: what is above is not sent any more, or only as the summary shown here. */
final class NotSentLine extends VBox {
    NotSentLine(int count, @Nullable String summary, Texts texts, Paragraphs paragraphs, Runnable undo) {
        getStyleClass().add(Style.NOT_SENT);
        Label words = new Label();
        words.getStyleClass().add(Style.HINT);
        words.setMinWidth(Region.USE_PREF_SIZE);
        Map<String, Integer> counted = Map.of("count", count);
        words.textProperty()
                .bind(texts.bind(() -> summary == null
                        ? texts.get("chat.notSent", counted)
                        : texts.get("chat.notSent.summary", counted)));
        Hyperlink back = new Hyperlink();
        back.getStyleClass().add(Style.HINT);
        back.setMinWidth(Region.USE_PREF_SIZE);
        back.textProperty().bind(texts.bind("chat.notSent.undo"));
        back.setOnAction(event -> undo.run());
        HBox line = new HBox(rule(), words, back, rule());
        line.setAlignment(Pos.CENTER);
        line.getStyleClass().add("line");
        getChildren().add(line);
        if (summary != null) {
            VBox box = new VBox();
            box.getStyleClass().add(Style.THOUGHTS);
            summary.lines()
                    .filter(each -> !each.isBlank())
                    .forEach(each -> box.getChildren().add(paragraphs.plain(each.strip())));
            getChildren().add(box);
        }
    }

    private static Region rule() {
        Region rule = new Region();
        rule.getStyleClass().add("rule");
        rule.setMaxHeight(1);
        HBox.setHgrow(rule, Priority.ALWAYS);
        return rule;
    }
}
