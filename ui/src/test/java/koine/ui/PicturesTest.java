package koine.ui;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import koine.app.Desktop.ScreenshotOptions;
import koine.i18n.UiLanguage;
import koine.ui.screenshot.Screenshots;
import koine.ui.testing.Fx;
import koine.ui.testing.MemoryAssistant;
import koine.ui.testing.SampleProfile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every screen in several languages and themes; the pictures lie in {@code target/pictures}. */
class PicturesTest {
    @BeforeAll
    static void toolkit() throws Exception {
        Fx.start();
    }

    @Test
    void everyScreenIsDrawn(@TempDir Path home) throws Exception {
        MemoryAssistant assistant = SampleProfile.in(home);
        Path folder = Files.createDirectories(Path.of("target", "pictures"));
        record Case(UiLanguage language, boolean dark) {}
        for (Case one : List.of(
                new Case(UiLanguage.ENGLISH, false),
                new Case(UiLanguage.ARABIC, true),
                new Case(UiLanguage.HINDI, false),
                new Case(UiLanguage.HINDI, true))) {
            for (String screen : Screenshots.screens()) {
                Path out = folder.resolve(
                        screen + "-" + one.language().tag() + (one.dark() ? "-dark" : "-light") + ".png");
                Screenshots.take(assistant, screen, new ScreenshotOptions(one.language(), one.dark(), 1100, 760, out));
                assertTrue(Files.size(out) > 5_000, "an empty picture: " + out);
            }
        }
        for (UiLanguage language : UiLanguage.values()) {
            Path out = folder.resolve("whole-" + language.tag() + ".png");
            Screenshots.take(assistant, "chat", new ScreenshotOptions(language, false, 1100, 1400, out));
        }
    }
}
