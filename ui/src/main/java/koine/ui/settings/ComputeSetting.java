package koine.ui.settings;

import java.util.List;
import javafx.event.ActionEvent;
import javafx.event.EventHandler;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.layout.VBox;
import koine.engine.hardware.Wish;
import koine.ui.language.Texts;
import koine.ui.shell.ShellModel;
import koine.ui.theme.Style;
import org.jspecify.annotations.Nullable;

/** What is to compute the models, what does, and how the packs went that it is done with. */
final class ComputeSetting extends VBox {
    private final ComputeModel model;
    private final Texts texts;
    private final ComboBox<Wish> choice = new ComboBox<>();
    private final VBox packs = new VBox();

    ComputeSetting(ShellModel shell) {
        texts = shell.texts();
        model = new ComputeModel(
                shell.assistant().placements(),
                shell.assistant().packs(),
                shell.assistant().settings(),
                shell.tasks());

        choice.setCellFactory(list -> new WishCell());
        choice.setButtonCell(new WishCell());
        choice.setMinWidth(180); // the name beside it can take another line
        choice.setMaxWidth(320);
        choice.accessibleTextProperty().bind(texts.bind("settings.compute"));
        Label sentence = SettingRow.wrapped(Style.SETTING_NAME);
        sentence.textProperty().bind(texts.bind(() -> model.sentence(texts), model.finding(), model.wish()));

        Button again = new Button();
        again.textProperty().bind(texts.bind("settings.engine.again"));
        again.setMinWidth(USE_PREF_SIZE);
        again.setOnAction(event -> model.tryAgain());

        getStyleClass().add("koine-compute");
        packs.getStyleClass().add("packs");
        getChildren()
                .addAll(
                        detailed(new SettingRow(texts, "settings.compute", "settings.compute.about", choice), sentence),
                        detailed(new SettingRow(texts, "settings.engine", "settings.engine.about", again), packs));

        model.finding().subscribe(ignored -> refresh());
        model.wish().subscribe(ignored -> refresh());
        texts.messages().subscribe(ignored -> refresh());
        shell.screen().subscribe(screen -> {
            if (screen == ShellModel.Screen.SETTINGS) {
                model.look(); // not with the window: few come here, and a driver may take its time
            }
        });
    }

    private static VBox detailed(SettingRow setting, Node details) {
        VBox both = new VBox(setting, details);
        both.getStyleClass().add("details");
        return both;
    }

    private void refresh() {
        choice.setOnAction(null); // a list that changes is not a choice
        List<Wish> choices = model.choices();
        if (!choices.equals(choice.getItems())) {
            choice.getItems().setAll(choices);
        }
        choice.setValue(model.wish().get());
        EventHandler<ActionEvent> chosen = event -> {
            Wish wanted = choice.getValue();
            if (wanted != null) {
                model.choose(wanted);
            }
        };
        choice.setOnAction(chosen);
        packs.getChildren()
                .setAll(model.packs(texts).stream()
                        .map(text -> {
                            Label line = SettingRow.wrapped(Style.MUTED);
                            line.setText(text);
                            return line;
                        })
                        .toList());
    }

    private final class WishCell extends ListCell<Wish> {
        @Override
        protected void updateItem(@Nullable Wish item, boolean empty) {
            super.updateItem(item, empty);
            textProperty().unbind();
            if (item == null) {
                setText(null);
            } else if (item.equals(Wish.BEST)) {
                textProperty().bind(texts.bind("settings.compute.best"));
            } else if (item.equals(Wish.PROCESSOR)) {
                textProperty().bind(texts.bind("settings.compute.processor"));
            } else {
                setText(item.device());
            }
        }
    }
}
