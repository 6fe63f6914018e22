package koine.ui.markdown;

import java.util.ArrayList;
import java.util.List;
import javafx.geometry.Insets;
import javafx.geometry.Orientation;
import javafx.scene.layout.Region;

/**
 * Cells in rows and columns. Columns share the width by what their text would like, and a row is as high as its highest
 * cell is at that width.
 */
final class TableGrid extends Region {
    private static final double LEAST_COLUMN = 72;
    private static final double WIDEST_WISH = 420;
    private final List<List<Region>> rows = new ArrayList<>();

    void addRow(List<Region> cells) {
        rows.add(List.copyOf(cells));
        getChildren().addAll(cells);
    }

    private int columns() {
        return rows.stream().mapToInt(List::size).max().orElse(0);
    }

    private double sides() {
        Insets insets = getInsets();
        return snapSizeX(insets.getLeft()) + snapSizeX(insets.getRight());
    }

    private double[] wishes() {
        double[] wishes = new double[columns()];
        for (List<Region> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                double wish = Math.clamp(row.get(column).prefWidth(-1), LEAST_COLUMN, WIDEST_WISH);
                wishes[column] = Math.max(wishes[column], wish);
            }
        }
        return wishes;
    }

    /** Every column gets its least width, and the rest is shared by how much more each would like. */
    private double[] widths(double width) {
        double[] widths = wishes();
        double more = 0;
        double all = 0;
        for (double wish : widths) {
            more += wish - LEAST_COLUMN;
            all += wish;
        }
        double rest = width - sides() - columns() * LEAST_COLUMN;
        for (int column = 0; column < widths.length; column++) {
            double share = rest >= more ? widths[column] / all : (widths[column] - LEAST_COLUMN) / more;
            widths[column] = rest >= more ? share * (width - sides()) : LEAST_COLUMN + share * Math.max(0, rest);
        }
        return widths;
    }

    private double rowHeight(List<Region> row, double[] widths) {
        double height = 0;
        for (int column = 0; column < row.size(); column++) {
            height = Math.max(height, row.get(column).prefHeight(widths[column]));
        }
        return snapSizeY(height);
    }

    @Override
    public Orientation getContentBias() {
        return Orientation.HORIZONTAL;
    }

    @Override
    protected double computeMinWidth(double height) {
        return sides() + columns() * LEAST_COLUMN;
    }

    @Override
    protected double computePrefWidth(double height) {
        double width = sides();
        for (double wish : wishes()) {
            width += wish;
        }
        return width;
    }

    @Override
    protected double computePrefHeight(double width) {
        double[] widths = widths(width < 0 ? prefWidth(-1) : width);
        double height = getInsets().getTop() + getInsets().getBottom();
        for (List<Region> row : rows) {
            height += rowHeight(row, widths);
        }
        return height;
    }

    @Override
    protected void layoutChildren() {
        double[] widths = widths(getWidth());
        double y = getInsets().getTop();
        for (List<Region> row : rows) {
            double height = rowHeight(row, widths);
            double x = getInsets().getLeft();
            for (int column = 0; column < row.size(); column++) {
                row.get(column).resizeRelocate(x, y, widths[column], height);
                x += widths[column];
            }
            y += height;
        }
    }
}
