package koine.ui.screenshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import javafx.scene.image.Image;
import javafx.scene.image.WritableImage;
import koine.ui.testing.Fx;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PngTest {
    @BeforeAll
    static void toolkit() throws Exception {
        Fx.start();
    }

    private static WritableImage noise() {
        Random random = new Random(42);
        WritableImage image = new WritableImage(37, 11);
        for (int y = 0; y < 11; y++) {
            for (int x = 0; x < 37; x++) {
                image.getPixelWriter().setArgb(x, y, 0xff000000 | random.nextInt(0x1000000));
            }
        }
        return image;
    }

    @Test
    void everyPixelComesBack() {
        WritableImage image = noise();
        Image read = new Image(new ByteArrayInputStream(Png.encode(image)));
        assertFalse(read.isError());
        for (int y = 0; y < 11; y++) {
            for (int x = 0; x < 37; x++) {
                assertEquals(
                        image.getPixelReader().getArgb(x, y),
                        read.getPixelReader().getArgb(x, y));
            }
        }
    }

    @Test
    void writingReplacesTheFileAndLeavesNothingElse(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("a.png"), "old");
        Png.write(noise(), file);
        assertEquals(Png.encode(noise()).length, Files.size(file));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(1, left.count());
        }
    }
}
