package koine.ui.chat;

import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.layout.VBox;
import koine.ui.language.Texts;
import koine.ui.markdown.Links;
import koine.ui.theme.Style;
import org.controlsfx.control.PopOver;

/**
 * Shows a link's whole address and offers to copy it. Koine opens nothing by itself: what a model wrote is not trusted,
 * and nothing leaves this computer unasked.
 */
final class LinkPopover implements Links {
    private final Texts texts;

    LinkPopover(Texts texts) {
        this.texts = texts;
    }

    @Override
    public void open(Node at, String target) {
        Label says = new Label(texts.get("chat.link.says"));
        says.getStyleClass().add(Style.MUTED);
        Label address = new Label(target);
        address.setWrapText(true);
        address.setMaxWidth(360);
        address.setNodeOrientation(javafx.geometry.NodeOrientation.LEFT_TO_RIGHT);
        address.getStyleClass().add(Style.PATH);
        Button copy = new Button(texts.get("chat.link.copy"));
        VBox content = new VBox(says, address, copy);
        content.getStyleClass().add("koine-popover");
        content.setNodeOrientation(texts.orientation().get());
        PopOver popover = new PopOver(content);
        popover.setArrowLocation(PopOver.ArrowLocation.TOP_CENTER);
        popover.setAnimated(false);
        copy.setOnAction(event -> {
            ClipboardContent clip = new ClipboardContent();
            clip.putString(target);
            Clipboard.getSystemClipboard().setContent(clip);
            popover.hide();
        });
        popover.show(at);
    }
}
