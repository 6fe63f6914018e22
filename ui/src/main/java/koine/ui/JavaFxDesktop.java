package koine.ui;

import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import javafx.application.ColorScheme;
import javafx.application.Platform;
import javafx.stage.Stage;
import koine.app.Assistant;
import koine.app.Desktop;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import koine.ui.language.Texts;
import koine.ui.screenshot.Screenshots;
import koine.ui.shell.ShellModel;
import koine.ui.shell.ShellView;
import koine.ui.tasks.Tasks;
import koine.ui.tasks.Toolkit;
import koine.ui.theme.Fonts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The window, for the command line to open. */
public final class JavaFxDesktop implements Desktop {
    private static final Logger LOG = LoggerFactory.getLogger(JavaFxDesktop.class);
    private static final double WIDTH = 1100;
    private static final double HEIGHT = 760;
    /** So small that it fits beside another program on a small screen; all texts still have their place. */
    private static final double LEAST_WIDTH = 480;

    private static final double LEAST_HEIGHT = 440;

    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(3);

    @Override
    public boolean available() {
        return Display.available(
                System.getProperty("os.name", ""), System.getenv(), System.getProperty("glass.platform", ""));
    }

    @Override
    public int open(Assistant assistant, @Nullable String language) throws Problem, NoDisplayException {
        try {
            Toolkit.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 130;
        } catch (ExecutionException e) {
            throw new NoDisplayException(e.getCause());
        }
        CountDownLatch closed = new CountDownLatch(1);
        try {
            registerFonts(assistant);
            Tasks tasks = Tasks.ofDesktop();
            Toolkit.call(() -> show(assistant, language, tasks, closed));
            closed.await();
            tasks.awaitIdle(LONGEST_FAREWELL); // a stopped answer is stored, a deletion done
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 130;
        } catch (ExecutionException e) {
            throw unexpected("the window could not be opened", e);
        } finally {
            assistant.close();
            Toolkit.exit();
        }
    }

    @Override
    public void screenshot(Assistant assistant, String screen, ScreenshotOptions options) throws Problem {
        System.setProperty("glass.platform", "Headless");
        System.setProperty("prism.order", "sw");
        try {
            Toolkit.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (ExecutionException e) {
            throw unexpected("the toolkit did not start", e);
        }
        try {
            registerFonts(assistant);
            Screenshots.take(assistant, screen, options);
        } finally {
            Toolkit.exit();
        }
    }

    @Override
    public List<Screen> screens() {
        return Screenshots.screens().stream()
                .map(name -> new Screen(name, Screenshots.states(name)))
                .toList();
    }

    private static Problem unexpected(String what, ExecutionException e) {
        LOG.error(what, e.getCause());
        return new Problem("KOINE-A199", Map.of("file", "koine.log"), e.getCause());
    }

    private static void registerFonts(Assistant assistant) {
        Fonts.register(assistant.folders().data().resolve("fonts"));
    }

    private static boolean show(Assistant assistant, @Nullable String language, Tasks tasks, CountDownLatch closed) {
        UiLanguage kept = assistant.settings().language();
        Texts texts = new Texts(
                language == null ? kept : UiLanguage.best(List.of(language, kept.tag())), ZoneId.systemDefault());
        ShellModel shell = new ShellModel(assistant, texts, tasks, language);
        shell.appearance().setSystemDark(systemIsDark());
        Platform.getPreferences()
                .colorSchemeProperty()
                .subscribe(scheme -> shell.appearance().setSystemDark(scheme == ColorScheme.DARK));
        ShellView view = new ShellView(shell);
        Stage stage = new Stage();
        stage.setScene(view.scene(WIDTH, HEIGHT));
        stage.setMinWidth(LEAST_WIDTH);
        stage.setMinHeight(LEAST_HEIGHT);
        stage.titleProperty().bind(texts.bind("window.title"));
        stage.focusedProperty().subscribe(focused -> {
            if (focused) { // another window or the command line may have changed the profile
                shell.refresh();
            }
        });
        stage.setOnHidden(event -> {
            shell.close();
            closed.countDown();
        });
        shell.start();
        shell.prepareModels();
        stage.show();
        return true;
    }

    private static boolean systemIsDark() {
        return Platform.getPreferences().getColorScheme() == ColorScheme.DARK;
    }
}
