package koine.ui.chat;

import java.util.List;
import java.util.Map;
import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressBar;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import koine.app.conversations.Message;
import koine.app.conversations.MessageState;
import koine.ui.language.Texts;
import koine.ui.theme.Style;
import org.jspecify.annotations.Nullable;

/** How much of the room for a conversation is used, after its newest answer. */
final class ContextMeter extends HBox {
    /** @param used tokens of the conversation @param total tokens there is room for */
    record Room(int used, int total) {
        /** As the newest answer says of itself; null when none does. */
        static @Nullable Room after(List<MessageModel> messages) {
            for (MessageModel model : messages.reversed()) {
                Message message = model.stored().get();
                Message.Ending ending = message.ending();
                if (ending != null && message.state() != MessageState.FAILED && ending.contextTokens() > 0) {
                    return new Room(message.usedTokens(), ending.contextTokens());
                }
            }
            return null;
        }
    }

    /** @param room null while nothing is known */
    ContextMeter(ObservableValue<@Nullable Room> room, Texts texts) {
        getStyleClass().add(Style.METER);
        setAlignment(Pos.CENTER_RIGHT);
        setMinWidth(Region.USE_PREF_SIZE);
        setMaxWidth(Region.USE_PREF_SIZE);
        Label words = new Label();
        words.getStyleClass().add(Style.HINT);
        words.textProperty().bind(texts.bind(() -> words(room.getValue(), texts), room));
        ProgressBar bar = new ProgressBar();
        bar.getStyleClass().add("small");
        bar.progressProperty().bind(Bindings.createDoubleBinding(() -> share(room.getValue()), room));
        bar.accessibleTextProperty().bind(texts.bind("chat.meter.about"));
        Tooltip about = new Tooltip();
        about.textProperty().bind(texts.bind("chat.meter.about"));
        Tooltip.install(this, about);
        getChildren().addAll(bar, words);
        visibleProperty().bind(Bindings.createBooleanBinding(() -> room.getValue() != null, room));
        managedProperty().bind(visibleProperty());
    }

    private static String words(@Nullable Room room, Texts texts) {
        return room == null ? "" : texts.get("chat.meter", Map.of("used", room.used(), "total", room.total()));
    }

    private static double share(@Nullable Room room) {
        return room == null || room.total() == 0 ? 0 : Math.min(1, (double) room.used() / room.total());
    }
}
