package koine.ui.chat;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javafx.beans.binding.Bindings;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressBar;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import koine.app.conversations.Layer;
import koine.app.conversations.Message;
import koine.app.conversations.MessageState;
import koine.i18n.Problem;
import koine.ui.language.Texts;
import koine.ui.markdown.CopyButton;
import koine.ui.markdown.Links;
import koine.ui.markdown.MarkdownView;
import koine.ui.markdown.Paragraphs;
import koine.ui.shell.Buttons;
import koine.ui.shell.ModelChoice;
import koine.ui.theme.Icons;
import koine.ui.theme.Style;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.material2.Material2OutlinedAL;
import org.kordamp.ikonli.material2.Material2OutlinedMZ;

/** What the model said: its text, how it stands, and what can be done with it. */
final class AnswerView extends VBox {
    private final MessageModel message;
    private final Texts texts;
    private final ModelChoice models;
    private final ThoughtsView thoughts;
    private final Runnable goOn;
    private final Function<Problem, OverflowCard> overflows;

    /**
     * @param newest whether this is the conversation's last message, the one that can be asked for anew
     * @param activity of the conversation
     */
    AnswerView(
            MessageModel message,
            Texts texts,
            Paragraphs paragraphs,
            Links links,
            ReadOnlyBooleanProperty newest,
            ObservableValue<Activity> activity,
            Runnable retry,
            Runnable goOn,
            ModelChoice models,
            Function<Problem, OverflowCard> overflows) {
        this.goOn = goOn;
        this.overflows = overflows;
        this.models = models;
        this.message = message;
        this.texts = texts;
        getStyleClass().add(Style.ANSWER);
        setMinWidth(0);

        MarkdownView body = new MarkdownView(paragraphs, links);
        body.markdown().bind(message.text());
        body.visibleProperty().bind(message.text().isNotEmpty());
        body.managedProperty().bind(body.visibleProperty());
        thoughts = new ThoughtsView(message, texts, paragraphs);
        getChildren()
                .addAll(
                        thoughts,
                        body,
                        progress(newest, activity),
                        notice(newest),
                        overflow(newest),
                        actions(newest, retry));
        accessibleTextProperty()
                .bind(texts.bind(
                        "chat.message.answer",
                        () -> Map.of("text", message.text().get()),
                        message.text()));
    }

    ThoughtsView thoughts() {
        return thoughts;
    }

    /** How far the model is, until the first word comes. */
    private Region progress(ReadOnlyBooleanProperty newest, ObservableValue<Activity> activity) {
        Label words = new Label();
        words.getStyleClass().add(Style.MUTED);
        words.textProperty().bind(texts.bind(() -> words(activity.getValue()), activity));
        ProgressBar bar = new ProgressBar();
        bar.setMaxWidth(260);
        bar.getStyleClass().add("small");
        bar.progressProperty()
                .bind(Bindings.createDoubleBinding(() -> Math.max(0, fraction(activity.getValue())), activity));
        bar.visibleProperty().bind(Bindings.createBooleanBinding(() -> fraction(activity.getValue()) >= 0, activity));
        bar.managedProperty().bind(bar.visibleProperty());
        bar.accessibleTextProperty().bind(words.textProperty());
        VBox box = new VBox(words, bar);
        box.getStyleClass().add(Style.PROGRESS);
        box.visibleProperty()
                .bind(Bindings.createBooleanBinding(
                        () -> message.state().get() == MessageState.STREAMING
                                && newest.get()
                                && !(activity.getValue() instanceof Activity.Writing)
                                && !(activity.getValue() instanceof Activity.Thinking),
                        message.state(),
                        newest,
                        activity));
        box.managedProperty().bind(box.visibleProperty());
        return box;
    }

    private String words(Activity activity) {
        return switch (activity) {
            case Activity.Loading(double fraction) -> texts.get("chat.loading", Map.of("fraction", fraction));
            case Activity.Reading(int processed, int total) ->
                texts.get("chat.reading", Map.of("processed", processed, "total", total));
            case Activity.Stopping stopping -> texts.get("chat.stopping");
            default -> texts.get("chat.thinking");
        };
    }

    private static double fraction(Activity activity) {
        return switch (activity) {
            case Activity.Loading(double fraction) -> fraction;
            case Activity.Reading(int processed, int total) -> total == 0 ? 0 : (double) processed / total;
            default -> -1;
        };
    }

