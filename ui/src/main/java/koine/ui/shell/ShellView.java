package koine.ui.shell;

import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyCodeCombination;
import javafx.scene.input.KeyCombination;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import koine.ui.chat.ChatView;
import koine.ui.conversations.Sidebar;
import koine.ui.language.Texts;
import koine.ui.layers.LayersButton;
import koine.ui.layers.LayersPanel;
import koine.ui.settings.SettingsView;
import koine.ui.theme.Look;
import koine.ui.theme.Style;
import koine.ui.welcome.WelcomeView;

/** The whole window. */
public final class ShellView extends StackPane {
    /** Narrower than this the conversations give their place to the one that is open, and are shown when asked for. */
    private static final double NARROW = 720;

    private final ShellModel shell;
    private final ChatView chat;
    private final Side side;
    private final LayersPanel layers;
    private final LayersButton layersButton;

    public ShellView(ShellModel shell) {
        this.shell = shell;
        Texts texts = shell.texts();
        getStyleClass().add(Style.WINDOW);
        nodeOrientationProperty().bind(texts.orientation());
        texts.messages().subscribe(ignored -> scriptClass());

        chat = new ChatView(shell);
        layersButton = new LayersButton(shell.layers(), texts);
        layers = new LayersPanel(shell.layers(), texts);
        layersButton.setOnAction(event -> openLayers());
        SettingsView settings = new SettingsView(shell);
        Sidebar sidebar = new Sidebar(shell);
        side = new Side(sidebar, widthProperty().lessThan(NARROW));
        BorderPane main = new BorderPane(new StackPane(chat, settings));
        main.setTop(new VBox(new TopBar(shell, side, layersButton), new Notices(shell)));
        main.setMinWidth(0);
        BorderPane home = new BorderPane(main);
        side.narrow().subscribe(narrow -> {
            home.setLeft(null);
            side.setPanel(narrow);
            if (!narrow) {
                home.setLeft(sidebar);
            }
        });
        WelcomeView welcome = new WelcomeView(shell);
        StackPane withSide = new StackPane(home, side);
        getChildren().addAll(withSide, layers, welcome);
        shell.screen().subscribe(screen -> {
            side.close();
            layers.close();
            visible(withSide, screen != ShellModel.Screen.WELCOME);
            visible(welcome, screen == ShellModel.Screen.WELCOME);
            visible(chat, screen == ShellModel.Screen.CHAT);
            visible(settings, screen == ShellModel.Screen.SETTINGS);
            if (screen == ShellModel.Screen.CHAT && !shell.browsing()) {
                chat.focusComposer();
            } else if (screen == ShellModel.Screen.WELCOME) {
                welcome.focusStart();
            }
        });
        shell.session().subscribe(session -> {
            if (!shell.browsing()) {
                side.close();
                layers.close();
                chat.focusComposer();
            }
        });
        addEventFilter(KeyEvent.KEY_PRESSED, this::shortcut);
    }

    /** Shows which layers lie on the model; nothing where there is no layer. */
    public void openLayers() {
        if (layersButton.isVisible()) {
            layers.open(layersButton);
        }
    }

    /** A scene of this view that follows the theme. */
    public Scene scene(double width, double height) {
        Scene scene = new Scene(this, width, height);
        shell.appearance().dark().subscribe(dark -> Look.apply(scene, dark));
        return scene;
    }

    private static void visible(Node node, boolean isVisible) {
        node.setVisible(isVisible);
        node.setManaged(isVisible);
    }

    /** Scripts differ in the height they need: koine.css gives each its own sizes. */
    private void scriptClass() {
        getStyleClass().removeIf(name -> name.startsWith("lang-"));
        getStyleClass().add("lang-" + shell.texts().language().tag());
    }

    private void shortcut(KeyEvent event) {
        if (shell.screen().get() == ShellModel.Screen.WELCOME) {
            return;
        }
        if (NEW.match(event)) {
            shell.newConversation();
            chat.focusComposer();
            event.consume();
        } else if (COMPOSE.match(event)) {
            shell.show(ShellModel.Screen.CHAT);
            chat.focusComposer();
            event.consume();
        } else if (SETTINGS.match(event)) {
            shell.show(ShellModel.Screen.SETTINGS);
            event.consume();
        } else if (event.getCode() == KeyCode.ESCAPE) {
            if (layers.open().get()) {
                layers.close();
                event.consume();
            } else if (side.open().get()) {
                side.close();
                event.consume();
            } else if (shell.screen().get() == ShellModel.Screen.SETTINGS) {
                shell.show(ShellModel.Screen.CHAT);
                event.consume();
            } else if (shell.session().get().busy()) {
                shell.session().get().stop();
                event.consume();
            }
        }
    }

    private static final KeyCombination NEW = new KeyCodeCombination(KeyCode.N, KeyCombination.SHORTCUT_DOWN);
    private static final KeyCombination COMPOSE = new KeyCodeCombination(KeyCode.L, KeyCombination.SHORTCUT_DOWN);
    private static final KeyCombination SETTINGS = new KeyCodeCombination(KeyCode.COMMA, KeyCombination.SHORTCUT_DOWN);
}
