package koine.ui.chat;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.value.ObservableValue;
import javafx.scene.layout.StackPane;
import koine.i18n.Problem;
import koine.ui.language.Texts;
import koine.ui.shell.NoticeLine;
import koine.ui.theme.Style;
import org.jspecify.annotations.Nullable;

/**
 * What was chosen smaller because memory is short, explained above the composer. No failure, so without a code; what was
 * dismissed once is not said again in this window, unless it has changed.
 */
final class EngineNotice extends StackPane {
    private record Said(String code, Map<String, Object> arguments) {
        static Said of(Problem notice) {
            return new Said(notice.code(), notice.arguments());
        }
    }

    private final Set<Said> dismissed = new HashSet<>();
    private final SimpleObjectProperty<@Nullable Problem> shown = new SimpleObjectProperty<>();

    EngineNotice(Texts texts) {
        ObservableValue<String> words = texts.bind(
                () -> {
                    Problem notice = shown.get();
                    return notice == null ? "" : texts.sentence(notice);
                },
                shown);
        NoticeLine line = new NoticeLine(words, texts, dismissed -> dismiss());
        line.getStyleClass().add(Style.QUIET_NOTICE);
        getChildren().add(line);
        visibleProperty().bind(shown.isNotNull());
        managedProperty().bind(visibleProperty());
    }

    /** @param notice null is none */
    void show(@Nullable Problem notice) {
        shown.set(notice == null || dismissed.contains(Said.of(notice)) ? null : notice);
    }

    private void dismiss() {
        Problem notice = shown.get();
        if (notice != null) {
            dismissed.add(Said.of(notice));
        }
        shown.set(null);
    }
}
