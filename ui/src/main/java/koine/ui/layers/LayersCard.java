package koine.ui.layers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javafx.geometry.Pos;
import javafx.scene.AccessibleRole;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import koine.app.conversations.Layer;
import koine.app.layers.Layers;
import koine.gguf.AdapterFacts;
import koine.i18n.Problem;
import koine.models.InstalledAdapter;
import koine.ui.language.Texts;
import koine.ui.shell.Buttons;
import koine.ui.theme.Icons;
import koine.ui.theme.Style;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.material2.Material2OutlinedAL;
import org.kordamp.ikonli.material2.Material2OutlinedMZ;

/** The base model and each layer on it with their makers, how strongly each layer counts, and what else could be added. */
final class LayersCard extends VBox {
    /** Per cent. */
    private static final double STEP = 5;

    private static final String REMOVE = "remove ";
    private static final String STRENGTH = "strength ";
    private static final String ADD = "add ";

    private final LayersModel model;
    private final Texts texts;
    private final Button close = new Button();
    private final VBox content = new VBox();
    private final Map<String, Node> stops = new HashMap<>(); // of the keyboard, by what they do
    private final Map<String, Slider> sliders = new HashMap<>(); // by the names of the layers
    private @Nullable String added;
    private boolean following;

    LayersCard(LayersModel model, Texts texts, Runnable onClose) {
        this.model = model;
        this.texts = texts;
        getStyleClass().add(Style.LAYERS);
        content.getStyleClass().add("layers");
        Label title = wrapped(Style.CARD_TITLE);
        title.textProperty().bind(texts.bind("layers.title"));
        Buttons.icon(close, Icons.of(Material2OutlinedAL.CLOSE), texts.bind("layers.close"));
        close.getStyleClass().add("small");
        close.setOnAction(event -> onClose.run());
        Label about = wrapped(Style.MUTED);
        about.textProperty().bind(texts.bind("layers.about"));
        getChildren().addAll(row(title, close), about, content);
        setAccessibleRole(AccessibleRole.DIALOG);
        accessibleTextProperty().bind(texts.bind("layers.title"));
        model.now().subscribe(now -> fill());
        model.chosen().subscribe(this::follow);
        texts.messages().subscribe(messages -> fill());
    }

    /** Where the keyboard begins. */
    void focus() {
        close.requestFocus();
    }

    private void fill() {
        Node owner = content.getScene() == null ? null : content.getScene().getFocusOwner();
        String held = stops.entrySet().stream()
                .filter(stop -> stop.getValue().equals(owner))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
        List<Node> nodes = new ArrayList<>();
        stops.clear();
        sliders.clear();
        LayersModel.Now now = model.now().get();
        if (now != null) {
            nodes.add(base(now));
            for (Layers.Look look : now.chosen()) {
                nodes.add(chosen(look));
            }
            if (!now.others().isEmpty()) {
                nodes.add(others(now));
            }
        }
        String wanted = added != null && held != null ? STRENGTH + added : held;
        if (now != null) {
            added = null;
        }
        content.getChildren().setAll(nodes);
        if (wanted != null) { // what had the focus was made anew, or is not there any more
            stops.getOrDefault(wanted, close).requestFocus();
        }
    }

    /** Of another conversation, the same layer may be of another strength. */
    private void follow(List<Layer> chosen) {
        following = true;
        try {
            for (Layer layer : chosen) {
                Slider slider = sliders.get(layer.name());
                if (slider != null && Math.abs(inSteps(slider.getValue()) - layer.scale()) > 1e-9) {
                    slider.setValue(layer.scale() * 100);
                }
            }
        } finally {
            following = false;
        }
    }

    private static double inSteps(double percent) {
        return Math.round(percent / STEP) * STEP / 100;
    }

    private Node base(LayersModel.Now now) {
        Label kind = wrapped(Style.MUTED);
        kind.setText(texts.get("layers.base"));
        Label name = wrapped(Style.SETTING_NAME);
        name.setText(now.base().name());
        return box(kind, name, origin(now.origin().maker(), now.origin().license()));
    }

    private Node chosen(Layers.Look look) {
        String id = look.wanted().name();
        InstalledAdapter adapter = look.adapter();
        String called = adapter == null ? id : adapter.name();
        Label name = wrapped(Style.SETTING_NAME);
        name.setText(called);
        Button remove = Buttons.icon(
                new Button(),
                Icons.of(Material2OutlinedMZ.REMOVE_CIRCLE_OUTLINE),
                texts.bind("layers.remove", () -> Map.of("layer", called)));
        remove.getStyleClass().add("small");
        remove.setOnAction(event -> model.remove(id));
        stops.put(REMOVE + id, remove);
        VBox box = box(row(name, remove));
        if (adapter != null) {
            AdapterFacts facts = adapter.facts();
            box.getChildren().add(origin(facts.maker(), facts.license()));
        }
        Problem problem = look.problem();
        if (problem != null) {
            Label why = wrapped(Style.NOTICE);
            why.setText(texts.get(problem));
            why.setMaxWidth(Double.MAX_VALUE);
            box.getChildren().add(why);
            remove.setAccessibleHelp(why.getText());
            return box;
        }
        Slider slider = slider(id, called);
        stops.put(STRENGTH + id, slider);
        sliders.put(id, slider);
        box.getChildren().add(strength(id, slider));
        return box;
    }

