package koine.ui.screenshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javafx.geometry.Bounds;
import javafx.geometry.Point2D;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.Labeled;
import javafx.scene.control.ToggleButton;
import javafx.scene.image.Image;
import javafx.scene.image.PixelReader;
import javafx.scene.paint.Color;
import koine.app.Desktop.ScreenshotOptions;
import koine.app.Settings.Theme;
import koine.app.chat.ChatObserver;
import koine.app.chat.Overflow;
import koine.app.conversations.Layer;
import koine.engine.client.EngineFacts;
import koine.engine.client.PackProbe.Outcome;
import koine.engine.client.Thinking;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import koine.models.InstalledAdapter;
import koine.ui.language.Texts;
import koine.ui.shell.ShellModel;
import koine.ui.shell.ShellView;
import koine.ui.testing.FakePacks;
import koine.ui.testing.Fx;
import koine.ui.testing.LayerFiles;
import koine.ui.testing.MemoryAssistant;
import koine.ui.testing.SampleProfile;
import koine.ui.testing.TestTasks;
import koine.ui.theme.Style;
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
        return read(file, 1100, 760);
    }

    private static Image read(Path file, int width, int height) throws Exception {
        try (var in = Files.newInputStream(file)) {
            Image image = new Image(in);
            assertEquals(width, image.getWidth());
            assertEquals(height, image.getHeight());
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

    /** A chosen card that is gone, in a window as narrow as it can be made. */
    @ParameterizedTest
    @CsvSource({"ENGLISH,false", "ARABIC,true", "HINDI,false"})
    void whyTheProcessorComputesIsDrawn(UiLanguage language, boolean dark, @TempDir Path home) throws Exception {
        MemoryAssistant assistant = SampleProfile.in(home);
        assistant
                .packs
                .install(FakePacks.VULKAN, FakePacks.ended(Outcome.CRASHED, "NVIDIA GeForce RTX 4070 Laptop GPU"))
                .install(FakePacks.CUDA, null);
        for (String device : new String[] {null, "AMD Radeon RX 7900 XTX (RADV NAVI31)"}) {
            assistant.setDevice(device);
            String name = device == null ? "crashed-" : "missing-";
            Path out = PICTURES.resolve(name + language.tag() + (dark ? "-dark" : "-light") + ".png");
            Screenshots.take(assistant, "settings", new ScreenshotOptions(language, dark, 480, 1000, out));
            try (var in = Files.newInputStream(out)) {
                assertEquals(1000, new Image(in).getHeight());
            }
        }
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
    @CsvSource({"ENGLISH,false", "ARABIC,true", "HINDI,false"})
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
                assertTrue(different(empty, loading).size() > 1000);
                observer.onNotices(List.of(
                        new Problem("KOINE-G106", Map.of("device", "Radeon RX 550", "step", "half")),
                        new Problem("KOINE-E114", Map.of("idleMinutes", 2, "usualMinutes", 10))));
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

    /** Thoughts folded and open, a limit, a conversation that is too long, and one whose beginning is not sent. */
    @ParameterizedTest
    @CsvSource({"ENGLISH,false", "ARABIC,true", "HINDI,false"})
    void thoughtsAndLongConversationsAreDrawn(UiLanguage language, boolean dark, @TempDir Path home) throws Exception {
        MemoryAssistant assistant = new MemoryAssistant(home);
        TestTasks clock = new TestTasks();
        String name = "-" + language.tag() + (dark ? "-dark" : "-light") + ".png";
        Fx.run(() -> {
            String[] words = WORDS.getOrDefault(language, new String[0]);
            String id = assistant.add(
                    Instant.now().minusSeconds(900), words[0], words[1], words[0], words[1], words[0], words[1]);
            assistant.setTheme(dark ? Theme.DARK : Theme.LIGHT);
            assistant.facts = new EngineFacts(8192, Thinking.SWITCHABLE, true);
            ShellModel shell = new ShellModel(assistant, new Texts(language, ZoneOffset.UTC), clock.tasks);
            shell.start();
            shell.prepareModels();
            assertTrue(shell.thinkingPossible().get());
            assistant.now = Instant.now();

            assistant.script = (observer, stop) -> {
                observer.onReasoning(words[2]);
                clock.pass(Duration.ofSeconds(1));
                draw(window(shell), "thinking" + name);
                observer.onText(words[1]);
            };
            assistant.finish = "length";
            shell.session().get().draft().set(words[0]);
            shell.send();
            Image folded = draw(window(shell), "thought-folded" + name);
            Scene open = window(shell);
            open.getRoot().applyCss(); // a scroll pane has its content only then
            ((ToggleButton) open.getRoot().lookup("." + Style.FOLD)).fire();
            assertTrue(different(folded, draw(open, "thought-open" + name)).size() > 1000);

            shell.open(id);
            assistant.script = (observer, stop) -> {
                throw new Problem("KOINE-E202", Map.of("promptTokens", 9120, "contextTokens", 8192));
            };
            shell.session().get().draft().set(words[0]);
            shell.send();
            draw(window(shell), "overflow" + name);

            assistant.script = (observer, stop) -> observer.onText(words[1]);
            assistant.summary = words[3];
            shell.summarize();
            draw(window(shell), "summarized" + name);
            shell.session().get().tooLong().undoNote();
            assistant.overflow = new Overflow(9120, 8192, 6, null);
            shell.dropOldest();
            draw(window(shell), "left-out" + name);
        });
    }

    /** There is no interface in Japanese yet, but there are answers. */
    @Test
    void aConversationInJapaneseIsDrawn(@TempDir Path home) throws Exception {
        MemoryAssistant assistant = new MemoryAssistant(home);
        Fx.run(() -> {
            String id = assistant.add(Instant.now().minusSeconds(900), "日本の四季について、短く教えてください。", """
                    日本には**春夏秋冬**の四つの季節があります。

                    1. 春は桜が咲き、三月の終わりから四月にかけて、多くの人が花見に出かけます。
                    2. 夏は蒸し暑く、各地で祭りや花火大会が開かれます。
                    3. 秋は紅葉が美しく、「食欲の秋」「読書の秋」とも言われます。
                    4. 冬は日本海側で雪が多く、太平洋側では晴れの日が続きます。

                    > 春はあけぼの。やうやう白くなりゆく山ぎは、少し明かりて、紫だちたる雲の細くたなびきたる。

                    ＡＢＣや`System.out`、ｶﾀｶﾅも混ざります。""");
            ShellModel shell =
                    new ShellModel(assistant, new Texts(UiLanguage.ENGLISH, ZoneOffset.UTC), new TestTasks().tasks);
            shell.start();
            Image empty = draw(window(shell), "empty-chat-en-light.png");
            shell.open(id);
            assertTrue(different(empty, draw(window(shell), "japanese-en-light.png"))
                            .size()
                    > 5000);
        });
    }

    /** Layers that fit, one that does not, and one that has gone; also in a narrow window. */
    @ParameterizedTest
    @CsvSource({"ENGLISH,false", "ARABIC,true", "HINDI,false"})
    void theLayersOfAConversationAreDrawn(UiLanguage language, boolean dark, @TempDir Path home) throws Exception {
        MemoryAssistant assistant = SampleProfile.in(home);
        LayerFiles files = LayerFiles.in(assistant, home);
        InstalledAdapter stories = files.fitting("marathi-stories", "मराठी गोष्टी", "Asha Deshpande");
        files.fitting("school", "لهجة المدرسة", "مدرسة النهضة");
        files.foreign("news", "Swahili news 2025 for very patient readers", "Kiswahili Lab");
        String id = assistant.list().getFirst().id();
        assistant.setLayers(
                id, List.of(new Layer(stories.id(), null, 0.8), new Layer("farming-tips", "a hash of old", 1)));
        String name = language.tag() + (dark ? "-dark" : "-light") + ".png";
        for (int[] size : new int[][] {{1100, 760}, {480, 440}}) {
            Path closed = PICTURES.resolve("layers-closed-" + size[0] + "-" + name);
            Path open = PICTURES.resolve("layers-" + size[0] + "-" + name);
            Screenshots.take(assistant, "chat", new ScreenshotOptions(language, dark, size[0], size[1], closed));
            Screenshots.take(
                    assistant, "chat", new ScreenshotOptions(language, dark, size[0], size[1], open, "layers"));
            Image shut = read(closed, size[0], size[1]);
            Image shown = read(open, size[0], size[1]);
            assertTrue(different(shut, shown).size() > size[0] * size[1] / 10, "no card is drawn");
        }
        Fx.run(() -> {
            ShellModel shell = new ShellModel(assistant, new Texts(language, ZoneOffset.UTC), new TestTasks().tasks);
            shell.appearance().setTheme(dark ? Theme.DARK : Theme.LIGHT);
            shell.start();
            shell.open(id);
            ShellView view = new ShellView(shell);
            Scene scene = view.scene(1100, 760);
            view.openLayers();
            Image strong = draw(scene, "layers-strong-" + name);
            Node card = scene.getRoot().lookup("." + Style.LAYERS);
            List<String> words = card.lookupAll(".label").stream()
                    .map(node -> String.valueOf(((Labeled) node).getText()))
                    .toList();
            Texts texts = new Texts(language, ZoneOffset.UTC);
            Bounds inWindow = card.localToScene(card.getBoundsInLocal());
            for (String word : List.of(
                    "SmolLM2 135M Instruct",
                    "मराठी गोष्टी",
                    "farming-tips",
                    "Swahili news 2025 for very patient readers",
                    texts.formats().percent(0.8),
                    texts.get("layers.base"),
                    texts.get(new Problem("KOINE-C114", Map.of("layer", "farming-tips", "why", "gone"))))) {
                assertTrue(words.contains(word), word + " is not among " + words);
            }
            assertTrue(words.stream().anyMatch(word -> word.contains("Asha Deshpande")), words.toString());
            assertEquals(
                    language == UiLanguage.ARABIC,
                    inWindow.getCenterX() < 550,
                    "the card is on the wrong side: " + inWindow);

            shell.layers().setStrength(stories.id(), 0.3);
            Labeled percent = (Labeled) card.lookup(".percent");
            assertEquals(texts.formats().percent(0.3), percent.getText());
            ShellView again = new ShellView(shell);
            Scene other = again.scene(1100, 760);
            again.openLayers();
            Image weak = draw(other, "layers-weak-" + name);
            Node strength = other.getRoot().lookup("." + Style.LAYERS).lookup(".strength");
            Bounds row = strength.localToScene(strength.getBoundsInLocal());
            List<Point2D> changed = different(strong, weak);
            assertTrue(changed.size() > 100, "another strength is not drawn");
            assertTrue(
                    changed.stream().allMatch(row::contains),
                    "something else is drawn otherwise, too: " + changed.getFirst() + " of " + row);
        });
    }

    private static Scene window(ShellModel shell) {
        return new ShellView(shell).scene(1100, 760);
    }

    /** A question, an answer, thoughts and a summary. */
    private static final Map<UiLanguage, String[]> WORDS = Map.of(
            UiLanguage.ENGLISH,
            new String[] {
                "Which is the longest river of Africa?",
                "The Nile, about 6,650 kilometres long.",
                "The user asks for the longest river of Africa.\n\nThat is usually said to be the Nile, with about"
                        + " 6,650 km; the Congo has more water but is shorter.\nالنيل أطول أنهار أفريقيا.\n\nI answer in one"
                        + " short sentence.",
                "The user asked three times for Africa's longest river; the answer was the Nile, about 6,650 kilometres."
            },
            UiLanguage.ARABIC,
            new String[] {
                "ما أطول نهر في أفريقيا؟",
                "النيل، وطوله نحو 6650 كيلومترًا.",
                "يسأل المستخدم عن أطول نهر في أفريقيا.\n\nيقال عادة إنه النيل، وطوله نحو 6650 كيلومترًا؛ أما الكونغو"
                        + " فماؤه أغزر لكنه أقصر.\nThe Nile is the longest river.\nأجيب بجملة قصيرة.",
                "سأل المستخدم ثلاث مرات عن أطول نهر في أفريقيا، والجواب هو النيل، وطوله نحو 6650 كيلومترًا."
            },
            UiLanguage.HINDI,
            new String[] {
                "अफ़्रीका की सबसे लंबी नदी कौन सी है?",
                "नील नदी, लगभग 6,650 किलोमीटर लंबी।",
                "उपयोगकर्ता अफ़्रीका की सबसे लंबी नदी पूछ रहा है।\n\nआम तौर पर नील को सबसे लंबा माना जाता है, लगभग 6,650"
                        + " किलोमीटर; कांगो में पानी ज़्यादा है पर वह छोटी है।\nThe Nile is the longest.",
                "उपयोगकर्ता ने तीन बार अफ़्रीका की सबसे लंबी नदी पूछी; उत्तर था नील नदी, लगभग 6,650 किलोमीटर।"
            });

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

    /** The middles of the pixels that differ. */
    private static List<Point2D> different(Image one, Image other) {
        List<Point2D> found = new ArrayList<>();
        for (int y = 0; y < (int) one.getHeight(); y++) {
            for (int x = 0; x < (int) one.getWidth(); x++) {
                if (one.getPixelReader().getArgb(x, y) != other.getPixelReader().getArgb(x, y)) {
                    found.add(new Point2D(x + 0.5, y + 0.5));
                }
            }
        }
        return found;
    }
}
