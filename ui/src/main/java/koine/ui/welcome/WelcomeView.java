package koine.ui.welcome;

import java.util.List;
import java.util.Map;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.ToggleGroup;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.scene.text.TextAlignment;
import koine.i18n.UiLanguage;
import koine.models.InstalledModel;
import koine.ui.language.Texts;
import koine.ui.shell.ShellModel;
import koine.ui.theme.Icons;
import koine.ui.theme.Style;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.Ikon;
import org.kordamp.ikonli.material2.Material2OutlinedAL;
import org.kordamp.ikonli.material2.Material2OutlinedMZ;

/** First run: the language in its own script, what Koine is, one next step. */
public final class WelcomeView extends StackPane {
    private final ShellModel shell;
    private final Texts texts;
    private final Button start = new Button();

    public WelcomeView(ShellModel shell) {
        this.shell = shell;
        this.texts = shell.texts();
        getStyleClass().add(Style.PAGE);

        Label title = label("welcome.title", Style.PAGE_TITLE);
        Label lead = label("welcome.lead", Style.LEAD);
        HBox facts = new HBox(
                fact(Material2OutlinedAL.CLOUD_OFF, "welcome.fact.offline"),
                fact(Material2OutlinedAL.LOCK, "welcome.fact.private"),
                fact(Material2OutlinedMZ.TRANSLATE, "welcome.fact.languages"));
        facts.getStyleClass().add("facts");
        facts.setAlignment(Pos.TOP_CENTER);

        Label brand = new Label("Koine");
        brand.getStyleClass().add(Style.BRAND);
        VBox column = new VBox(brand, languages(), title, lead, facts, voice());
        column.getStyleClass().add("koine-welcome");
        column.setAlignment(Pos.CENTER);
        column.setMaxWidth(680);
        StackPane centred = new StackPane(column);
        ScrollPane scroll = new ScrollPane(centred);
        scroll.setFitToWidth(true);
        scroll.setFitToHeight(true);
        scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        scroll.getStyleClass().add("edge-to-edge");
        getChildren().add(scroll);
    }

    /** Puts the keyboard's focus on the next step. */
    public void focusStart() {
        start.requestFocus();
    }

    private Region languages() {
        HBox row = new HBox();
        row.getStyleClass().add("languages");
        row.setAlignment(Pos.CENTER);
        row.accessibleTextProperty().bind(texts.bind("shell.language"));
        ToggleGroup group = new ToggleGroup();
        for (UiLanguage language : UiLanguage.values()) {
            ToggleButton button = new ToggleButton(language.endonym());
            button.getStyleClass().add(Style.LANGUAGE_CHOICE);
            button.setToggleGroup(group);
            button.setOnAction(event -> {
                button.setSelected(true);
                shell.appearance().setLanguage(language);
            });
            texts.messages().subscribe(now -> button.setSelected(now.language() == language));
            row.getChildren().add(button);
        }
        return row;
    }

    private Region fact(Ikon icon, String key) {
        Label text = label(key, Style.MUTED);
        VBox fact = new VBox(Icons.of(icon), text);
        fact.setAlignment(Pos.TOP_CENTER);
        fact.getStyleClass().add("fact");
        fact.setMaxWidth(200);
        fact.setPrefWidth(200);
        return fact;
    }

    /** The one next step: begin with the model that is here. */
    private Region voice() {
        var current = shell.models().current();
        Label name = new Label();
        name.getStyleClass().add(Style.CARD_TITLE);
        name.textProperty().bind(texts.bind(() -> name(current.get()), current));
        Label badge = new Label();
        badge.getStyleClass().add(Style.BADGE);
        badge.setMinWidth(USE_PREF_SIZE);
        badge.textProperty().bind(texts.bind(() -> languages(current.get()), current));
        badge.visibleProperty().bind(badge.textProperty().isNotEmpty());
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        HBox head = new HBox(name, gap, badge);
        head.setAlignment(Pos.CENTER_LEFT);
        Label notes = new Label();
        notes.getStyleClass().add(Style.MUTED);
        notes.setWrapText(true);
        notes.setMinHeight(USE_PREF_SIZE);
        notes.textProperty()
                .bind(texts.bind(
                        () -> notes(current.get()), current, shell.models().problem()));
        start.getStyleClass().add(Style.PRIMARY_BUTTON);
        start.setDefaultButton(true);
        start.setMaxWidth(Double.MAX_VALUE);
        start.textProperty().bind(texts.bind("welcome.start"));
        start.setOnAction(event -> shell.newConversation());
        start.sceneProperty()
                .subscribe(
                        scene -> { // the scroll pane takes its content in when it is first styled
                            if (scene != null && isVisible()) {
                                start.requestFocus();
                            }
                        });
        VBox card = new VBox(head, notes, start);
        card.getStyleClass().add(Style.CARD);
        card.setMaxWidth(520);
        return card;
    }

    private String name(@Nullable InstalledModel model) {
        return model == null ? texts.get("shell.noModel") : model.name();
    }

    private String languages(@Nullable InstalledModel model) {
        if (model == null || model.languages().isEmpty()) {
            return "";
        }
        List<String> names = model.languages().stream()
                .limit(4)
                .map(texts.formats()::languageName)
                .toList();
        return model.languages().size() == 1
                ? texts.get("welcome.onlyLanguage", Map.of("language", names.getFirst()))
                : texts.formats().list(names);
    }

    private String notes(@Nullable InstalledModel model) {
        var problem = shell.models().problem().get();
        if (model == null) {
            return problem == null ? "" : texts.get(problem);
        }
        String size = texts.formats().bytes(model.bytes());
        return model.entry() == null
                ? texts.get("welcome.voice.own", Map.of("size", size))
                : texts.get(
                        "welcome.voice",
                        Map.of(
                                "size", size,
                                "maker", model.entry().maker(),
                                "license", model.entry().license(),
                                "note", note(model)));
    }

    private String note(InstalledModel model) {
        var entry = model.entry();
        return entry == null || entry.notes().isEmpty()
                ? texts.get("welcome.voice.noNote")
                : texts.get(entry.notes().getFirst());
    }

    private Label label(String key, String style) {
        Label label = new Label();
        label.textProperty().bind(texts.bind(key));
        label.getStyleClass().add(style);
        label.setWrapText(true);
        label.setTextAlignment(TextAlignment.CENTER);
        label.setMinHeight(USE_PREF_SIZE);
        return label;
    }
}
