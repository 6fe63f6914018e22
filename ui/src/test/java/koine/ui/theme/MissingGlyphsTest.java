package koine.ui.theme;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import javafx.scene.Group;
import javafx.scene.Scene;
import javafx.scene.image.PixelFormat;
import javafx.scene.image.WritableImage;
import javafx.scene.text.Font;
import javafx.scene.text.Text;
import koine.i18n.Messages;
import koine.i18n.UiLanguage;
import koine.ui.testing.Fx;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Draws each letter that the interface uses and compares it with the box that stands for a missing one. */
class MissingGlyphsTest {
    /** Never assigned by Unicode. */
    private static final String NO_LETTER = "\u0378";

    @BeforeAll
    static void toolkit() throws Exception {
        Fx.start();
    }

    @ParameterizedTest
    @EnumSource(UiLanguage.class)
    void everyLetterOfEveryTextIsDrawn(UiLanguage language) throws Exception {
        Properties texts = new Properties();
        try (var in = Messages.class.getResourceAsStream("messages/" + language.tag() + ".properties")) {
            assertTrue(in != null);
            texts.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        }
        Set<Integer> letters = new TreeSet<>();
        texts.values()
                .forEach(text -> text.toString()
                        .codePoints()
                        .filter(Character::isLetterOrDigit)
                        .forEach(letters::add));
        Fx.run(() -> {
            int[] box = pixels(NO_LETTER);
            for (int letter : letters) {
                String one = Character.toString(letter);
                assertFalse(Arrays.equals(box, pixels(one)), "U+" + Integer.toHexString(letter) + " is a box");
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"日", "本", "語", "こ", "ン", "ع", "ह"})
    void lettersOfTheBundledFontsAreDrawn(String letter) throws Exception {
        Fx.run(() -> assertFalse(Arrays.equals(pixels(NO_LETTER), pixels(letter))));
    }

    @Test
    void theBoxIsRecognized() throws Exception {
        Fx.run(() -> assertTrue(Arrays.equals(pixels(NO_LETTER), pixels("\u0379"))));
    }

    private static int[] pixels(String text) {
        Text drawn = new Text(text);
        drawn.setFont(Font.font(24));
        Scene scene = new Scene(new Group(drawn), 60, 60);
        drawn.setX(10);
        drawn.setY(40);
        WritableImage image = scene.snapshot(null);
        int[] pixels = new int[60 * 60];
        image.getPixelReader().getPixels(0, 0, 60, 60, PixelFormat.getIntArgbInstance(), pixels, 0, 60);
        return pixels;
    }
}
