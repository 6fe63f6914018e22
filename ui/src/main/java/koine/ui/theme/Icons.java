package koine.ui.theme;

import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableValue;
import javafx.geometry.NodeOrientation;
import javafx.scene.AccessibleRole;
import org.kordamp.ikonli.Ikon;
import org.kordamp.ikonli.javafx.FontIcon;

/** Icons from Ikonli's Material pack. They are decoration: what carries them has a text. */
public final class Icons {
    private Icons() {}

    public static FontIcon of(Ikon icon) {
        FontIcon made = new FontIcon(icon);
        made.setAccessibleRole(AccessibleRole.IMAGE_VIEW);
        made.setFocusTraversable(false);
        return made;
    }

    /** An icon that points somewhere: mirrored with the window, because a font's glyphs are not. */
    public static FontIcon directional(Ikon icon, ObservableValue<NodeOrientation> orientation) {
        FontIcon made = of(icon);
        made.scaleXProperty()
                .bind(Bindings.createDoubleBinding(
                        () -> orientation.getValue() == NodeOrientation.RIGHT_TO_LEFT ? -1.0 : 1.0, orientation));
        return made;
    }
}
