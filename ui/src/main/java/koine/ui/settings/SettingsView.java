package koine.ui.settings;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import javafx.geometry.NodeOrientation;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.ToggleGroup;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import koine.app.Settings.Theme;
import koine.i18n.UiLanguage;
import koine.models.InstalledModel;
import koine.ui.language.Texts;
import koine.ui.markdown.CopyButton;
import koine.ui.shell.Buttons;
import koine.ui.shell.ShellModel;
import koine.ui.theme.Icons;
import koine.ui.theme.Style;
import org.controlsfx.control.SegmentedButton;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.material2.Material2OutlinedAL;

/** Language, theme, model; where the data lies; what computes. */
public final class SettingsView extends StackPane {
    private final ShellModel shell;
    private final Texts texts;

    public SettingsView(ShellModel shell) {
        this.shell = shell;
        this.texts = shell.texts();
        getStyleClass().add(Style.PAGE);

        Button back = Buttons.icon(
                new Button(),
                Icons.directional(Material2OutlinedAL.ARROW_BACK, texts.orientation()),
                texts.bind("settings.back"));
        back.setOnAction(event -> shell.show(ShellModel.Screen.CHAT));
        Label title = new Label();
        title.getStyleClass().add(Style.PAGE_TITLE);
        title.textProperty().bind(texts.bind("settings.title"));
        HBox head = new HBox(back, title);
        head.setAlignment(Pos.CENTER_LEFT);
        head.getStyleClass().add("head");

        Path data = shell.assistant().folders().data();
        Path models = shell.assistant().folders().models();
        VBox column = new VBox(
                head,
                section(
                        "settings.appearance",
                        setting("settings.language", "settings.language.about", language()),
                        setting("settings.theme", null, theme())),
                section(
                        "settings.answers",
                        setting("settings.model", "settings.model.about", model()),
                        new ComputeSetting(shell),
                        new SpeedSetting(shell)),
                section(
                        "settings.data",
                        setting("settings.data.profile", "settings.data.profile.about", path(data)),
                        setting("settings.data.models", null, path(models))));
        column.getStyleClass().add("koine-settings");
        column.setMaxWidth(816);
        StackPane centred = new StackPane(column);
        centred.setAlignment(Pos.TOP_CENTER);
        ScrollPane scroll = new ScrollPane(centred);
        scroll.setFitToWidth(true);
        scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        scroll.getStyleClass().add("edge-to-edge");
        getChildren().add(scroll);
    }

    private Region section(String key, Node... settings) {
        Label name = new Label();
        name.getStyleClass().add(Style.CARD_TITLE);
        name.textProperty().bind(texts.bind(key));
        VBox card = new VBox(settings);
        card.getStyleClass().add(Style.CARD);
        VBox section = new VBox(name, card);
        section.getStyleClass().add("section");
        return section;
    }

    private Region setting(String key, @Nullable String about, Node control) {
        return new SettingRow(texts, key, about, control);
    }

    private Node language() {
        ComboBox<UiLanguage> box = new ComboBox<>();
        box.getItems().setAll(UiLanguage.values());
        box.setCellFactory(list -> new LanguageCell());
        box.setButtonCell(new LanguageCell());
        box.setMinWidth(USE_PREF_SIZE);
        box.accessibleTextProperty().bind(texts.bind("settings.language"));
        texts.messages().subscribe(now -> box.setValue(now.language()));
        box.setOnAction(event -> {
            if (box.getValue() != null) {
                shell.appearance().setLanguage(box.getValue());
            }
        });
        return box;
    }

    private static final class LanguageCell extends ListCell<UiLanguage> {
        @Override
        protected void updateItem(@Nullable UiLanguage item, boolean empty) {
            super.updateItem(item, empty);
            setText(item == null ? null : item.endonym());
        }
    }

    private Node theme() {
        ToggleGroup group = new ToggleGroup();
        SegmentedButton choice = new SegmentedButton();
        choice.setToggleGroup(group);
        choice.setMinWidth(USE_PREF_SIZE);
        Map<Theme, ToggleButton> buttons = new EnumMap<>(Theme.class);
        for (Theme theme : Theme.values()) {
            ToggleButton button = new ToggleButton();
            button.textProperty()
                    .bind(texts.bind(
                            switch (theme) {
                                case SYSTEM -> "settings.theme.system";
                                case LIGHT -> "settings.theme.light";
                                case DARK -> "settings.theme.dark";
                            }));
            button.setOnAction(event -> {
                button.setSelected(true);
                shell.appearance().setTheme(theme);
            });
            buttons.put(theme, button);
            choice.getButtons().add(button);
        }
        shell.appearance()
                .theme()
                .subscribe(theme -> buttons.forEach((each, button) -> button.setSelected(each == theme)));
        return choice;
    }

    private Node model() {
        ComboBox<InstalledModel> box = new ComboBox<>(shell.models().installed());
        box.setCellFactory(list -> new ModelCell());
        box.setButtonCell(new ModelCell());
        box.setMaxWidth(320);
        box.accessibleTextProperty().bind(texts.bind("settings.model"));
        Runnable follow = () -> {
            InstalledModel now = shell.models().current().get();
            box.setValue(
                    now == null
                            ? null
                            : shell.models().installed().stream()
                                    .filter(one -> one.id().equals(now.id()))
                                    .findFirst()
                                    .orElse(now));
        };
        shell.models().current().subscribe(ignored -> follow.run());
        shell.models().installed().subscribe(follow);
        box.setOnAction(event -> {
            InstalledModel wanted = box.getValue();
            InstalledModel now = shell.models().current().get();
            if (wanted != null && (now == null || !now.id().equals(wanted.id()))) {
                shell.models().choose(wanted);
            }
        });
        return box;
    }

    private static final class ModelCell extends ListCell<InstalledModel> {
        @Override
        protected void updateItem(@Nullable InstalledModel item, boolean empty) {
            super.updateItem(item, empty);
            setText(item == null ? null : item.name());
        }
    }

    private Node path(Path path) {
        Label shown = new Label(path.toString());
        shown.getStyleClass().add(Style.PATH);
        shown.setNodeOrientation(NodeOrientation.LEFT_TO_RIGHT);
        shown.setTextOverrun(javafx.scene.control.OverrunStyle.CENTER_ELLIPSIS);
        shown.setMinWidth(0);
        shown.setMaxWidth(300);
        shown.setTooltip(new javafx.scene.control.Tooltip(path.toString()));
        HBox box = new HBox(shown, CopyButton.of(texts, "settings.data.copy", path::toString));
        box.setAlignment(Pos.CENTER_RIGHT);
        return box;
    }
}
