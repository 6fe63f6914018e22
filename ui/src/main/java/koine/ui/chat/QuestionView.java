package koine.ui.chat;

import java.util.Map;
import javafx.geometry.Orientation;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import koine.ui.language.Texts;
import koine.ui.markdown.Paragraphs;
import koine.ui.theme.Style;

/** What the person said, as typed: no markup, each line in its own direction, at the end side of the column. */
final class QuestionView extends Region {
    private static final double WIDEST = 0.82;
    private final VBox bubble = new VBox();

    QuestionView(MessageModel message, Texts texts, Paragraphs paragraphs) {
        bubble.getStyleClass().add(Style.QUESTION);
        for (String line : message.text().get().split("\n", -1)) {
            bubble.getChildren().add(paragraphs.plain(line.isEmpty() ? " " : line));
        }
        getChildren().add(bubble);
        accessibleTextProperty()
                .bind(texts.bind(
                        "chat.message.yours",
                        () -> Map.of("text", message.text().get()),
                        message.text()));
    }

    private double bubbleWidth(double width) {
        return Math.min(Math.ceil(bubble.prefWidth(-1)), Math.floor(width * WIDEST));
    }

    @Override
    public Orientation getContentBias() {
        return Orientation.HORIZONTAL;
    }

    @Override
    protected double computeMinWidth(double height) {
        return 0;
    }

    @Override
    protected double computeMinHeight(double width) {
        return 0;
    }

    @Override
    protected double computePrefWidth(double height) {
        return bubble.prefWidth(-1) / WIDEST;
    }

    @Override
    protected double computePrefHeight(double width) {
        return bubble.prefHeight(width < 0 ? -1 : bubbleWidth(width));
    }

    @Override
    protected void layoutChildren() {
        double width = bubbleWidth(getWidth());
        bubble.resizeRelocate(getWidth() - width, 0, width, bubble.prefHeight(width));
    }
}
