package koine.ui.settings;

import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import koine.ui.language.Texts;
import koine.ui.settings.SpeedModel.Unknown;
import koine.ui.shell.ShellModel;
import koine.ui.theme.Style;

/** What makes the chosen model write more quickly on this computer, and the button that finds it out. */
final class SpeedSetting extends VBox {
    private final SpeedModel model;
    private final Texts texts;
    private final GridPane trials = new GridPane();

    SpeedSetting(ShellModel shell) {
        texts = shell.texts();
        model = new SpeedModel(shell.assistant().speedSearch(), shell.tasks());

        Button measure = new Button();
        measure.textProperty()
                .bind(texts.bind(
                        () -> texts.get(model.isMeasuring() ? "settings.speed.stop" : "settings.speed.measure"),
                        model.state()));
        measure.disableProperty().bind(model.stopping());
        measure.setMinWidth(USE_PREF_SIZE);
        measure.setOnAction(event -> {
            if (model.isMeasuring()) {
                model.stop();
            } else {
                model.measure();
            }
        });
        Label sentence = SettingRow.wrapped(Style.SETTING_NAME);
        sentence.textProperty().bind(texts.bind(() -> model.sentence(texts), model.state()));
        sentence.visibleProperty().bind(model.state().map(now -> !(now instanceof Unknown)));
        sentence.managedProperty().bind(sentence.visibleProperty());

        getStyleClass().addAll("koine-compute", "details");
        trials.getStyleClass().add("trials");
        ColumnConstraints whats = new ColumnConstraints();
        whats.setHgrow(Priority.SOMETIMES);
        ColumnConstraints outcomes = new ColumnConstraints();
        outcomes.setHgrow(Priority.ALWAYS);
        trials.getColumnConstraints().addAll(whats, outcomes);
        VBox details =
                new VBox(new SettingRow(texts, "settings.speed", "settings.speed.about", measure), sentence, trials);
        details.getStyleClass().add("details");
        getChildren().add(details);

        model.state().subscribe(ignored -> refresh());
        texts.messages().subscribe(ignored -> refresh());
        shell.models().current().subscribe(chosen -> {
            if (shell.screen().get() == ShellModel.Screen.SETTINGS) {
                model.show(chosen);
            }
        });
        shell.screen().subscribe(screen -> {
            if (screen == ShellModel.Screen.SETTINGS) {
                model.show(shell.models().current().get()); // a pack that is new is tried for it: not with the window
            }
        });
        shell.beforeClosing(model::stop);
    }

    /** In two columns: put together in one line, words and numbers of two directions would change places. */
    private void refresh() {
        trials.getChildren().clear();
        int row = 0;
        for (SpeedModel.Row trial : model.trials(texts)) {
            Label what = SettingRow.wrapped(Style.MUTED);
            what.setText(trial.what());
            Label outcome = SettingRow.wrapped(Style.MUTED);
            outcome.setText(trial.outcome());
            what.setLabelFor(outcome);
            trials.addRow(row++, what, outcome);
        }
    }
}
