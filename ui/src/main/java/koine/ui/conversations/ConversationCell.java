package koine.ui.conversations;

import java.time.Instant;
import java.util.Map;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.geometry.Side;
import javafx.scene.AccessibleRole;
import javafx.scene.control.Button;
import javafx.scene.control.ContextMenu;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.MenuItem;
import javafx.scene.control.TextField;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseButton;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import koine.app.conversations.Conversation;
import koine.i18n.TextDirection;
import koine.ui.language.Drawable;
import koine.ui.language.Texts;
import koine.ui.shell.Buttons;
import koine.ui.shell.ShellModel;
import koine.ui.theme.Icons;
import koine.ui.theme.Style;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.material2.Material2OutlinedMZ;

/** A conversation in the list; the first of a day carries the day's name above it. */
final class ConversationCell extends ListCell<Conversation> {
    private static final PseudoClass OPEN = PseudoClass.getPseudoClass("open");

    private final ShellModel shell;
    private final Texts texts;
    private final ConversationList list;
    private final Label day = new Label();
    private final Label title = new Label();
    private final TextField rename = new TextField();
    private final HBox row;
    private final VBox all;
    private final Button more;
    private final BooleanProperty open = new SimpleBooleanProperty();

    ConversationCell(ShellModel shell) {
        this.shell = shell;
        this.texts = shell.texts();
        this.list = shell.conversations();
        day.getStyleClass().add(Style.DAY);
        title.setMaxWidth(Double.MAX_VALUE);
        title.setMinWidth(0);
        HBox.setHgrow(title, Priority.ALWAYS);
        HBox.setHgrow(rename, Priority.ALWAYS);
        more = Buttons.icon(new Button(), Icons.of(Material2OutlinedMZ.MORE_HORIZ), texts.bind("conversations.more"));
        more.getStyleClass().add("small");
        more.setFocusTraversable(false); // the keyboard has F2, Delete and the menu key
        ContextMenu menu =
                new ContextMenu(item("conversations.rename", this::beginRename), item("conversations.delete", () -> {
                    Conversation conversation = getItem();
                    if (conversation != null) {
                        shell.delete(conversation);
                    }
                }));
        more.setOnAction(event -> menu.show(more, Side.BOTTOM, 0, 0));
        row = new HBox(title, more);
        row.getStyleClass().add(Style.CONVERSATION);
        row.setAlignment(Pos.CENTER_LEFT);
        row.setOnContextMenuRequested(event -> {
            menu.show(row, event.getScreenX(), event.getScreenY());
            event.consume();
        });
        more.visibleProperty().bind(row.hoverProperty().or(open).or(menu.showingProperty()));
        row.setOnMouseClicked(event -> {
            Conversation conversation = getItem();
            if (conversation != null && event.getButton() == MouseButton.PRIMARY) {
                shell.open(conversation.id());
            }
        });
        shell.open().subscribe(id -> mark());
        all = new VBox(day, row);
        setText(null);
        setPrefWidth(0);
        setAccessibleRole(AccessibleRole.LIST_ITEM);

        rename.addEventHandler(KeyEvent.KEY_PRESSED, event -> {
            if (event.getCode() == KeyCode.ENTER) {
                endRename(true);
                event.consume();
            } else if (event.getCode() == KeyCode.ESCAPE) {
                endRename(false);
                event.consume();
            }
        });
        rename.focusedProperty().subscribe(focused -> {
            if (!focused && row.getChildren().contains(rename)) {
                endRename(true);
            }
        });
        rename.accessibleTextProperty().bind(texts.bind("conversations.rename"));
    }

    private MenuItem item(String key, Runnable action) {
        MenuItem item = new MenuItem();
        item.textProperty().bind(texts.bind(key));
        item.setOnAction(event -> action.run());
        return item;
    }

    void beginRename() {
        Conversation conversation = getItem();
        if (conversation != null) {
            rename.setText(conversation.title());
            row.getChildren().setAll(rename);
            rename.requestFocus();
            rename.selectAll();
        }
    }

    private void endRename(boolean keep) {
        Conversation conversation = getItem();
        row.getChildren().setAll(title, more);
        if (keep && conversation != null) {
            list.rename(conversation, rename.getText());
        }
        getListView().requestFocus();
    }

    @Override
    protected void updateItem(@Nullable Conversation item, boolean empty) {
        super.updateItem(item, empty);
        mark();
        if (item == null || empty) {
            setGraphic(null);
            setAccessibleText(null);
            return;
        }
        if (row.getChildren().contains(rename)) {
            row.getChildren().setAll(title, more);
        }
        Instant now = Instant.now();
        String name = texts.formats().day(item.updatedAt(), now);
        int index = getIndex();
        boolean first = index <= 0 || !name.equals(dayOf(index - 1, now));
        day.setText(name);
        day.setVisible(first);
        day.setManaged(first);
        String shown = item.title().strip().replaceAll("\\s+", " ");
        title.setText(shown.isEmpty() ? texts.get("conversations.untitled") : Drawable.of(shown));
        // the letters in their own direction, the line where the list begins
        TextDirection window = texts.language().direction();
        TextDirection own = TextDirection.ofParagraph(shown, window);
        title.setNodeOrientation(Texts.orientation(own));
        title.setAlignment(own == window ? Pos.CENTER_LEFT : Pos.CENTER_RIGHT);
        setGraphic(all);
        setAccessibleText(texts.get("conversations.item", Map.of("title", title.getText(), "day", name)));
    }

    private void mark() {
        Conversation item = getItem();
        open.set(item != null && item.id().equals(shell.open().getValue()));
        row.pseudoClassStateChanged(OPEN, open.get());
    }

    private String dayOf(int index, Instant now) {
        var items = getListView().getItems();
        return index < items.size() ? texts.formats().day(items.get(index).updatedAt(), now) : "";
    }
}
