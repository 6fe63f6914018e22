package koine.ui.shell;

import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import koine.i18n.Problem;
import koine.ui.language.Texts;
import koine.ui.theme.Icons;
import koine.ui.theme.Style;
import org.kordamp.ikonli.material2.Material2OutlinedAL;

/** What a person should know about the profile, one line each, until it is dismissed. */
final class Notices extends VBox {
    Notices(ShellModel shell) {
        getStyleClass().add(Style.NOTICES);
        for (Problem notice : shell.assistant().notices()) {
            getChildren().add(line(notice, shell.texts()));
        }
        visibleIfAny();
    }

    private HBox line(Problem notice, Texts texts) {
        Label sentence = new Label();
        sentence.textProperty().bind(texts.bind(() -> texts.get(notice)));
        sentence.setWrapText(true);
        sentence.setMinHeight(USE_PREF_SIZE);
        sentence.setMaxWidth(Double.MAX_VALUE);
        HBox.setHgrow(sentence, Priority.ALWAYS);
        Button dismiss = Buttons.icon(new Button(), Icons.of(Material2OutlinedAL.CLOSE), texts.bind("shell.dismiss"));
        dismiss.getStyleClass().add("small");
        HBox line = new HBox(Icons.of(Material2OutlinedAL.INFO), sentence, dismiss);
        line.setAlignment(Pos.CENTER_LEFT);
        line.getStyleClass().add(Style.NOTICE);
        dismiss.setOnAction(event -> {
            getChildren().remove(line);
            visibleIfAny();
        });
        return line;
    }

    private void visibleIfAny() {
        setVisible(!getChildren().isEmpty());
        setManaged(!getChildren().isEmpty());
    }
}
