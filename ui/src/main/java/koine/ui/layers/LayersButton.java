package koine.ui.layers;

import java.util.List;
import java.util.Map;
import javafx.scene.control.Button;
import koine.app.conversations.Layer;
import koine.ui.language.Texts;
import koine.ui.shell.Buttons;
import koine.ui.theme.Icons;
import koine.ui.theme.Style;
import org.kordamp.ikonli.javafx.FontIcon;
import org.kordamp.ikonli.material2.Material2OutlinedAL;

/** Beside the model's name: which layers lie on it. Not there while there is nothing to choose. */
public final class LayersButton extends Button {
    private final LayersModel model;
    private final Texts texts;

    public LayersButton(LayersModel model, Texts texts) {
        this.model = model;
        this.texts = texts;
        getStyleClass().addAll(Style.QUIET_BUTTON, "flat");
        setId("layers");
        FontIcon icon = Icons.of(Material2OutlinedAL.LAYERS);
        setGraphic(icon);
        setMinWidth(0); // a long name gives way, the buttons beside it do not
        textProperty().bind(texts.bind(this::words, model.chosen(), model.now()));
        Buttons.describe(this, texts.bind(this::sentence, model.chosen(), model.now()));
        visibleProperty().bind(model.possible());
        managedProperty().bind(model.possible());
        model.now().subscribe(now -> {
            boolean broken = now != null && now.chosen().stream().anyMatch(look -> look.problem() != null);
            icon.setIconCode(broken ? Material2OutlinedAL.ERROR_OUTLINE : Material2OutlinedAL.LAYERS);
        });
    }

    private String words() {
        List<Layer> chosen = model.chosen().get();
        Layer first = chosen.isEmpty() ? new Layer("", 0) : chosen.getFirst();
        return texts.get(
                "layers.button",
                Map.of(
                        "count",
                        chosen.size(),
                        "layer",
                        model.nameOf(first),
                        "strength",
                        texts.formats().percent(first.scale())));
    }

    private String sentence() {
        LayersModel.Now now = model.now().get();
        List<Layer> chosen = model.chosen().get();
        return texts.get(
                "layers.now",
                Map.of(
                        "count",
                        chosen.size(),
                        "model",
                        now == null ? texts.get("shell.noModel") : now.base().name(),
                        "layers",
                        texts.formats().list(chosen.stream().map(model::nameOf).toList())));
    }
}
