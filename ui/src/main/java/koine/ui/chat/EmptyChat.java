package koine.ui.chat;

import java.util.List;
import java.util.function.Consumer;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.VBox;
import javafx.scene.text.TextAlignment;
import koine.i18n.Messages;
import koine.i18n.TextDirection;
import koine.i18n.UiLanguage;
import koine.models.InstalledModel;
import koine.ui.language.Texts;
import koine.ui.shell.ShellModel;
import koine.ui.theme.Style;
import org.jspecify.annotations.Nullable;

/** A conversation before its first question: a greeting, and beginnings in a language that the model speaks. */
final class EmptyChat extends VBox {
    private static final List<String> BEGINNINGS =
            List.of("chat.beginning.capital", "chat.beginning.languages", "chat.beginning.sleep");

    EmptyChat(ShellModel shell, Consumer<String> begin) {
        Texts texts = shell.texts();
        getStyleClass().add(Style.EMPTY);
        setAlignment(Pos.CENTER);
        setPickOnBounds(false);
        Label greeting = new Label();
        greeting.getStyleClass().add(Style.PAGE_TITLE);
        greeting.textProperty().bind(texts.bind("chat.greeting"));
        greeting.setWrapText(true);
        greeting.setTextAlignment(TextAlignment.CENTER);
        greeting.setMinHeight(USE_PREF_SIZE);
        Label languages = new Label();
        languages.getStyleClass().add(Style.LEAD);
        languages.setWrapText(true);
        languages.setMinHeight(USE_PREF_SIZE);
        languages.setTextAlignment(TextAlignment.CENTER);
        languages.setMaxWidth(520);
        languages
                .textProperty()
                .bind(texts.bind(
                        () -> languages(texts, shell.models().current().get()),
                        shell.models().current()));
        VBox beginnings = new VBox();
        beginnings.getStyleClass().add("beginnings");
        beginnings.setAlignment(Pos.CENTER);
        Runnable draw = () -> {
            Messages spoken = spoken(texts, shell.models().current().get());
            beginnings
                    .getChildren()
                    .setAll(BEGINNINGS.stream()
                            .map(key -> beginning(spoken.text(key), spoken.language(), begin))
                            .toList());
        };
        texts.messages().subscribe(ignored -> draw.run());
        shell.models().current().subscribe(ignored -> draw.run());
        getChildren().addAll(greeting, languages, beginnings);
    }

    private static Button beginning(String text, UiLanguage language, Consumer<String> begin) {
        Button button = new Button(text);
        button.getStyleClass().addAll(Style.SUGGESTION, "flat");
        button.setNodeOrientation(Texts.orientation(TextDirection.ofParagraph(text, language.direction())));
        button.setWrapText(true);
        button.setMinHeight(USE_PREF_SIZE);
        button.setMaxWidth(520);
        button.setOnAction(event -> begin.accept(text));
        return button;
    }

    private static String languages(Texts texts, @Nullable InstalledModel model) {
        if (model == null || model.languages().isEmpty()) {
            return texts.get("chat.greeting.offline");
        }
        List<String> names =
                model.languages().stream().map(texts.formats()::languageName).toList();
        return texts.get(
                "chat.greeting.languages",
                java.util.Map.of(
                        "model", model.name(), "languages", texts.formats().list(names)));
    }

    /** The window's language if the model is made for it, else one of the model's that the window speaks. */
    private static Messages spoken(Texts texts, @Nullable InstalledModel model) {
        if (model == null || model.languages().isEmpty() || speaks(model, texts.language())) {
            return texts.messages().get();
        }
        return Messages.of(UiLanguage.best(model.languages()));
    }

    private static boolean speaks(InstalledModel model, UiLanguage language) {
        return model.languages().stream()
                .anyMatch(tag -> UiLanguage.best(List.of(tag)) == language && tag.startsWith(language.tag()));
    }
}
