package koine.ui.chat;

import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.Region;

/**
 * Keeps a scrolled column in its place while it grows: at its end as long as the reader is there, else at the same
 * line. (A ScrollPane keeps the fraction, which moves the text under the reader's eyes.)
 */
final class KeepPlace {
    private static final double NEAR = 24;
    private final ScrollPane pane;
    private final Region content;
    private final ReadOnlyBooleanWrapper atEnd = new ReadOnlyBooleanWrapper(true);
    private double offset;
    private boolean adjusting;

    KeepPlace(ScrollPane pane, Region content) {
        this.pane = pane;
        this.content = content;
        content.heightProperty().subscribe(ignored -> adjust());
        pane.viewportBoundsProperty().subscribe(ignored -> adjust());
        pane.vvalueProperty().subscribe(ignored -> moved());
    }

    ReadOnlyBooleanProperty atEnd() {
        return atEnd.getReadOnlyProperty();
    }

    /** How far the top of the view is below the top of the column, in pixels. */
    double offset() {
        return offset;
    }

    void toEnd() {
        atEnd.set(true);
        adjust();
    }

    private double range() {
        return content.getHeight() - pane.getViewportBounds().getHeight();
    }

    private void moved() {
        double range = range();
        if (!adjusting && range > 0) {
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
