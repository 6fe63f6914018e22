package koine.ui.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import javafx.scene.Scene;
import javafx.stage.Stage;
import koine.ui.tasks.Toolkit;
import koine.ui.theme.Fonts;

/** JavaFX on its headless platform, for tests. */
public final class Fx {
    private static boolean started;

    private Fx() {}

    /** Starts the toolkit once a test process, with the bundled fonts before any text. */
    public static synchronized void start() throws InterruptedException, IOException {
        if (!started) {
            try {
                Toolkit.start();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
            Fonts.register(Files.createDirectories(Path.of("target", "fonts")).toAbsolutePath());
            started = true;
        }
    }

    /** Runs work on the window's thread; an exception there is one here. */
    public static <T> T call(Callable<T> work) throws Exception {
        try {
            return Toolkit.call(work);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }

    /** A thing to do on the window's thread. */
    @FunctionalInterface
    public interface Work {
        void run() throws Exception;
    }

    public static void run(Work work) throws Exception {
        call(() -> {
            work.run();
            return true;
        });
    }

    public static Scene show(Scene scene) throws Exception {
        run(() -> {
            Stage stage = new Stage();
            stage.setScene(scene);
            stage.show();
        });
        settle(scene);
        return scene;
    }

    /** Waits until the scene is laid out and drawn. */
    public static void settle(Scene scene) throws InterruptedException {
        Toolkit.awaitPulses(scene, 4);
    }

    public static void hide(Scene scene) throws Exception {
        run(() -> scene.getWindow().hide());
    }
}
