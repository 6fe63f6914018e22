package koine.ui.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import koine.app.conversations.Layer;
import koine.app.layers.Layers;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import koine.models.InstalledAdapter;
import koine.models.Sha256;
import koine.ui.language.Texts;
import koine.ui.shell.ShellModel;
import koine.ui.tasks.Tasks;
import koine.ui.testing.LayerFiles;
import koine.ui.testing.MemoryAssistant;
import koine.ui.testing.TestTasks;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayersModelTest {
    private MemoryAssistant assistant;
    private LayerFiles files;
    private ShellModel shell;

    @BeforeEach
    void start(@TempDir Path home) throws Exception {
        assistant = new MemoryAssistant(home);
        files = LayerFiles.in(assistant, home);
        shell = new ShellModel(assistant, new Texts(UiLanguage.ENGLISH, ZoneOffset.UTC), new TestTasks().tasks);
        shell.start();
    }

    private LayersModel model() {
        return shell.layers();
    }

    private LayersModel.Now now() {
        return Objects.requireNonNull(model().now().get());
    }

    private void ask(String question) {
        shell.session().get().draft().set(question);
        shell.send();
    }

    private @Nullable List<Layer> asked() {
        return assistant.asked.getLast().layers();
    }

    @Test
    void nothingIsShownWhileThereIsNoLayer() throws Exception {
        assertFalse(model().possible().get());
        files.fitting("stories", "Stories", "Asha");
        shell.refresh();
        assertTrue(model().possible().get(), "one was put into the folder");
        assertEquals(1, now().others().size());
        ask("q");
        assertNull(asked(), "who chose none leaves the conversation its own");
    }

    @Test
    void whatIsChosenCountsFromTheNextAnswerOnAndIsKept() throws Exception {
        InstalledAdapter stories = files.fitting("stories", "Stories", "Asha");
        files.foreign("news", "News", "Kiswahili Lab");
        shell.refresh();
        model().add(stories);
        model().setStrength("stories", 0.35);
        assertEquals(0.35, model().strength("stories"));
        assertEquals(
                List.of("stories"),
                now().chosen().stream().map(look -> look.layer().name()).toList());
        assertEquals(
                List.of("news"),
                now().others().stream().map(offer -> offer.adapter().id()).toList());
        assertEquals(0, assistant.asked.size(), "nothing is asked for it");
        ask("one");
        assertEquals(List.of(new Layer("stories", 0.35)), asked());
        ask("two");
        assertNull(asked(), "the conversation has it by now");
        shell.newConversation();
        assertEquals(List.of(), model().chosen().get());
        shell.open(assistant.list().getFirst().id());
        assertEquals(
                List.of(new Layer("stories", Sha256.of(stories.path()), 0.35)),
                model().chosen().get());
        assertEquals(List.of(""), problems());
        model().remove("stories");
        shell.retry();
        assertEquals(List.of(), assistant.layers(assistant.list().getFirst().id()));
    }

    @Test
    void anAnswerThatFailedBeforeItWasStoredLeavesTheChoiceToTheNext() throws Exception {
        model().add(files.fitting("stories", "Stories", "Asha"));
        assistant.beforeStoring = new Problem("KOINE-E103", Map.of());
        ask("one");
        assistant.beforeStoring = null;
        ask("two");
        assertEquals(List.of(new Layer("stories", 1)), asked());
    }

    @Test
    void aChangeWhileAnAnswerComesIsForTheNext() throws Exception {
        InstalledAdapter stories = files.fitting("stories", "Stories", "Asha");
        assistant.script = (observer, stop) -> {
            if (model().chosen().get().isEmpty()) {
                model().add(stories);
            }
        };
        ask("one");
        assertNull(asked());
        ask("two");
        assertEquals(List.of(new Layer("stories", 1)), asked());
    }

    @Test
    void aChangeBeforeTheQuestionIsStoredIsForTheNextToo() throws Exception {
        model().add(files.fitting("stories", "Stories", "Asha"));
        assistant.whenAsked = () -> model().setStrength("stories", 0.5);
        ask("one");
        assertEquals(List.of(new Layer("stories", 1)), asked());
        ask("two");
        assertEquals(List.of(new Layer("stories", 0.5)), asked());
    }

    @Test
    void whatCannotBeUsedIsSaidWithItsReason() throws Exception {
        InstalledAdapter stories = files.fitting("stories", "Stories", "Asha");
        InstalledAdapter news = files.foreign("news", "News", "Kiswahili Lab");
        String id = assistant.add(Instant.parse("2026-11-22T10:15:00Z"), "q", "a");
        assistant.setLayers(
                id,
                List.of(
                        new Layer("news", 1),
                        new Layer("stories", "the hash of another", 1),
                        new Layer("gone", "a hash", 1)));
        shell.open(id);
        assertEquals(List.of("KOINE-E117", "KOINE-C114", "KOINE-C114"), problems());
        assertEquals("News", model().nameOf(new Layer("news", 1)));
        assertEquals("gone", model().nameOf(new Layer("gone", 1)));
        model().remove("gone");
        model().remove("news");
        files.remove(news);
        files.remove(stories);
        shell.refresh();
        assertTrue(model().possible().get(), "a layer that has gone can be taken out");
        model().remove("stories");
        assertFalse(model().possible().get());
        assertNull(model().now().get());
    }

    @Test
    void layersOfTwoConversationsThatAreNamedAlikeAreLookedAtEachForItself() throws Exception {
        InstalledAdapter stories = files.fitting("stories", "Stories", "Asha");
        String good = conversation(new Layer("stories", Sha256.of(stories.path()), 1));
        String old = conversation(new Layer("stories", "the hash of another", 1));
        shell.open(good);
        assertEquals(List.of(""), problems());
        shell.open(old);
        assertEquals(List.of("KOINE-C114"), problems());
        shell.open(good);
        assertEquals(List.of(""), problems());
    }

    @Test
    void aLookThatWasBegunBeforeTheLayersWereReadIsNotTheLast() throws Exception {
        InstalledAdapter stories = files.fitting("stories", "Stories", "Asha");
        String good = conversation(new Layer("stories", Sha256.of(stories.path()), 1));
        String old = conversation(new Layer("stories", "the hash of another", 1));
        Deque<Runnable> waiting = new ArrayDeque<>();
        Tasks slow = new Tasks(waiting::add, Runnable::run, (delay, work) -> {}, () -> 0);
        shell = new ShellModel(assistant, new Texts(UiLanguage.ENGLISH, ZoneOffset.UTC), slow);
        shell.start();
        shell.open(good);
        drain(waiting);
        assertEquals(List.of(""), problems());
        shell.open(old);
        assertNull(model().now().get(), "nothing is said of them before they were looked at");
        drain(waiting);
        assertEquals(List.of("KOINE-C114"), problems());
    }

    private static void drain(Deque<Runnable> waiting) {
        for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
            next.run();
        }
    }

    private String conversation(Layer layer) {
        String id = assistant.add(Instant.parse("2026-11-22T10:15:00Z"), "q", "a");
        assistant.setLayers(id, List.of(layer));
        return id;
    }

    @Test
    void aLayerThatIsCalledOtherwiseByNowIsStillTheConversations() throws Exception {
        InstalledAdapter stories = files.fitting("stories", "Stories", "Asha");
        String id = conversation(new Layer("STORIES", Sha256.of(stories.path()), 1));
        shell.open(id);
        assertEquals(List.of(), now().others(), "it is not offered once more");
        assertEquals("Stories", model().nameOf(new Layer("STORIES", 1)));
        assertEquals("STORIES", now().chosen().getFirst().wanted().name());
        model().remove("STORIES");
        assertEquals(1, now().others().size());
    }

    @Test
    void whatWasChosenForOneConversationIsNotWhatAnotherIsExaminedWith() throws Exception {
        String id = assistant.add(Instant.parse("2026-11-22T10:15:00Z"), "q", "a");
        assistant.script = (observer, stop) -> {
            throw new Problem("KOINE-E202", Map.of("promptTokens", 9_000, "contextTokens", 8_192));
        };
        shell.open(id);
        ask("too long");
        ShellModel other =
                new ShellModel(assistant, new Texts(UiLanguage.ENGLISH, ZoneOffset.UTC), new TestTasks().tasks);
        other.start();
        other.prepareModels();
        other.layers().add(files.fitting("stories", "Stories", "Asha"));
        assistant.examined.clear();
        other.open(id);
        assertEquals(1, assistant.examined.size());
        assertNull(assistant.examined.getFirst().layers());
    }

    private List<String> problems() {
        return now().chosen().stream()
                .map(look -> {
                    Problem problem = look.problem();
                    return problem == null ? "" : problem.code();
                })
                .toList();
    }

    @Test
    void theCardNamesWhoMadeWhat() throws Exception {
        InstalledAdapter stories = files.fitting("stories", "Stories", "Asha");
        model().add(stories);
        assertEquals(new Layers.Origin("Hugging Face", "Apache-2.0"), now().origin());
        Layers.Look look = now().chosen().getFirst();
        assertNull(look.problem());
        assertNotNull(look.layer().sha256());
        assertEquals("Asha", Objects.requireNonNull(look.adapter()).facts().maker());
    }
}
