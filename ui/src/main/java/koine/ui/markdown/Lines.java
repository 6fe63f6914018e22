package koine.ui.markdown;

import java.util.ArrayList;
import java.util.List;
import javafx.scene.layout.VBox;
import javafx.scene.text.Text;
import org.jspecify.annotations.Nullable;

/** Running text, each line a flow of its own direction. Showing a longer text keeps the lines that stay the same. */
final class Lines extends VBox {
    private final Paragraphs paragraphs;
    private final @Nullable String style;
    private List<String> drawn = List.of();

    /** @param style class of each line, for headings; null for none */
    Lines(Paragraphs paragraphs, @Nullable String style) {
        this.paragraphs = paragraphs;
        this.style = style;
        setMinWidth(0);
    }

    Lines show(List<List<Text>> lines) {
        List<String> wanted = new ArrayList<>();
        lines.forEach(line -> wanted.add(key(line)));
        int same = 0;
        while (same < Math.min(drawn.size(), wanted.size()) && drawn.get(same).equals(wanted.get(same))) {
            same++;
        }
        getChildren().remove(same, getChildren().size());
        for (List<Text> line : lines.subList(same, lines.size())) {
            SelectableFlow flow = paragraphs.of(line, paragraphs.direction(Inlines.plain(line)));
            if (style != null) {
                flow.getStyleClass().add(style);
            }
            getChildren().add(flow);
        }
        drawn = wanted;
        return this;
    }

    private static String key(List<Text> line) {
        StringBuilder key = new StringBuilder();
        for (Text piece : line) {
            key.append(piece.getText())
                    .append('\0')
                    .append(piece.getStyleClass())
                    .append('\0');
            key.append(piece.getAccessibleHelp()).append('\0');
        }
        return key.toString();
    }
}
