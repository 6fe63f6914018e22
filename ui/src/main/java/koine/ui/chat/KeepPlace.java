package koine.ui.chat;

import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.Region;

/**
 * Keeps a scrolled column in its place while it grows: at its end as long as the reader is there, else at the same
 * line. A change of the scroll position while the column is laid out is the scroll pane's own correction; any other is
 * the reader's.
 */
final class KeepPlace {
    private static final double NEAR = 24;
    private final ScrollPane pane;
    private final Region content;
    private final ReadOnlyBooleanWrapper atEnd = new ReadOnlyBooleanWrapper(true);
    private final Runnable afterLayout = this::settle;
    private double offset;
    private boolean growing;
    private boolean adjusting;

    KeepPlace(ScrollPane pane, Region content) {
        this.pane = pane;
        this.content = content;
        content.heightProperty().subscribe(height -> grown());
        pane.viewportBoundsProperty().subscribe(bounds -> grown());
        pane.vvalueProperty().subscribe(value -> moved());
        pane.sceneProperty().subscribe((before, now) -> {
            if (before != null) {
                before.removePostLayoutPulseListener(afterLayout);
            }
            if (now != null) {
                now.addPostLayoutPulseListener(afterLayout);
            }
        });
    }

    ReadOnlyBooleanProperty atEnd() {
        return atEnd.getReadOnlyProperty();
    }

    void toEnd() {
        atEnd.set(true);
        adjust();
    }

    private double range() {
        return content.getHeight() - pane.getViewportBounds().getHeight();
    }

    private void grown() {
        growing = true;
        adjust();
    }

    private void settle() {
        if (growing) {
            adjust();
            growing = false;
        }
    }

    private void moved() {
        double range = range();
        if (!adjusting && !growing && range > 0) {
            offset = pane.getVvalue() * range;
            atEnd.set(offset >= range - NEAR);
        }
    }

    private void adjust() {
        double range = range();
        adjusting = true;
        try {
            if (range <= 0) {
                offset = 0;
                atEnd.set(true);
            } else if (atEnd.get()) {
                offset = range;
            }
            pane.setVvalue(range <= 0 ? 0 : Math.clamp(offset / range, 0.0, 1.0));
        } finally {
            adjusting = false;
        }
    }
}
