package koine.ui.markdown;

import java.util.function.Supplier;
import javafx.scene.control.Button;
import javafx.scene.control.Tooltip;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import koine.ui.language.Texts;
import koine.ui.theme.Icons;
import koine.ui.theme.Style;
import org.kordamp.ikonli.javafx.FontIcon;
import org.kordamp.ikonli.material2.Material2OutlinedAL;

/** A button that copies a text and says that it did, until the pointer or the focus leaves it. */
public final class CopyButton {
    private CopyButton() {}

    public static Button of(Texts texts, String key, Supplier<String> text) {
        FontIcon icon = Icons.of(Material2OutlinedAL.CONTENT_COPY);
        Button button = new Button(null, icon);
        button.getStyleClass().addAll(Style.ICON_BUTTON, "flat", "small");
        button.accessibleTextProperty().bind(texts.bind(key));
        Tooltip tip = new Tooltip();
        tip.textProperty().bind(texts.bind(key));
        button.setTooltip(tip);
        button.setOnAction(event -> {
            ClipboardContent content = new ClipboardContent();
            content.putString(text.get());
            Clipboard.getSystemClipboard().setContent(content);
            icon.setIconCode(Material2OutlinedAL.CHECK);
        });
        Runnable reset = () -> icon.setIconCode(Material2OutlinedAL.CONTENT_COPY);
        button.hoverProperty().subscribe(over -> {
            if (!over) {
                reset.run();
            }
        });
        button.focusedProperty().subscribe(focused -> {
            if (!focused) {
                reset.run();
            }
        });
        return button;
    }
}
