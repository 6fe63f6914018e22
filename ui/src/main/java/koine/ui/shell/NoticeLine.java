package koine.ui.shell;

import java.util.function.Consumer;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import koine.ui.language.Texts;
import koine.ui.theme.Icons;
import koine.ui.theme.Style;
import org.kordamp.ikonli.material2.Material2OutlinedAL;

/** One sentence that a person should know, until it is dismissed. */
public final class NoticeLine extends HBox {
    public NoticeLine(ObservableValue<String> words, Texts texts, Consumer<NoticeLine> whenDismissed) {
        Label sentence = new Label();
        sentence.textProperty().bind(words);
        sentence.setWrapText(true);
        sentence.setMinHeight(USE_PREF_SIZE);
        sentence.setMaxWidth(Double.MAX_VALUE);
        HBox.setHgrow(sentence, Priority.ALWAYS);
        Button dismiss = Buttons.icon(new Button(), Icons.of(Material2OutlinedAL.CLOSE), texts.bind("shell.dismiss"));
        dismiss.getStyleClass().add("small");
        dismiss.setOnAction(event -> whenDismissed.accept(this));
        setAlignment(Pos.CENTER_LEFT);
        getStyleClass().add(Style.NOTICE);
        getChildren().addAll(Icons.of(Material2OutlinedAL.INFO), sentence, dismiss);
    }
}
