package koine.ui.screenshot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javafx.scene.Scene;
import javafx.scene.image.WritableImage;
import koine.ui.testing.Fx;

/** Pictures of windows in {@code target/pictures}, to be looked at. */
public final class Pictures {
    private static final Path FOLDER = Path.of("target", "pictures");

    private Pictures() {}

    /** Of a scene that is shown. Not on the window's thread. */
    public static void take(Scene scene, String name) throws Exception {
        keep(Fx.call(() -> scene.snapshot(null)), name);
    }

    public static void keep(WritableImage image, String name) {
        try {
            Png.write(image, Files.createDirectories(FOLDER).resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
