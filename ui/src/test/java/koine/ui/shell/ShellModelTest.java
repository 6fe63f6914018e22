package koine.ui.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import koine.app.Settings.Theme;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import koine.ui.chat.ChatSession;
import koine.ui.language.Texts;
import koine.ui.shell.ShellModel.Screen;
import koine.ui.testing.MemoryAssistant;
import koine.ui.testing.TestTasks;
import org.junit.jupiter.api.Test;

class ShellModelTest {
    private final TestTasks clock = new TestTasks();
    private final MemoryAssistant assistant = new MemoryAssistant(Path.of("unused"));
    private final Texts texts = new Texts(UiLanguage.ENGLISH, ZoneOffset.UTC);
    private final ShellModel shell = new ShellModel(assistant, texts, clock.tasks);

    private void ask(String question) {
        shell.session().get().draft().set(question);
        shell.send();
        clock.pass(Duration.ofSeconds(1));
    }

    @Test
    void onlyAWindowThatLoadsModelsFindsOutWhatCanBeDoneAboutATooLongConversation() {
        assistant.script = (observer, stop) -> {
            throw new Problem("KOINE-E202", Map.of("promptTokens", 9120, "contextTokens", 8192));
        };
        shell.session().get().draft().set("Hello?");
        shell.send();
        String id = shell.session().get().id().get();
        assertTrue(id != null);

        ShellModel picture = new ShellModel(assistant, new Texts(UiLanguage.ENGLISH, ZoneOffset.UTC), clock.tasks);
        picture.open(id);
        assertNull(picture.session().get().tooLong().overflow().get());

        ShellModel window = new ShellModel(assistant, new Texts(UiLanguage.ENGLISH, ZoneOffset.UTC), clock.tasks);
        window.prepareModels();
        window.open(id);
        assertEquals(
                assistant.overflow, window.session().get().tooLong().overflow().get());
    }

    @Test
    void anEmptyProfileIsWelcomedAndOneWithConversationsIsNot() {
        shell.start();
        assertEquals(Screen.WELCOME, shell.screen().get());

        assistant.add(assistant.now, "Question", "Answer");
        ShellModel later = new ShellModel(assistant, texts, clock.tasks);
        later.start();
        assertEquals(Screen.CHAT, later.screen().get());
    }

    @Test
    void aFirstQuestionAppearsInTheList() {
        shell.start();
        shell.newConversation();
        assertEquals(Screen.CHAT, shell.screen().get());
        ask("What is the capital of France?");
        assertEquals(1, shell.conversations().shown().size());
    }

    @Test
    void draftsStayWithTheirConversations() {
        String first = assistant.add(assistant.now, "First", "…");
        String second = assistant.add(assistant.now, "Second", "…");
        shell.start();
        shell.open(first);
        shell.session().get().draft().set("half a thought");
        shell.open(second);
        assertEquals("", shell.session().get().draft().get());
        shell.open(first);
        assertEquals("half a thought", shell.session().get().draft().get());
    }

    @Test
    void anAnswerGoesOnWhileAnotherConversationIsLookedAt() {
        String other = assistant.add(assistant.now, "Other", "…");
        shell.start();
        ChatSession asking = shell.session().get();
        assistant.script = (observer, stop) -> {
            observer.onText("One ");
            shell.open(other);
            observer.onText("two.");
        };
        ask("Count");
        assertNotSame(asking, shell.session().get());
        String id = asking.id().get();
        assertTrue(id != null);
        shell.open(id);
        assertSame(asking, shell.session().get());
        assertEquals("One two.", asking.messages().getLast().text().get());
    }

    @Test
    void deletingTheOpenConversationBeginsANewOne() {
        String id = assistant.add(assistant.now, "Question", "Answer");
        shell.start();
        shell.open(id);
        shell.delete(shell.conversations().shown().getFirst());
        assertNull(shell.session().get().id().get());
        assertTrue(shell.conversations().shown().isEmpty());
    }

    @Test
    void closingStopsTheAnswerAndFinishesDeleting() {
        String old = assistant.add(assistant.now, "Old", "…");
        shell.start();
        shell.delete(shell.conversations().shown().getFirst());
        boolean[] stopped = {false};
        assistant.script = (observer, stop) -> {
            shell.close();
            stopped[0] = stop.now();
        };
        ask("Long one");
        assertTrue(stopped[0]);
        assertTrue(assistant.find(old).isEmpty());
    }

    @Test
    void answersCarryALanguageOnlyWhenOneWasAskedFor() {
        assertNull(shell.models().options().language());
        ShellModel arabic = new ShellModel(assistant, texts, clock.tasks, "ar");
        assertEquals("ar", arabic.models().options().language());
        assertEquals(UiLanguage.ENGLISH, assistant.language());
    }

    @Test
    void languageAndThemeAreKept() {
        shell.appearance().setLanguage(UiLanguage.ARABIC);
        shell.appearance().setTheme(Theme.DARK);
        assertEquals(UiLanguage.ARABIC, assistant.language());
        assertEquals(Theme.DARK, assistant.theme());
        assertTrue(shell.appearance().dark().get());
        shell.appearance().toggleDark();
        assertEquals(Theme.LIGHT, assistant.theme());
    }

    @Test
    void theThemeFollowsTheSystemWhenToldTo() {
        shell.appearance().setTheme(Theme.SYSTEM);
        assertFalse(shell.appearance().dark().get());
        shell.appearance().setSystemDark(true);
        assertTrue(shell.appearance().dark().get());
    }

    @Test
    void withoutAModelItSaysWhy() {
        assistant.models = List.of();
        shell.start();
        assertNull(shell.models().current().get());
        Problem why = shell.models().problem().get();
        assertEquals("KOINE-M103", why == null ? null : why.code());
    }
}
