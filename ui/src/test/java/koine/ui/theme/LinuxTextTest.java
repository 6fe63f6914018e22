package koine.ui.theme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import javafx.scene.Group;
import javafx.scene.Scene;
import javafx.scene.image.PixelReader;
import javafx.scene.image.WritableImage;
import javafx.scene.text.Font;
import javafx.scene.text.Text;
import javafx.scene.text.TextFlow;
import koine.ui.testing.Fx;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxTextTest {
    @BeforeAll
    static void toolkit() throws Exception {
        Fx.start();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "تُكتب العربية من اليمين إلى اليسار، وهذه جملة طويلة.",
                "שלום עולם, מה שלומך היום?",
                "आसमान नीला क्यों है? क्योंकि हवा नीली रोशनी को बिखेरती है।",
                "Arabic العربية and Hindi हिन्दी in one line",
            })
    void wrappedTextStaysInsideItsWidth(String text) throws Exception {
        Fx.run(() -> {
            double widestWord = 0;
            for (String word : List.of(text.split(" "))) {
                widestWord =
                        Math.max(widestWord, new Text(word).getLayoutBounds().getWidth());
            }
            for (int width = (int) widestWord + 20; width < 500; width += 7) {
                Text wrapped = new Text(text);
                wrapped.setWrappingWidth(width);
                assertTrue(
                        wrapped.getLayoutBounds().getWidth() <= width + 1,
                        wrapped.getLayoutBounds().getWidth() + " wide at " + width);
                TextFlow flow = new TextFlow(new Text(text));
                assertTrue(flow.prefHeight(width) < 400, "too many lines at " + width);
            }
        });
    }

    @Test
    void aJoinerBetweenLettersThatDoNotJoinIsDrawnAsNothing() throws Exception {
        Fx.run(() -> assertEquals(dark(picture("اا")), dark(picture("ا\u200cا")), 4));
    }

    @Test
    void devanagariWithAJoinerHasNoBox() throws Exception {
        // the half form and its letter, with the joiner and as the joiner's absence in the last syllable
        Fx.run(() -> assertEquals(dark(picture("क्\u200d")), dark(picture("क्\u200d\u200d")), 4));
    }

    private static WritableImage picture(String text) {
        Text drawn = new Text(text);
        drawn.setFont(Font.font(40));
        return new Scene(new Group(drawn)).snapshot(null);
    }

    /** How many pixels are drawn. */
    private static int dark(WritableImage image) {
        PixelReader pixels = image.getPixelReader();
        int count = 0;
        for (int y = 0; y < (int) image.getHeight(); y++) {
            for (int x = 0; x < (int) image.getWidth(); x++) {
                if (pixels.getColor(x, y).getBrightness() < 0.5) {
                    count++;
                }
            }
        }
        return count;
    }
}
