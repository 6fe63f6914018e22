package koine.ui.language;

import java.time.ZoneId;
import java.util.Map;
import java.util.function.Supplier;
import javafx.beans.Observable;
import javafx.beans.binding.Bindings;
import javafx.beans.binding.ObjectBinding;
import javafx.beans.binding.StringBinding;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.geometry.NodeOrientation;
import koine.i18n.Formats;
import koine.i18n.Messages;
import koine.i18n.Problem;
import koine.i18n.TextDirection;
import koine.i18n.UiLanguage;

/**
 * The texts of the window in the language it has now. Everything shown is a binding of this, so a change of language is
 * a change of one property. Window's thread only.
 */
public final class Texts {
    private final ReadOnlyObjectWrapper<Messages> messages;
    private final ObjectBinding<NodeOrientation> orientation;
    private final ObjectBinding<Formats> formats;

    public Texts(UiLanguage language, ZoneId zone) {
        messages = new ReadOnlyObjectWrapper<>(Messages.of(language));
        orientation = Bindings.createObjectBinding(() -> orientation(language().direction()), messages);
        formats = Bindings.createObjectBinding(() -> new Formats(language(), zone), messages);
    }

    public ReadOnlyObjectProperty<Messages> messages() {
        return messages.getReadOnlyProperty();
    }

    public UiLanguage language() {
        return messages.get().language();
    }

    public void setLanguage(UiLanguage language) {
        if (language != language()) {
            messages.set(Messages.of(language));
        }
    }

    public ObjectBinding<NodeOrientation> orientation() {
        return orientation;
    }

    public String get(String key) {
        return Drawable.of(messages.get().text(key));
    }

    public String get(String key, Map<String, ?> arguments) {
        return Drawable.of(messages.get().text(key, arguments));
    }

    /** The problem's sentence with its code behind it. */
    public String get(Problem problem) {
        return get("window.problem", Map.of("sentence", messages.get().text(problem), "code", problem.code()));
    }

    /** The problem's sentence alone: for what is no failure. */
    public String sentence(Problem notice) {
        return Drawable.of(messages.get().text(notice));
    }

    public StringBinding bind(String key) {
        return Bindings.createStringBinding(() -> get(key), messages);
    }

    /** @param on what the arguments depend on, besides the language */
    public StringBinding bind(String key, Supplier<Map<String, ?>> arguments, Observable... on) {
        return bind(() -> get(key, arguments.get()), on);
    }

    /** A text computed anew when the language or one of {@code on} changes. */
    public StringBinding bind(Supplier<String> text, Observable... on) {
        Observable[] all = new Observable[on.length + 1];
        all[0] = messages;
        System.arraycopy(on, 0, all, 1, on.length);
        return Bindings.createStringBinding(text::get, all);
    }

    /** Numbers, sizes, days and names of languages, as the window's language writes them. */
    public Formats formats() {
        return formats.get();
    }

    public static NodeOrientation orientation(TextDirection direction) {
        return direction == TextDirection.RIGHT_TO_LEFT ? NodeOrientation.RIGHT_TO_LEFT : NodeOrientation.LEFT_TO_RIGHT;
    }
}
