package koine.ui.shell;

import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.value.ObservableBooleanValue;
import javafx.geometry.Pos;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import koine.ui.theme.Style;

/** Where the window is too narrow for its side, the side lies over the rest while it is wanted. */
final class Side extends StackPane {
    private final Region panel;
    private final ReadOnlyBooleanWrapper narrow = new ReadOnlyBooleanWrapper();
    private final ReadOnlyBooleanWrapper open = new ReadOnlyBooleanWrapper();

    Side(Region panel, ObservableBooleanValue tooNarrow) {
        this.panel = panel;
        narrow.bind(tooNarrow);
        Region veil = new Region();
        veil.getStyleClass().add(Style.VEIL);
        veil.setOnMouseClicked(event -> close());
        getChildren().add(veil);
        setAlignment(panel, Pos.CENTER_LEFT);
        visibleProperty().bind(open);
        managedProperty().bind(open);
    }

    ReadOnlyBooleanProperty narrow() {
        return narrow.getReadOnlyProperty();
    }

    ReadOnlyBooleanProperty open() {
        return open.getReadOnlyProperty();
    }

    /** Takes the panel over the rest, or gives it away. */
    void setPanel(boolean here) {
        open.set(false);
        getChildren().remove(panel);
        if (here) {
            getChildren().add(panel);
        }
    }

    void show() {
        open.set(narrow.get());
        panel.requestFocus();
    }

    void close() {
        open.set(false);
    }
}
