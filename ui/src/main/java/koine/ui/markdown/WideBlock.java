package koine.ui.markdown;

import javafx.geometry.Insets;
import javafx.geometry.Orientation;
import javafx.scene.control.ScrollBar;
import javafx.scene.input.ScrollEvent;
import javafx.scene.layout.Region;
import javafx.scene.shape.Rectangle;

/**
 * Holds something that may be wider than the window, scrolls it sideways, and is as high as it needs to be at the width
 * it gets (a ScrollPane asks its content's height before it knows the width).
 */
final class WideBlock extends Region {
    private final Region content;
    private final ScrollBar bar = new ScrollBar();
    private final Rectangle clip = new Rectangle();

    WideBlock(Region content) {
        this.content = content;
        bar.setOrientation(Orientation.HORIZONTAL);
        bar.setVisible(false);
        bar.setFocusTraversable(false);
        getChildren().addAll(content, bar);
        setClip(clip);
        content.translateXProperty().bind(bar.valueProperty().negate());
        addEventHandler(ScrollEvent.SCROLL, this::scrolled);
    }

    private void scrolled(ScrollEvent event) {
        double sideways = event.getDeltaX() != 0 ? event.getDeltaX() : event.isShiftDown() ? event.getDeltaY() : 0;
        if (bar.isVisible() && sideways != 0) {
            bar.setValue(Math.clamp(bar.getValue() - sideways, bar.getMin(), bar.getMax()));
            event.consume();
        }
    }

    @Override
    public Orientation getContentBias() {
        return Orientation.HORIZONTAL;
    }

    @Override
    protected double computeMinWidth(double height) {
        return 0;
    }

    @Override
    protected double computePrefWidth(double height) {
        Insets insets = getInsets();
        return insets.getLeft() + content.prefWidth(-1) + insets.getRight();
    }

    @Override
    protected double computeMinHeight(double width) {
        return prefHeight(width);
    }

    @Override
    protected double computePrefHeight(double width) {
        Insets insets = getInsets();
        double inside = width < 0 ? content.prefWidth(-1) : width - insets.getLeft() - insets.getRight();
        double wide = Math.max(inside, content.minWidth(-1));
        double barHeight = wide > inside ? bar.prefHeight(-1) : 0;
        return insets.getTop() + content.prefHeight(wide) + barHeight + insets.getBottom();
    }

    @Override
    protected void layoutChildren() {
        Insets insets = getInsets();
        double inside = getWidth() - insets.getLeft() - insets.getRight();
        double wide = Math.max(inside, content.minWidth(-1));
        double height = content.prefHeight(wide);
        content.resizeRelocate(insets.getLeft(), insets.getTop(), wide, height);
        boolean scrolls = wide > inside;
        bar.setVisible(scrolls);
        bar.setMax(Math.max(0, wide - inside));
        bar.setVisibleAmount(scrolls ? bar.getMax() * inside / wide : 0);
        bar.setValue(Math.min(bar.getValue(), bar.getMax()));
        bar.resizeRelocate(insets.getLeft(), insets.getTop() + height, inside, bar.prefHeight(-1));
        clip.setWidth(getWidth());
        clip.setHeight(getHeight());
    }
}