    private Slider slider(String id, String called) {
        Slider slider = new Slider(0, Layer.MOST_SCALE * 100, model.strength(id) * 100);
        slider.setBlockIncrement(STEP);
        slider.setMajorTickUnit(100);
        slider.setMinorTickCount(0);
        slider.setShowTickMarks(true);
        slider.accessibleTextProperty().bind(texts.bind("layers.strength", () -> Map.of("layer", called)));
        slider.valueProperty().subscribe((before, value) -> {
            if (!following) {
                model.setStrength(id, inSteps(value.doubleValue()));
            }
        });
        return slider;
    }

    private Node strength(String id, Slider slider) {
        Label percent = new Label();
        percent.textProperty().bind(texts.bind(() -> texts.formats().percent(model.strength(id)), model.chosen()));
        percent.setMinWidth(USE_PREF_SIZE);
        percent.getStyleClass().add("percent");
        percent.setLabelFor(slider);
        HBox.setHgrow(slider, Priority.ALWAYS);
        HBox line = new HBox(slider, percent);
        line.setAlignment(Pos.CENTER_LEFT);
        line.getStyleClass().add("strength");
        return line;
    }

    private Node others(LayersModel.Now now) {
        Label heading = wrapped(Style.MUTED);
        heading.setText(texts.get("layers.add"));
        VBox box = box(heading);
        boolean full = now.chosen().size() >= Layers.MOST;
        if (full) {
            Label most = wrapped(Style.MUTED);
            most.setText(texts.get("layers.full", Map.of("most", Layers.MOST)));
            box.getChildren().add(most);
        }
        for (Layers.Offer offer : now.others()) {
            box.getChildren().add(other(offer, now.base().name(), full));
        }
        return box;
    }

    private Node other(Layers.Offer offer, String base, boolean full) {
        InstalledAdapter adapter = offer.adapter();
        AdapterFacts facts = adapter.facts();
        if (!offer.fits()) {
            return unfitting(offer, base);
        }
        if (full) {
            String why = texts.get("layers.full", Map.of("most", Layers.MOST));
            return closed(adapter, origin(facts.maker(), facts.license()), why);
        }
        Button add = new Button(adapter.name(), Icons.of(Material2OutlinedAL.ADD));
        add.getStyleClass().addAll(Style.SUGGESTION);
        add.setAccessibleText(texts.get("layers.add.one", Map.of("layer", adapter.name())));
        add.setMaxWidth(Double.MAX_VALUE);
        add.setAlignment(Pos.CENTER_LEFT);
        add.setWrapText(true);
        add.setMinHeight(USE_PREF_SIZE);
        add.setOnAction(event -> {
            added = adapter.id();
            model.add(adapter);
        });
        stops.put(ADD + adapter.id(), add);
        return way(add, origin(facts.maker(), facts.license()));
    }

    private Node unfitting(Layers.Offer offer, String base) {
        InstalledAdapter adapter = offer.adapter();
        AdapterFacts.Base madeFor = adapter.facts().base();
        String known = madeFor == null || madeFor.name() == null ? "" : madeFor.name();
        Label why = wrapped(Style.MUTED);
        why.setText(texts.get(
                "layers.fits",
                Map.of(
                        "reason",
                        Layers.keyword(offer.misfit()),
                        "model",
                        base,
                        "known",
                        known.isEmpty() ? "no" : "yes",
                        "base",
                        known)));
        return closed(adapter, why, why.getText());
    }

    /**
     * Not a button, which would be passed over while it cannot be pressed: the keyboard reaches it, to hear why.
     *
     * @param why what is heard
     */
    private Node closed(InstalledAdapter adapter, Label about, String why) {
        Label name = wrapped(Style.SUGGESTION);
        name.setText(adapter.name());
        name.setMaxWidth(Double.MAX_VALUE);
        name.setFocusTraversable(true);
        stops.put(ADD + adapter.id(), name);
        Node way = way(name, about);
        name.setAccessibleHelp(why);
        return way;
    }

    private static Node way(Node one, Label about) {
        one.setAccessibleHelp(about.getText());
        VBox both = new VBox(one, about);
        both.getStyleClass().add(Style.WAY);
        return both;
    }

    private Label origin(@Nullable String maker, @Nullable String license) {
        String known = maker != null ? (license != null ? "both" : "maker") : license != null ? "license" : "none";
        Label label = wrapped(Style.MUTED);
        label.setText(texts.get(
                "layers.origin",
                Map.of(
                        "known",
                        known,
                        "maker",
                        maker == null ? "" : maker,
                        "license",
                        license == null ? "" : license)));
        return label;
    }

    private static VBox box(Node... nodes) {
        VBox box = new VBox(nodes);
        box.getStyleClass().add("layer");
        return box;
    }

    private static HBox row(Label words, Button button) {
        HBox.setHgrow(words, Priority.ALWAYS);
        words.setMaxWidth(Double.MAX_VALUE);
        button.setMinWidth(USE_PREF_SIZE);
        HBox row = new HBox(words, button);
        row.setAlignment(Pos.CENTER_LEFT);
        return row;
    }

    /** A text that takes the lines it needs. */
    private static Label wrapped(String style) {
        Label label = new Label();
        label.getStyleClass().add(style);
        label.setWrapText(true);
        label.setMinHeight(USE_PREF_SIZE);
        return label;
    }
}
