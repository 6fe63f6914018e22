package koine.ui.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import koine.app.conversations.Layer;
import koine.app.layers.Layers;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import koine.models.InstalledAdapter;
import koine.ui.language.Texts;
import koine.ui.shell.ShellModel;
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
        assertEquals(List.of(new Layer("stories", 0.35)), model().chosen().get());
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
