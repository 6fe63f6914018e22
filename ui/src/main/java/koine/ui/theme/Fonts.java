package koine.ui.theme;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javafx.scene.text.Font;
import koine.i18n.BundledFonts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the system's font fallback the scripts that a bare Linux lacks. The fonts are registered and never set on a
 * control: a set font has no fallback of its own.
 */
public final class Fonts {
    private static final Logger LOG = LoggerFactory.getLogger(Fonts.class);
    private static final double ANY_SIZE = 12;

    private Fonts() {}

    /**
     * Call before the first text is laid out: fallback found missing once stays missing for the life of the process.
     *
     * @param folder where the font files are kept between starts
     */
    public static void register(Path folder) {
        if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux")) {
            return; // Windows and macOS have these scripts, and do not look at registered fonts
        }
        LinuxText.mend();
        try {
            for (Path font : BundledFonts.unpackInto(folder)) {
                // not toUri(): JavaFX does not undo its escapes
                if (Font.loadFont("file:" + font, ANY_SIZE) == null) {
                    try (InputStream in = Files.newInputStream(font)) {
                        Font.loadFont(in, ANY_SIZE);
                    }
                }
            }
        } catch (IOException e) {
            LOG.warn("the bundled fonts could not be unpacked; the system's own are used", e);
        }
    }
}
