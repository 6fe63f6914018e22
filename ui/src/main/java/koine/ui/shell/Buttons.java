package koine.ui.shell;

import javafx.beans.value.ObservableValue;
import javafx.scene.Node;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.Tooltip;
import koine.ui.theme.Style;

/** Gives buttons that show only an icon their text: for screen readers and as a tooltip. */
public final class Buttons {
    private Buttons() {}

    public static <B extends ButtonBase> B icon(B button, Node icon, ObservableValue<String> text) {
        button.setGraphic(icon);
        button.getStyleClass().addAll(Style.ICON_BUTTON, "flat");
        describe(button, text);
        return button;
    }

    public static void describe(ButtonBase button, ObservableValue<String> text) {
        button.accessibleTextProperty().bind(text);
        Tooltip tip = new Tooltip();
        tip.textProperty().bind(text);
        button.setTooltip(tip);
    }
}
