package koine.ui.screenshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javafx.scene.Scene;
import javafx.scene.image.Image;
import javafx.scene.image.PixelReader;
import javafx.scene.paint.Color;
import koine.app.Desktop.ScreenshotOptions;
import koine.app.Settings.Theme;
import koine.app.chat.ChatObserver;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import koine.ui.language.Texts;
import koine.ui.shell.ShellModel;
import koine.ui.shell.ShellView;
import koine.ui.testing.Fx;
import koine.ui.testing.MemoryAssistant;
import koine.ui.testing.SampleProfile;
import koine.ui.testing.TestTasks;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Draws every screen; the pictures lie in {@code target/pictures}, to be looked at. */
class ScreenshotsTest {
    private static final Path PICTURES = Path.of("target", "pictures");

    @BeforeAll
    static void toolkit() throws Exception {
        Fx.start();
        Files.createDirectories(PICTURES);
    }

    private static Image read(Path file) throws Exception {
        try (var in = Files.newInputStream(file)) {
            Image image = new Image(in);
            assertEquals(1100, image.getWidth());
            assertEquals(760, image.getHeight());
            return image;
        }
    }

    private static int colours(Image image) {
        Set<Integer> colours = new HashSet<>();
        PixelReader pixels = image.getPixelReader();
        for (int y = 0; y < (int) image.getHeight(); y++) {
            for (int x = 0; x < (int) image.getWidth(); x++) {
                colours.add(pixels.getArgb(x, y));
            }
        }
        return colours.size();
    }

    @ParameterizedTest
    @CsvSource({
        "chat,ENGLISH,false", "chat,ARABIC,true", "chat,HINDI,false", "chat,HINDI,true",
        "welcome,ENGLISH,false", "welcome,ARABIC,true", "welcome,HINDI,false", "welcome,HINDI,true",
        "settings,ENGLISH,false", "settings,ARABIC,true", "settings,HINDI,false", "settings,HINDI,true"
    })
    void aScreenIsDrawnInItsLanguageThemeAndDirection(
            String screen, UiLanguage language, boolean dark, @TempDir Path home) throws Exception {
        Path out = PICTURES.resolve(screen + "-" + language.tag() + (dark ? "-dark" : "-light") + ".png");
        MemoryAssistant assistant = SampleProfile.in(home);
        Screenshots.take(assistant, screen, new ScreenshotOptions(language, dark, 1100, 760, out));

        Image image = read(out);
        assertTrue(colours(image) > 100, "an empty picture");
        Color background = image.getPixelReader().getColor(550, 64);
        assertEquals(dark, background.getBrightness() < 0.5);
        if (!screen.equals("welcome")) {
            Color left = image.getPixelReader().getColor(3, 500);
            Color right = image.getPixelReader().getColor(1090, 500);
            Color side = language == UiLanguage.ARABIC ? right : left;
            assertEquals(
                    Color.web(dark ? "#1b1f23" : "#f4f2ec"), side, "the list of conversations is on the wrong side");
        }
        assertEquals(UiLanguage.ENGLISH, assistant.language(), "a picture changes no setting");
        assertEquals(Theme.LIGHT, assistant.theme());
    }

    @Test
    void anUnknownScreenIsAProblem(@TempDir Path home) {
        Problem problem = assertThrows(
                Problem.class,
                () -> Screenshots.take(
                        new MemoryAssistant(home),
                        "moon",
                        new ScreenshotOptions(null, null, 100, 100, home.resolve("a.png"))));
        assertEquals("KOINE-A107", problem.code());
    }

    @Test
    void aFolderThatIsNotThereIsAProblem(@TempDir Path home) {
        Problem problem = assertThrows(
                Problem.class,
                () -> Screenshots.take(
                        new MemoryAssistant(home),
                        "chat",
                        new ScreenshotOptions(null, null, 100, 100, home.resolve("no/such/a.png"))));
        assertEquals("KOINE-A902", problem.code());
    }

    /** What cannot be taken from a profile: an answer on its way, and ones that went wrong. */
    @ParameterizedTest
    @CsvSource({"ENGLISH,false", "ARABIC,true"})
    void theStatesOfAConversationAreDrawn(UiLanguage language, boolean dark, @TempDir Path home) throws Exception {
        MemoryAssistant assistant = new MemoryAssistant(home);
        TestTasks clock = new TestTasks();
        Fx.run(() -> {
            assistant.add(
                    Instant.now().minusSeconds(900),
                    "What is a koine?",
                    "A **koine** is a language that people share.");
            assistant.setTheme(dark ? Theme.DARK : Theme.LIGHT);
            ShellModel shell = new ShellModel(assistant, new Texts(language, ZoneOffset.UTC), clock.tasks);
            Scene scene = new ShellView(shell).scene(1100, 760);
            shell.start();
            assistant.now = Instant.now();
            String name = "-" + language.tag() + (dark ? "-dark" : "-light") + ".png";
            Image empty = draw(scene, "empty" + name);

            assistant.script = (observer, stop) -> {
                observer.onLoadProgress(0.42);
                clock.pass(Duration.ofSeconds(1));
                Image loading = draw(scene, "loading" + name);
                assertTrue(different(empty, loading) > 1000);
                observer.onPromptProgress(300, 0, 900);
                clock.pass(Duration.ofSeconds(1));
                draw(scene, "reading" + name);
                write(observer, "Once upon a time, in a ");
                clock.pass(Duration.ofSeconds(1));
                throw new Problem("KOINE-E201", Map.of());
            };
            shell.session().get().draft().set("Tell me a story");
            shell.send();
            assistant.script = (observer, stop) -> {
                throw new Problem("KOINE-E103", Map.of());
            };
            shell.session().get().draft().set("And another one");
            shell.send();
            shell.delete(assistant.list().getLast());
            shell.session().get().draft().set("A draft\nof two lines");
            draw(scene, "broken" + name);
        });
    }

    private static void write(ChatObserver observer, String text) {
        List.of(text.split("(?<= )")).forEach(observer::onText);
    }

    private static Image draw(Scene scene, String name) {
        try {
            Image taken = Screenshots.draw(scene);
            Png.write(taken, PICTURES.resolve(name));
            return taken;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int different(Image one, Image other) {
        int count = 0;
        for (int y = 0; y < 760; y++) {
            for (int x = 0; x < 1100; x++) {
                if (one.getPixelReader().getArgb(x, y) != other.getPixelReader().getArgb(x, y)) {
                    count++;
                }
            }
        }
        return count;
    }
}
