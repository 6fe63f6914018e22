package koine.ui.conversations;

import javafx.beans.binding.Bindings;
import javafx.geometry.Pos;
import javafx.scene.AccessibleRole;
import javafx.scene.control.Button;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.control.TextField;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import koine.app.conversations.Conversation;
import koine.ui.language.Texts;
import koine.ui.shell.ShellModel;
import koine.ui.shell.ShellModel.Screen;
import koine.ui.theme.Icons;
import koine.ui.theme.Style;
import org.controlsfx.control.textfield.CustomTextField;
import org.controlsfx.control.textfield.TextFields;
import org.kordamp.ikonli.material2.Material2OutlinedAL;
import org.kordamp.ikonli.material2.Material2OutlinedMZ;

/** The window's side: a new conversation, the earlier ones by day, the settings. */
public final class Sidebar extends VBox {
    private final ShellModel shell;
    private final Texts texts;
    private final ConversationList list;
    private final ListView<Conversation> view;

    public Sidebar(ShellModel shell) {
        this.shell = shell;
        this.texts = shell.texts();
        this.list = shell.conversations();
        getStyleClass().add(Style.SIDEBAR);

        Label brand = new Label("Koine");
        brand.getStyleClass().add(Style.BRAND);

        Button fresh = new Button();
        fresh.textProperty().bind(texts.bind("conversations.new"));
        fresh.setGraphic(Icons.of(Material2OutlinedAL.ADD));
        fresh.getStyleClass().add(Style.NEW_CONVERSATION);
        fresh.setMaxWidth(Double.MAX_VALUE);
        fresh.setAlignment(Pos.CENTER_LEFT);
        fresh.setOnAction(event -> shell.newConversation());

        view = new ListView<>(list.shown());
        view.getStyleClass().addAll(Style.CONVERSATIONS, "edge-to-edge");
        view.setCellFactory(ignored -> new ConversationCell(shell));
        view.setAccessibleRole(AccessibleRole.LIST_VIEW);
        view.accessibleTextProperty().bind(texts.bind("conversations.list"));
        view.setFocusTraversable(true);
        view.setMinWidth(0);
        Label nothing = new Label();
        nothing.getStyleClass().add(Style.MUTED);
        nothing.setWrapText(true);
        nothing.textProperty()
                .bind(texts.bind(
                        () -> texts.get(list.query().get().isBlank() ? "conversations.none" : "conversations.notFound"),
                        list.query()));
        view.setPlaceholder(nothing);
        VBox.setVgrow(view, Priority.ALWAYS);
        view.addEventHandler(KeyEvent.KEY_PRESSED, this::keyPressed);
        view.addEventHandler(KeyEvent.KEY_RELEASED, this::keyReleased);
        shell.open().subscribe(open -> select());
        list.shown().subscribe(this::select);
        texts.messages().subscribe((before, now) -> view.refresh());

        Button settings = new Button();
        settings.textProperty().bind(texts.bind("settings.title"));
        settings.setGraphic(Icons.of(Material2OutlinedMZ.SETTINGS));
        settings.getStyleClass().addAll(Style.QUIET_BUTTON, "flat");
        settings.setMaxWidth(Double.MAX_VALUE);
        settings.setAlignment(Pos.CENTER_LEFT);
        settings.setOnAction(event -> shell.show(Screen.SETTINGS));
        shell.screen()
                .subscribe(screen -> settings.pseudoClassStateChanged(
                        javafx.css.PseudoClass.getPseudoClass("selected"), screen == Screen.SETTINGS));

        getChildren().addAll(brand, fresh, search(), view, undo(), settings);
    }

    private TextField search() {
        TextField field = TextFields.createClearableTextField();
        ((CustomTextField) field).setLeft(new StackPane(Icons.of(Material2OutlinedMZ.SEARCH)));
        field.getStyleClass().add(Style.SEARCH);
        field.promptTextProperty().bind(texts.bind("conversations.search"));
        field.accessibleTextProperty().bind(texts.bind("conversations.search"));
        list.query().bindBidirectional(field.textProperty());
        return field;
    }

    private HBox undo() {
        Label gone = new Label();
        gone.textProperty().bind(texts.bind("conversations.deleted"));
        gone.setMaxWidth(Double.MAX_VALUE);
        HBox.setHgrow(gone, Priority.ALWAYS);
        Hyperlink back = new Hyperlink();
        back.textProperty().bind(texts.bind("conversations.undo"));
        back.setMinWidth(USE_PREF_SIZE);
        back.setOnAction(event -> list.undoDelete());
        HBox bar = new HBox(gone, back);
        bar.setAlignment(Pos.CENTER_LEFT);
        bar.getStyleClass().add(Style.UNDO);
        bar.visibleProperty().bind(Bindings.isNotNull(list.deleted()));
        bar.managedProperty().bind(bar.visibleProperty());
        return bar;
    }

    /** The list's own selection follows what is open, never the other way: a changed list moves the selection. */
    private void select() {
        String open = shell.open().getValue();
        view.getSelectionModel().clearSelection();
        for (Conversation one : list.shown()) {
            if (one.id().equals(open)) {
                view.getSelectionModel().select(one);
            }
        }
    }

    private void keyReleased(KeyEvent event) {
        Conversation conversation = view.getSelectionModel().getSelectedItem();
        switch (event.getCode()) {
            case UP, DOWN, HOME, END, PAGE_UP, PAGE_DOWN, ENTER, SPACE -> {
                if (conversation != null) {
                    shell.browse(conversation.id());
                }
            }
            default -> {}
        }
    }

    private void keyPressed(KeyEvent event) {
        Conversation conversation = view.getSelectionModel().getSelectedItem();
        if (conversation == null) {
            return;
        }
        if (event.getCode() == KeyCode.DELETE || event.getCode() == KeyCode.BACK_SPACE) {
            shell.delete(conversation);
            event.consume();
        } else if (event.getCode() == KeyCode.F2) {
            view.lookupAll(".list-cell").stream()
                    .filter(cell -> cell instanceof ConversationCell one && conversation.equals(one.getItem()))
                    .findFirst()
                    .ifPresent(cell -> ((ConversationCell) cell).beginRename());
            event.consume();
        }
    }
}
