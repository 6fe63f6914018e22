package koine.ui.chat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javafx.beans.binding.Bindings;
import javafx.scene.layout.VBox;
import koine.i18n.Problem;
import koine.ui.language.Texts;
import koine.ui.shell.NoticeLine;
import koine.ui.theme.Style;

/**
 * What there is to know of the engine that answers, above the composer: no failure, so without a code; a line for each.
 * What was dismissed once is not said again in this window, unless it has changed.
 */
final class EngineNotices extends VBox {
    private record Said(String code, Map<String, Object> arguments) {
        static Said of(Problem notice) {
            return new Said(notice.code(), notice.arguments());
        }
    }

    private final Texts texts;
    private final Set<Said> dismissed = new HashSet<>();

    EngineNotices(Texts texts) {
        this.texts = texts;
        visibleProperty().bind(Bindings.isNotEmpty(getChildren()));
        managedProperty().bind(visibleProperty());
    }

    /** In place of what was shown before. */
    void show(List<Problem> notices) {
        getChildren()
                .setAll(notices.stream()
                        .filter(notice -> !dismissed.contains(Said.of(notice)))
                        .map(this::line)
                        .toList());
    }

    private NoticeLine line(Problem notice) {
        NoticeLine line = new NoticeLine(texts.bind(() -> texts.sentence(notice)), texts, gone -> {
            dismissed.add(Said.of(notice));
            getChildren().remove(gone);
        });
        line.getStyleClass().add(Style.QUIET_NOTICE);
        return line;
    }
}
