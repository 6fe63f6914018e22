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

/** What a person should know about the profile and its conversations, one line each, until it is dismissed. */
final class Notices extends VBox {
    Notices(ShellModel shell) {
        getStyleClass().add(Style.NOTICES);
        for (Problem notice : shell.assistant().notices()) {
            HBox line = new HBox();
            fill(line, notice, shell.texts(), () -> getChildren().remove(line));
            getChildren().add(line);
        }
        HBox ofList = new HBox();
        shell.conversations().problem().subscribe(problem -> {
            getChildren().remove(ofList);
            if (problem != null) {
                fill(ofList, problem, shell.texts(), shell.conversations()::dismissProblem);
                getChildren().add(ofList);
            }
        });
        getChildren().subscribe(this::visibleIfAny);
        visibleIfAny();
    }

    private static void fill(HBox line, Problem notice, Texts texts, Runnable whenDismissed) {
        Label sentence = new Label();
        sentence.textProperty().bind(texts.bind(() -> texts.get(notice)));
        sentence.setWrapText(true);
        sentence.setMinHeight(USE_PREF_SIZE);
        sentence.setMaxWidth(Double.MAX_VALUE);
        HBox.setHgrow(sentence, Priority.ALWAYS);
        Button dismiss = Buttons.icon(new Button(), Icons.of(Material2OutlinedAL.CLOSE), texts.bind("shell.dismiss"));
        dismiss.getStyleClass().add("small");
        line.getChildren().setAll(Icons.of(Material2OutlinedAL.INFO), sentence, dismiss);
        line.setAlignment(Pos.CENTER_LEFT);
        line.getStyleClass().setAll(Style.NOTICE);
        dismiss.setOnAction(event -> whenDismissed.run());
    }

    private void visibleIfAny() {
        setVisible(!getChildren().isEmpty());
        setManaged(!getChildren().isEmpty());
    }
}
