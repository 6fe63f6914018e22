package koine.ui.settings;

import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import koine.ui.language.Texts;
import koine.ui.theme.Style;
import org.jspecify.annotations.Nullable;

/** What can be set, what that means, and the control that sets it. */
final class SettingRow extends HBox {
    /** @param about null when the name says it all */
    SettingRow(Texts texts, String key, @Nullable String about, Node control) {
        Label name = wrapped(Style.SETTING_NAME);
        name.textProperty().bind(texts.bind(key));
        name.setLabelFor(control);
        VBox words = new VBox(name);
        if (about != null) {
            Label explained = wrapped(Style.MUTED);
            explained.textProperty().bind(texts.bind(about));
            words.getChildren().add(explained);
        }
        words.setAlignment(Pos.CENTER_LEFT);
        words.setMinWidth(100);
        HBox.setHgrow(words, Priority.ALWAYS);
        getChildren().addAll(words, control);
        setAlignment(Pos.CENTER_LEFT);
        getStyleClass().add(Style.SETTING);
    }

    /** A text that takes the lines it needs. */
    static Label wrapped(String style) {
        Label label = new Label();
        label.getStyleClass().add(style);
        label.setWrapText(true);
        label.setMinHeight(USE_PREF_SIZE);
        return label;
    }
}
