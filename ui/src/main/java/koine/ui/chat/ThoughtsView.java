package koine.ui.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.VBox;
import koine.ui.language.Texts;
import koine.ui.markdown.Paragraphs;
import koine.ui.theme.Icons;
import koine.ui.theme.Style;
import org.kordamp.ikonli.javafx.FontIcon;
import org.kordamp.ikonli.material2.Material2OutlinedAL;

/** What the model thought before its answer: folded to one quiet line, opened with a click. */
final class ThoughtsView extends VBox {
    private static final long MILLIS_A_SECOND = 1000;
    private static final long MILLIS_A_MINUTE = 60_000;

    private final MessageModel message;
    private final Texts texts;
    private final Paragraphs paragraphs;
    private final ToggleButton fold = new ToggleButton();
    private final VBox thoughts = new VBox();
    private List<String> drawn = List.of();

    ThoughtsView(MessageModel message, Texts texts, Paragraphs paragraphs) {
        this.message = message;
        this.texts = texts;
        this.paragraphs = paragraphs;
        getStyleClass().add(Style.THINKING);

        FontIcon closed = Icons.directional(Material2OutlinedAL.CHEVRON_RIGHT, texts.orientation());
        FontIcon open = Icons.of(Material2OutlinedAL.EXPAND_MORE);
        fold.getStyleClass().addAll(Style.FOLD, "flat");
        fold.textProperty().bind(texts.bind(this::words, message.thoughtMillis()));
        fold.selectedProperty().subscribe(isOpen -> {
            fold.setGraphic(isOpen ? open : closed);
            draw();
        });
        thoughts.getStyleClass().add(Style.THOUGHTS);
        thoughts.visibleProperty().bind(fold.selectedProperty());
        thoughts.managedProperty().bind(fold.selectedProperty());
        thoughts.accessibleTextProperty()
                .bind(texts.bind(
                        "chat.reasoning.name",
                        () -> Map.of("text", message.reasoning().get()),
                        message.reasoning()));
        message.reasoning().subscribe(ignored -> draw());

        getChildren().addAll(fold, thoughts);
        visibleProperty().bind(message.reasoning().isNotEmpty());
        managedProperty().bind(visibleProperty());
    }

    ToggleButton fold() {
        return fold;
    }

    private String words() {
        long millis = message.thoughtMillis().get();
        if (millis < 0) {
            return texts.get("chat.reasoning.now");
        }
        return millis < MILLIS_A_MINUTE
                ? texts.get(
                        "chat.reasoning.seconds",
                        Map.of("seconds", Math.max(1, Math.round((double) millis / MILLIS_A_SECOND))))
                : texts.get("chat.reasoning.minutes", Map.of("minutes", Math.round((double) millis / MILLIS_A_MINUTE)));
    }

    /** Only what changed: thoughts grow at their end. */
    private void draw() {
        if (!fold.isSelected()) {
            return;
        }
        List<String> wanted = new ArrayList<>();
        message.reasoning()
                .get()
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .forEach(wanted::add);
        int same = 0;
        while (same < Math.min(drawn.size(), wanted.size()) && drawn.get(same).equals(wanted.get(same))) {
            same++;
        }
        thoughts.getChildren().subList(same, drawn.size()).clear();
        wanted.subList(same, wanted.size())
                .forEach(line -> thoughts.getChildren().add(paragraphs.plain(line)));
        drawn = wanted;
    }
}
