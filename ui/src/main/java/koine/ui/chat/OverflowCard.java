package koine.ui.chat;

import java.util.Map;
import javafx.beans.binding.Bindings;
import javafx.beans.binding.BooleanBinding;
import javafx.beans.value.ObservableBooleanValue;
import javafx.beans.value.ObservableValue;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressBar;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import koine.app.chat.Overflow;
import koine.i18n.Problem;
import koine.ui.language.Texts;
import koine.ui.theme.Style;
import org.jspecify.annotations.Nullable;

/** In the place of an answer that could not begin: the conversation is too long, and three ways to go on. */
final class OverflowCard extends VBox {
    /** What a click on a way does. */
    interface Ways {
        void dropOldest();

        void enlarge(int contextTokens);

        void summarize();
    }

    private final Texts texts;
    private final ObservableValue<@Nullable Overflow> overflow;
    private final BooleanBinding busy;

    /**
     * @param overflow null while it is not known
     * @param finding whether it is being found out
     */
    OverflowCard(
            Problem problem,
            ObservableValue<@Nullable Overflow> overflow,
            ObservableBooleanValue finding,
            ObservableValue<Activity> activity,
            Texts texts,
            Ways ways) {
        this.texts = texts;
        this.overflow = overflow;
        this.busy = Bindings.createBooleanBinding(() -> activity.getValue().busy(), activity);
        getStyleClass().addAll(Style.CARD, Style.OVERFLOW);
        Label title = label(Style.CARD_TITLE);
        title.textProperty().bind(texts.bind("chat.overflow.title"));
        Label counts = label(Style.MUTED);
        counts.textProperty().bind(texts.bind("chat.overflow.counts", problem::arguments));

        Way drop = way("chat.overflow.drop", "chat.overflow.drop.about", one -> Map.of("count", one.oldMessages()));
        drop.button().setOnAction(event -> ways.dropOldest());
        show(drop.box(), one -> one.oldMessages() > 0);
        Way enlarge = way("chat.overflow.enlarge", "chat.overflow.enlarge.about", this::largerFacts);
        enlarge.button().setOnAction(event -> {
            Overflow known = overflow.getValue();
            Overflow.Larger larger = known == null ? null : known.larger();
            if (larger != null) {
                ways.enlarge(larger.contextTokens());
            }
        });
        show(enlarge.box(), one -> one.larger() != null);
        Way summarize = way(
                "chat.overflow.summarize", "chat.overflow.summarize.about", one -> Map.of("count", one.oldMessages()));
        summarize.button().setOnAction(event -> ways.summarize());
        show(summarize.box(), one -> one.oldMessages() > 0);

        Label none = label(Style.MUTED);
        none.textProperty().bind(texts.bind("chat.overflow.none"));
        show(none, one -> one.oldMessages() == 0 && one.larger() == null);
        VBox buttons = new VBox(drop.box(), enlarge.box(), summarize.box());
        buttons.getStyleClass().add("ways");
        show(buttons, one -> one.oldMessages() > 0 || one.larger() != null);
        Label counting = label(Style.MUTED);
        counting.textProperty().bind(texts.bind("chat.overflow.finding"));
        counting.visibleProperty().bind(finding);
        counting.managedProperty().bind(finding);
        getChildren().addAll(new VBox(title, counts), counting, buttons, none, working(activity));
    }

    private static Label label(String style) {
        Label label = new Label();
        label.getStyleClass().add(style);
        label.setWrapText(true);
        label.setMinHeight(USE_PREF_SIZE);
        return label;
    }

    private interface Facts {
        Map<String, ?> of(Overflow overflow);
    }

    private Map<String, ?> largerFacts(Overflow one) {
        Overflow.Larger larger = one.larger();
        return larger == null
                ? Map.of("tokens", 0, "memory", "")
                : Map.of(
                        "tokens",
                        larger.contextTokens(),
                        "memory",
                        texts.formats().bytes(larger.moreBytes()));
    }

    private Way way(String key, String about, Facts facts) {
        Button button = new Button();
        button.textProperty().bind(texts.bind(() -> words(key, facts), overflow));
        button.getStyleClass().add(Style.SUGGESTION);
        button.disableProperty().bind(busy);
        Label explained = label(Style.MUTED);
        explained.textProperty().bind(texts.bind(() -> words(about, facts), overflow));
        button.accessibleHelpProperty().bind(explained.textProperty());
        VBox box = new VBox(button, explained);
        box.getStyleClass().add(Style.WAY);
        return new Way(box, button);
    }

    private record Way(VBox box, Button button) {}

    private String words(String key, Facts facts) {
        Overflow known = overflow.getValue();
        return known == null ? "" : texts.get(key, facts.of(known));
    }

    private interface Wanted {
        boolean by(Overflow overflow);
    }

    private void show(Region node, Wanted wanted) {
        node.visibleProperty()
                .bind(Bindings.createBooleanBinding(
                        () -> {
                            Overflow known = overflow.getValue();
                            return known != null && wanted.by(known);
                        },
                        overflow));
        node.managedProperty().bind(node.visibleProperty());
    }

    /** While a way is being gone. */
    private Region working(ObservableValue<Activity> activity) {
        Label words = label(Style.MUTED);
        words.textProperty()
                .bind(texts.bind(
                        () -> activity.getValue() instanceof Activity.Summarizing
                                ? texts.get("chat.summarizing")
                                : texts.get("chat.thinking"),
                        activity));
        ProgressBar bar = new ProgressBar();
        bar.getStyleClass().add("small");
        bar.setMaxWidth(260);
        bar.progressProperty()
                .bind(Bindings.createDoubleBinding(
                        () -> activity.getValue() instanceof Activity.Summarizing(double share) ? share : 0.0,
                        activity));
        bar.visibleProperty().bind(bar.progressProperty().greaterThan(0));
        VBox box = new VBox(words, bar);
        box.getStyleClass().add(Style.PROGRESS);
        box.visibleProperty().bind(busy);
        box.managedProperty().bind(busy);
        return box;
    }
}
