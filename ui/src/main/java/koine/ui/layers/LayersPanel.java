package koine.ui.layers;

import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.geometry.Bounds;
import javafx.scene.Node;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.Pane;
import javafx.scene.layout.Region;
import koine.ui.language.Texts;
import koine.ui.theme.Style;
import org.jspecify.annotations.Nullable;

/** Lays the card of model and layers over the window, below the button that opens it. A click beside it closes it. */
public final class LayersPanel extends Pane {
    private static final double WIDTH = 420;
    private static final double MARGIN = 12;

    private final LayersModel model;
    private final LayersCard card;
    private final ScrollPane scroll;
    private final Region veil = new Region();
    private final ReadOnlyBooleanWrapper open = new ReadOnlyBooleanWrapper();
    private @Nullable Node anchor;

    public LayersPanel(LayersModel model, Texts texts) {
        this.model = model;
        this.card = new LayersCard(model, texts, this::close);
        this.scroll = new ScrollPane(card);
        scroll.setFitToWidth(true);
        scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        scroll.getStyleClass().add(Style.OVERLAY);
        veil.setOnMouseClicked(event -> close());
        getChildren().addAll(veil, scroll);
        visibleProperty().bind(open);
        managedProperty().bind(open);
        card.heightProperty().subscribe(height -> requestLayout());
    }

    public ReadOnlyBooleanProperty open() {
        return open.getReadOnlyProperty();
    }

    /** @param below what it belongs to, which has the keyboard again when it is closed */
    public void open(Node below) {
        anchor = below;
        model.refresh();
        open.set(true);
        card.focus();
    }

    public void close() {
        boolean was = open.get();
        open.set(false);
        if (was && anchor != null) {
            anchor.requestFocus();
        }
    }

    @Override
    protected void layoutChildren() {
        double width = Math.min(WIDTH, getWidth() - 2 * MARGIN);
        Node below = anchor;
        Bounds at = below == null ? null : sceneToLocal(below.localToScene(below.getLayoutBounds()));
        double x =
                at == null ? MARGIN : Math.clamp(at.getMinX(), MARGIN, Math.max(MARGIN, getWidth() - width - MARGIN));
        double y = at == null ? MARGIN : at.getMaxY() + 4;
        double height = Math.min(card.prefHeight(width - 2) + 2, Math.max(0, getHeight() - y - MARGIN));
        veil.resizeRelocate(0, 0, getWidth(), getHeight());
        scroll.resizeRelocate(x, y, width, height);
    }
}
