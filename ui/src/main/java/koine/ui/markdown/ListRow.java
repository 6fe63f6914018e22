package koine.ui.markdown;

import javafx.geometry.Orientation;
import javafx.scene.AccessibleRole;
import javafx.scene.control.Label;
import javafx.scene.layout.Region;
import koine.ui.theme.Style;

/** A list's mark and what stands beside it, as high as that is at the width left for it. */
final class ListRow extends Region {
    private final Label mark;
    private final Region content;

    ListRow(String mark, Region content) {
        this.mark = new Label(mark);
        this.mark.getStyleClass().add(Style.LIST_MARKER);
        this.content = content;
        setAccessibleRole(AccessibleRole.LIST_ITEM);
        getChildren().addAll(this.mark, content);
    }

    private double markWidth() {
        return snapSizeX(mark.prefWidth(-1));
    }

    @Override
    public Orientation getContentBias() {
        return Orientation.HORIZONTAL;
    }

    @Override
    protected double computeMinWidth(double height) {
        return markWidth();
    }

    @Override
    protected double computeMinHeight(double width) {
        return 0;
    }

    @Override
    protected double computePrefWidth(double height) {
        return markWidth() + content.prefWidth(-1);
    }

    @Override
    protected double computePrefHeight(double width) {
        double beside = width < 0 ? -1 : Math.max(1, width - markWidth());
        return Math.max(mark.prefHeight(-1), content.prefHeight(beside));
    }

    @Override
    protected void layoutChildren() {
        double width = markWidth();
        double beside = Math.max(1, getWidth() - width);
        mark.resizeRelocate(0, 0, width, mark.prefHeight(-1));
        content.resizeRelocate(width, 0, beside, content.prefHeight(beside));
    }
}
