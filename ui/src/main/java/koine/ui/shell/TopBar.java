package koine.ui.shell;

import java.util.Map;
import javafx.beans.binding.Bindings;
import javafx.geometry.Insets;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.MenuButton;
import javafx.scene.control.ProgressBar;
import javafx.scene.control.RadioMenuItem;
import javafx.scene.control.ToggleGroup;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import koine.i18n.UiLanguage;
import koine.models.InstalledModel;
import koine.ui.chat.Activity;
import koine.ui.language.Texts;
import koine.ui.layers.LayersButton;
import koine.ui.theme.Icons;
import koine.ui.theme.Style;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.javafx.FontIcon;
import org.kordamp.ikonli.material2.Material2OutlinedAL;
import org.kordamp.ikonli.material2.Material2OutlinedMZ;

/** Above everything: which model answers, the language, light or dark. */
final class TopBar extends HBox {
    private final ShellModel shell;
    private final Texts texts;

    TopBar(ShellModel shell, Side side, LayersButton layers) {
        this.shell = shell;
        this.texts = shell.texts();
        getStyleClass().add(Style.TOP_BAR);
        setAlignment(Pos.CENTER_LEFT);
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        getChildren().addAll(side(side), model(), layers, gap, languages(), theme());
    }

    private Region side(Side side) {
        Button show = Buttons.icon(new Button(), Icons.of(Material2OutlinedMZ.MENU), texts.bind("conversations.show"));
        show.setId("side");
        show.setMinWidth(USE_PREF_SIZE);
        show.setOnAction(event -> side.show());
        show.visibleProperty().bind(side.narrow());
        show.managedProperty().bind(side.narrow());
        return show;
    }

    private Region model() {
        MenuButton menu = new MenuButton();
        menu.getStyleClass().addAll(Style.MODEL, "flat");
        menu.textProperty()
                .bind(texts.bind(
                        () -> name(shell.models().current().get()),
                        shell.models().current()));
        menu.accessibleTextProperty()
                .bind(texts.bind(
                        "shell.model",
                        () -> Map.of("name", name(shell.models().current().get())),
                        shell.models().current()));
        ToggleGroup group = new ToggleGroup();
        Runnable fill = () -> {
            menu.getItems().clear();
            for (InstalledModel model : shell.models().installed()) {
                RadioMenuItem item = new RadioMenuItem(model.name());
                item.setToggleGroup(group);
                InstalledModel now = shell.models().current().get();
                item.setSelected(now != null && now.id().equals(model.id()));
                item.setOnAction(event -> shell.models().choose(model));
                menu.getItems().add(item);
            }
        };
        shell.models().installed().subscribe(fill);
        shell.models().current().subscribe(ignored -> fill.run());

        ProgressBar loading = new ProgressBar(0);
        loading.getStyleClass().addAll("small", "koine-loading");
        loading.setMaxWidth(Double.MAX_VALUE);
        loading.accessibleTextProperty().bind(texts.bind("chat.thinking"));
        shell.session().subscribe(session -> {
            loading.progressProperty().unbind();
            loading.progressProperty()
                    .bind(Bindings.createDoubleBinding(
                            () -> session.activity().get() instanceof Activity.Loading(double fraction)
                                    ? fraction
                                    : shell.preparing().get(),
                            session.activity(),
                            shell.preparing()));
        });
        loading.visibleProperty().bind(loading.progressProperty().greaterThan(0));
        loading.setMouseTransparent(true);
        StackPane.setAlignment(loading, Pos.BOTTOM_CENTER);
        StackPane.setMargin(loading, new Insets(0, 12, 0, 12));
        StackPane box = new StackPane(menu, loading); // the name stands as high as the words beside it
        box.setAlignment(Pos.CENTER_LEFT);
        menu.setMinWidth(0);
        box.setMinWidth(0); // a long name gives way, the buttons beside it do not
        return box;
    }

    private String name(@Nullable InstalledModel model) {
        return model == null ? texts.get("shell.noModel") : model.name();
    }

    private Region languages() {
        MenuButton menu = new MenuButton();
        menu.setGraphic(Icons.of(Material2OutlinedMZ.TRANSLATE));
        menu.getStyleClass().addAll(Style.QUIET_BUTTON, "flat");
        menu.textProperty().bind(texts.bind(() -> texts.language().endonym()));
        menu.accessibleTextProperty().bind(texts.bind("shell.language"));
        menu.setId("languages");
        menu.setMinWidth(USE_PREF_SIZE);
        ToggleGroup group = new ToggleGroup();
        for (UiLanguage language : UiLanguage.values()) {
            RadioMenuItem item = new RadioMenuItem(language.endonym());
            item.setToggleGroup(group);
            item.setOnAction(event -> shell.appearance().setLanguage(language));
            texts.messages().subscribe(now -> item.setSelected(now.language() == language));
            menu.getItems().add(item);
        }
        return menu;
    }

    private Region theme() {
        FontIcon icon = Icons.of(Material2OutlinedAL.BRIGHTNESS_2);
        Button button = new Button();
        Buttons.icon(
                button,
                icon,
                texts.bind(
                        () -> texts.get(shell.appearance().dark().get() ? "shell.toLight" : "shell.toDark"),
                        shell.appearance().dark()));
        button.setId("theme");
        button.setMinWidth(USE_PREF_SIZE);
        shell.appearance()
                .dark()
                .subscribe(dark ->
                        icon.setIconCode(dark ? Material2OutlinedMZ.WB_SUNNY : Material2OutlinedAL.BRIGHTNESS_2));
        button.setOnAction(event -> shell.appearance().toggleDark());
        return button;
    }
}