    /** One calm sentence when the answer is not whole. */
    private Region notice(ReadOnlyBooleanProperty newest) {
        Label sentence = new Label();
        sentence.setWrapText(true);
        sentence.setMinHeight(Region.USE_PREF_SIZE);
        sentence.setGraphic(Icons.of(Material2OutlinedAL.INFO));
        sentence.getStyleClass().add(Style.NOTICE);
        sentence.textProperty()
                .bind(texts.bind(
                        () -> overflowing(newest) ? "" : sentence(),
                        message.state(),
                        message.problem(),
                        message.stored(),
                        newest));
        sentence.visibleProperty().bind(sentence.textProperty().isNotEmpty());
        sentence.managedProperty().bind(sentence.visibleProperty());
        return sentence;
    }

    private String sentence() {
        @Nullable Problem problem = message.problem().get();
        if (problem != null) {
            return texts.get(problem);
        }
        return switch (message.state().get()) {
            case INTERRUPTED -> texts.get("chat.interrupted");
            case FAILED -> texts.get("chat.failed");
            case STREAMING -> "";
            case COMPLETE -> limit();
        };
    }

    /** When the engine, not the model, ended the answer. */
    private String limit() {
        Message stored = message.stored().get();
        Message.Ending ending = stored.ending();
        if (ending == null || !ending.finish().equals(Message.Ending.LENGTH)) {
            return "";
        }
        boolean full = ending.contextTokens() > 0 && stored.usedTokens() >= ending.contextTokens() - 1;
        return texts.get(full ? "chat.limit.context" : "chat.limit");
    }

    private boolean overflowing(ReadOnlyBooleanProperty newest) {
        Problem problem = message.problem().get();
        return newest.get() && problem != null && problem.code().equals("KOINE-E202");
    }

    /** In the place of an answer that did not fit, while it is the newest. */
    private Region overflow(ReadOnlyBooleanProperty newest) {
        VBox place = new VBox();
        Runnable fill = () -> {
            Problem problem = message.problem().get();
            place.getChildren().clear();
            if (problem != null && overflowing(newest)) {
                place.getChildren().add(overflows.apply(problem));
            }
            place.setVisible(!place.getChildren().isEmpty());
            place.setManaged(place.isVisible());
        };
        message.problem().subscribe(fill);
        newest.subscribe(fill);
        fill.run();
        return place;
    }

    private Region actions(ReadOnlyBooleanProperty newest, Runnable retry) {
        Button copy = CopyButton.of(texts, "chat.copy", () -> message.text().get());
        copy.visibleProperty().bind(message.text().isNotEmpty());
        copy.managedProperty().bind(copy.visibleProperty());
        Button again = Buttons.icon(
                new Button(),
                Icons.directional(Material2OutlinedMZ.REFRESH, texts.orientation()),
                texts.bind("chat.retry"));
        again.getStyleClass().add("small");
        again.setOnAction(event -> retry.run());
        again.visibleProperty().bind(newest);
        again.managedProperty().bind(newest);
        Button more = new Button();
        more.getStyleClass().addAll(Style.CONTINUE, "small", "flat");
        more.textProperty().bind(texts.bind("chat.continue"));
        more.setOnAction(event -> goOn.run());
        more.visibleProperty()
                .bind(Bindings.createBooleanBinding(
                        () -> newest.get() && message.state().get() == MessageState.COMPLETE && !limit().isEmpty(),
                        newest,
                        message.state(),
                        message.stored()));
        more.managedProperty().bind(more.visibleProperty());
        Label meta = new Label();
        meta.getStyleClass().add(Style.MESSAGE_META);
        meta.textProperty().bind(texts.bind(this::meta, message.stored(), models.installed()));
        HBox row = new HBox(copy, again, more, meta);
        row.setAlignment(Pos.CENTER_LEFT);
        row.getStyleClass().add("actions");
        row.visibleProperty()
                .bind(Bindings.createBooleanBinding(
                        () -> message.state().get() != MessageState.STREAMING, message.state()));
        row.managedProperty().bind(row.visibleProperty());
        return row;
    }

    private String meta() {
        Message stored = message.stored().get();
        String model = stored.model();
        String time = texts.formats().time(stored.createdAt());
        if (model == null) {
            return time;
        }
        String name = models.nameOf(model);
        List<Layer> layers = stored.layers();
        return layers == null || layers.isEmpty()
                ? texts.get("chat.answeredBy", Map.of("model", name, "time", time))
                : texts.get(
                        "chat.answeredBy.layers",
                        Map.of(
                                "model",
                                name,
                                "layers",
                                texts.formats()
                                        .list(layers.stream()
                                                .map(AnswerView::fileName)
                                                .toList()),
                                "time",
                                time));
    }

    /** Of one outside of the models folders, the name is a path. */
    private static String fileName(Layer layer) {
        return layer.name().replaceFirst("^.*[/\\\\]", "");
    }
}
