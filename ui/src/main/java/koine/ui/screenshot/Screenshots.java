package koine.ui.screenshot;

import java.io.IOException;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import javafx.scene.Scene;
import javafx.scene.image.WritableImage;
import koine.app.Assistant;
import koine.app.Desktop.ScreenshotOptions;
import koine.app.Settings.Theme;
import koine.app.conversations.Conversation;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import koine.ui.language.Texts;
import koine.ui.shell.ShellModel;
import koine.ui.shell.ShellView;
import koine.ui.tasks.Tasks;
import koine.ui.tasks.Toolkit;

/** Draws a screen of the profile as it is, once, without a display. */
public final class Screenshots {
    /** So often the scene is laid out before it is taken: lists and scroll bars need more than one pass. */
    private static final int PASSES = 4;

    private static final List<String> SCREENS = List.of("chat", "welcome", "settings");

    /** What can be open on a screen. */
    private static final Map<String, List<String>> STATES = Map.of("chat", List.of("layers"));

    private Screenshots() {}

    /** Names of the states of a screen that can be asked for. */
    public static List<String> states(String screen) {
        return STATES.getOrDefault(screen, List.of());
    }

    /** Names of the screens. */
    public static List<String> screens() {
        return SCREENS;
    }

    /**
     * Takes the picture. The toolkit runs already.
     *
     * @throws Problem {@code KOINE-A107} no such screen, {@code KOINE-A902} the file cannot be written
     */
    public static void take(Assistant assistant, String screen, ScreenshotOptions options) throws Problem {
        if (!SCREENS.contains(screen)) {
            throw new Problem("KOINE-A107", Map.of("screen", screen, "screens", String.join(", ", SCREENS)));
        }
        ShellModel.Screen wanted = ShellModel.Screen.valueOf(screen.toUpperCase(Locale.ROOT));
        Assistant shown = new Unchanged(assistant);
        try {
            List<Conversation> found = assistant.conversations().list();
            WritableImage image = Toolkit.call(() -> draw(scene(shown, wanted, found, options)));
            Png.write(image, options.out());
        } catch (IOException e) {
            throw new Problem("KOINE-A902", Map.of("path", options.out().toString()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the screen could not be drawn", e.getCause());
        }
    }

    /** Without a window: the headless screen would bound its size. */
    static WritableImage draw(Scene scene) {
        for (int pass = 0; pass < PASSES; pass++) {
            scene.getRoot().applyCss();
            scene.getRoot().layout();
        }
        return scene.snapshot(null);
    }

    /** Everything on this one thread: what is read is there before the picture is taken. */
    private static Scene scene(
            Assistant assistant, ShellModel.Screen screen, List<Conversation> found, ScreenshotOptions options) {
        Tasks here = new Tasks(Runnable::run, Runnable::run, (delay, task) -> {}, System::nanoTime);
        UiLanguage language = options.language();
        Texts texts = new Texts(language == null ? assistant.settings().language() : language, ZoneId.systemDefault());
        ShellModel shell = new ShellModel(assistant, texts, here);
        Boolean dark = options.dark();
        if (dark != null) {
            shell.appearance().setTheme(dark ? Theme.DARK : Theme.LIGHT);
        }
        shell.start();
        if (!found.isEmpty()) {
            shell.open(found.getFirst().id());
        }
        shell.show(screen);
        ShellView view = new ShellView(shell);
        Scene scene = view.scene(options.width(), options.height());
        if ("layers".equals(options.state())) {
            view.openLayers();
        }
        return scene;
    }
}
