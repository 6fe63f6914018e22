package koine.ui.conversations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import koine.app.conversations.Conversation;
import koine.i18n.Problem;
import koine.ui.testing.MemoryAssistant;
import koine.ui.testing.TestTasks;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConversationListTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private final TestTasks clock = new TestTasks();
    private final MemoryAssistant assistant = new MemoryAssistant(Path.of("unused"));
    private final ConversationList list = new ConversationList(assistant, clock.tasks);

    @BeforeEach
    void threeConversations() {
        assistant.add(NOON.minusSeconds(60), "The Straße of Berlin", "…");
        assistant.add(NOON, "आसमान नीला क्यों है?", "…");
        assistant.add(NOON.minusSeconds(30), "ما معنى كلمة", "…");
        list.refresh(() -> {});
    }

    private List<String> titles() {
        return list.shown().stream().map(Conversation::title).toList();
    }

    @Test
    void theNewestComesFirst() {
        assertEquals(List.of("आसमान नीला क्यों है?", "ما معنى كلمة", "The Straße of Berlin"), titles());
    }

    @Test
    void searchingFindsTitlesInAnyCase() {
        list.query().set(" STRASSE");
        assertEquals(List.of("The Straße of Berlin"), titles());
        list.query().set("नीला");
        assertEquals(List.of("आसमान नीला क्यों है?"), titles());
        list.query().set("");
        assertEquals(3, titles().size());
    }

    @Test
    void aDeletedOneLeavesTheListAtOnceAndTheDiskWhenItCannotBeTakenBack() {
        Conversation first = list.shown().getFirst();
        list.delete(first);
        assertEquals(2, list.shown().size());
        assertTrue(assistant.find(first.id()).isPresent());
        clock.pass(Duration.ofSeconds(11));
        assertTrue(assistant.find(first.id()).isEmpty());
        assertNull(list.deleted().get());
    }

    @Test
    void deletingCanBeTakenBack() {
        Conversation first = list.shown().getFirst();
        list.delete(first);
        list.undoDelete();
        assertEquals(first, list.shown().getFirst());
        clock.pass(Duration.ofMinutes(1));
        assertTrue(assistant.find(first.id()).isPresent());
    }

    @Test
    void deletingASecondOneFinishesTheFirst() {
        Conversation first = list.shown().get(0);
        Conversation second = list.shown().get(1);
        list.delete(first);
        list.delete(second);
        assertTrue(assistant.find(first.id()).isEmpty());
        assertTrue(assistant.find(second.id()).isPresent());
        assertEquals(1, list.shown().size());
    }

    @Test
    void aProfileThatCannotBeReadSaysSoUntilItCan() {
        assistant.broken = new Problem("KOINE-C102", Map.of());
        list.refresh(() -> {});
        assertSame(assistant.broken, list.problem().get());
        assertEquals(3, titles().size());
        assistant.broken = null;
        list.refresh(() -> {});
        assertNull(list.problem().get());
    }

    @Test
    void aNameThatCouldNotBeStoredSaysSoUntilThatIsDismissed() {
        Problem full = new Problem("KOINE-C102", Map.of());
        Conversation first = list.shown().getFirst();
        assistant.broken = full;
        list.rename(first, "The sky");
        assistant.broken = null;
        assertSame(full, list.problem().get());
        assertEquals(first.title(), titles().getFirst());
        list.dismissProblem();
        assertNull(list.problem().get());
    }

    @Test
    void renamingIsStoredAndAnEmptyNameIsNot() {
        list.rename(list.shown().getFirst(), "  The sky ");
        assertEquals("The sky", titles().getFirst());
        list.rename(list.shown().getFirst(), "   ");
        assertEquals("The sky", titles().getFirst());
    }
}
