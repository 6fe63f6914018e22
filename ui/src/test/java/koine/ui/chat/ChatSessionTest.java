package koine.ui.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import koine.app.chat.ChatOptions;
import koine.app.conversations.MessageState;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import koine.ui.language.Texts;
import koine.ui.tasks.Tasks;
import koine.ui.testing.MemoryAssistant;
import koine.ui.testing.TestTasks;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ChatSessionTest {
    private final TestTasks clock = new TestTasks();
    private final MemoryAssistant assistant = new MemoryAssistant(Path.of("unused"));
    private final List<String> changes = new ArrayList<>();
    private final ChatSession session = begin(null);

    private ChatSession begin(@Nullable String id) {
        return new ChatSession(assistant, assistant, clock.tasks, id, changed -> changes.add("changed"));
    }

    private void ask(String question) {
        session.draft().set(question);
        session.send(ChatOptions.DEFAULT);
        clock.pass(Duration.ofSeconds(1));
    }

    private MessageModel answer() {
        return session.messages().getLast();
    }

    @Nested
    class AnAnswer {
        @Test
        void followsItsQuestionAndIsComplete() {
            ask("  What is the capital of France?\n");
            assertEquals(
                    "What is the capital of France?",
                    session.messages().getFirst().text().get());
            assertEquals("The capital of France is Paris.", answer().text().get());
            assertEquals(MessageState.COMPLETE, answer().state().get());
            assertFalse(session.busy());
            assertEquals("", session.draft().get());
            assertNotNull(session.id().get());
        }

        @Test
        void isRepaintedAtMostTwentyTimesASecondAtThreeHundredTokensASecond() {
            int[] repaints = {0};
            assistant.script = (observer, stop) -> {
                answer().text().subscribe((before, now) -> repaints[0]++);
                for (int token = 0; token < 600; token++) {
                    observer.onText("word ");
                    clock.pass(Duration.ofNanos(1_000_000_000L / 300));
                }
            };
            ask("Go on for two seconds");
            assertTrue(repaints[0] <= 41, repaints[0] + " repaints in two seconds");
            assertTrue(repaints[0] >= 38, repaints[0] + " repaints in two seconds");
            assertEquals("word ".repeat(600), answer().text().get());
        }

        @Test
        void showsLoadingThenReadingThenWriting() {
            List<Activity> seen = new ArrayList<>();
            session.activity().subscribe(now -> seen.add(now));
            assistant.script = (observer, stop) -> {
                observer.onLoadProgress(0.4);
                clock.pass(Duration.ofSeconds(1));
                observer.onPromptProgress(512, 0, 900);
                clock.pass(Duration.ofSeconds(1));
                observer.onText("Yes.");
            };
            ask("A long text");
            assertEquals(
                    List.of(
                            new Activity.Idle(),
                            new Activity.Asked(),
                            new Activity.Loading(0.4),
                            new Activity.Reading(512, 900),
                            new Activity.Writing(),
                            new Activity.Idle()),
                    seen);
        }

        @Test
        void thatIsStoppedKeepsWhatCameAsInterrupted() {
            assistant.script = (observer, stop) -> {
                observer.onText("Half an ");
                session.stop();
                assertInstanceOf(Activity.Stopping.class, session.activity().get());
                assertTrue(stop.now());
            };
            ask("Tell me everything");
            assertEquals("Half an ", answer().text().get());
            assertEquals(MessageState.INTERRUPTED, answer().state().get());
            assertNull(answer().problem().get());
            assertFalse(session.busy());
        }

        @Test
        void forWhichTheModelIsStillBeingLoadedCanBeStopped() {
            assistant.script = (observer, stop) -> {
                observer.onLoadProgress(0.4);
                clock.pass(Duration.ofSeconds(1));
                session.stop();
                assertEquals(
                        new Activity.Stopping(new Activity.Loading(0.4)),
                        session.activity().get());
                observer.onLoadProgress(0.6); // said before the stop was heard
                clock.pass(Duration.ofSeconds(1));
                assertInstanceOf(Activity.Stopping.class, session.activity().get());
                assertTrue(stop.now());
            };
            ask("Tell me everything");
            assertEquals(MessageState.INTERRUPTED, answer().state().get());
            assertNull(answer().problem().get());
            assertFalse(session.busy());
        }

        @Test
        void canComeWithSomethingToKnowAboutItsEngine() {
            Problem notice = new Problem("KOINE-E114", Map.of("idleMinutes", 2, "usualMinutes", 10));
            Problem other = new Problem("KOINE-G106", Map.of("device", "a card", "step", "processor"));
            assistant.script = (observer, stop) -> {
                observer.onNotices(List.of(notice, other));
                observer.onText("Yes.");
            };
            ask("Hello?");
            assertEquals(List.of(notice, other), session.notices().get());
            assertNull(session.problem().get(), "it is no failure");
            assertEquals(MessageState.COMPLETE, answer().state().get());

            assistant.script = (observer, stop) -> observer.onText("Still the same engine.");
            ask("And now?");
            assertEquals(List.of(notice, other), session.notices().get(), "it is said once, and stays true");

            assistant.script = (observer, stop) -> {
                observer.onNotices(List.of());
                observer.onText("Another one.");
            };
            ask("And after the engine was loaded anew?");
            assertEquals(List.of(), session.notices().get());
        }

        @Test
        void lostToAKilledEngineSaysSoInOneSentenceAndTheNextQuestionWorks() {
            assistant.script = (observer, stop) -> {
                observer.onText("The capital of");
                throw new Problem("KOINE-E201", Map.of());
            };
            ask("What is the capital of France?");
            assertEquals("The capital of", answer().text().get());
            assertEquals(MessageState.INTERRUPTED, answer().state().get());
            Problem why = answer().problem().get();
            assertNotNull(why);
            for (UiLanguage language : UiLanguage.values()) {
                String sentence = new Texts(language, ZoneOffset.UTC).get(why);
                assertTrue(sentence.contains("KOINE-E201"), sentence);
                assertTrue(sentence.length() > 30, sentence);
            }

            assistant.script = (observer, stop) -> observer.onText("Paris.");
            ask("And now?");
            assertEquals("Paris.", answer().text().get());
            assertEquals(MessageState.COMPLETE, answer().state().get());
            assertEquals(4, session.messages().size());
        }

        @Test
        void thatNeverCameIsFailed() {
            assistant.script = (observer, stop) -> {
                throw new Problem("KOINE-E201", Map.of());
            };
            ask("Hello?");
            assertEquals(MessageState.FAILED, answer().state().get());
        }

        @Test
        void askedForAnewTakesThePlaceOfTheOldOne() {
            ask("What is the capital of France?");
            MessageModel old = answer();
            assistant.script = (observer, stop) -> observer.onText("It is Paris.");
            session.retry(ChatOptions.DEFAULT);
            clock.pass(Duration.ofSeconds(1));
            assertEquals(2, session.messages().size());
            assertFalse(session.messages().contains(old));
            assertEquals("It is Paris.", answer().text().get());
        }

        @Test
        void thatFailsUnexpectedlyLeavesTheConversationUsable() {
            assistant.script = (observer, stop) -> {
                throw new IllegalStateException("a bug");
            };
            ask("Hello?");
            Problem why = answer().problem().get();
            assertEquals("KOINE-A901", why == null ? null : why.code());
            assertFalse(session.busy());
        }
    }

    @Nested
    class AQuestion {
        @Test
        void ofOnlySpacesIsNotSent() {
            ask(" \n ");
            assertTrue(session.messages().isEmpty());
            assertEquals(" \n ", session.draft().get());
        }

        @Test
        void thatCouldNotBeStoredGoesBackToWhereItWasTyped() {
            assistant.beforeStoring = new Problem("KOINE-M103", Map.of());
            ask("Hello?");
            assertEquals("Hello?", session.draft().get());
            assertTrue(session.messages().isEmpty());
            Problem why = session.problem().get();
            assertEquals("KOINE-M103", why == null ? null : why.code());

            assistant.beforeStoring = null;
            ask("Hello?");
            assertNull(session.problem().get());
        }

        @Test
        void thatCouldNotBeStoredGoesBackBeforeWhatWasTypedMeanwhile() {
            assistant.beforeStoring = new Problem("KOINE-M103", Map.of());
            session.activity().subscribe(now -> {
                if (now.busy()) {
                    session.draft().set("And another thing");
                }
            });
            ask("Hello?");
            assertEquals("Hello?\n\nAnd another thing", session.draft().get());
        }

        @Test
        void typedWhileAnAnswerRunsWaitsAsADraft() {
            assistant.script = (observer, stop) -> {
                session.draft().set("The next one");
                session.send(ChatOptions.DEFAULT);
                observer.onText("Yes.");
            };
            ask("First");
            assertEquals("The next one", session.draft().get());
            assertEquals(2, session.messages().size());
        }
    }

    @Test
    void aConversationThatWasTooLongOffersItsWaysOutAgainWhenItIsOpenedCold() throws Exception {
        assistant.script = (observer, stop) -> {
            throw new Problem("KOINE-E202", Map.of("promptTokens", 9120, "contextTokens", 8192));
        };
        ask("A question too many");
        String id = session.id().get();
        assertNotNull(id);

        ChatSession cold = begin(id);
        cold.load(null);
        Problem why = cold.messages().getLast().problem().get();
        assertNotNull(why);
        assertEquals("KOINE-E202", why.code());
        assertEquals(Map.of("promptTokens", 9120, "contextTokens", 8192), why.arguments());
        assertNull(cold.tooLong().overflow().get(), "looking must not load a model");
        assertNull(cold.room().get(), "an answer that never came measures nothing");

        cold.load(ChatOptions.DEFAULT);
        assertEquals(assistant.overflow, cold.tooLong().overflow().get());
        assertFalse(cold.tooLong().finding().get());

        assistant.script = (observer, stop) -> observer.onText("Now it fits.");
        cold.tooLong().enlarge(16_384, ChatOptions.DEFAULT);
        clock.pass(Duration.ofSeconds(1));
        assertEquals(16_384, assistant.enlargedTo);
        assertEquals("Now it fits.", cold.messages().getLast().text().get());
        assertNull(cold.tooLong().overflow().get());
    }

    @Test
    void aStoredConversationIsReadOnceItIsOpened() {
        String id = assistant.add(assistant.now, "Question", "Answer");
        ChatSession stored = begin(id);
        assertTrue(stored.messages().isEmpty());
        stored.load(ChatOptions.DEFAULT);
        assertEquals(2, stored.messages().size());
    }

    private static List<String> texts(ChatSession of) {
        return of.messages().stream().map(message -> message.text().get()).toList();
    }

    @Test
    void aFailedReadSaysSoAndIsTriedAgain() {
        ChatSession stored = begin(assistant.add(assistant.now, "Question", "Answer"));
        assistant.broken = new Problem("KOINE-C102", Map.of());
        stored.load(ChatOptions.DEFAULT);
        assertSame(assistant.broken, stored.problem().get());
        assistant.broken = null;
        stored.load(ChatOptions.DEFAULT);
        assertNull(stored.problem().get());
        assertEquals(List.of("Question", "Answer"), texts(stored));
    }

    @Test
    void whatWasSaidBeforeStandsBeforeAQuestionThatWasAskedWhileItWasRead() {
        ChatSession stored = begin(assistant.add(assistant.now, "Question", "Answer"));
        assistant.script = (observer, stop) -> {
            observer.onText("Yes.");
            stored.load(ChatOptions.DEFAULT);
        };
        stored.draft().set("And now?");
        stored.send(ChatOptions.DEFAULT);
        clock.pass(Duration.ofSeconds(1));
        assertEquals(List.of("Question", "Answer", "And now?", "Yes."), texts(stored));
        assertEquals(MessageState.COMPLETE, stored.messages().getLast().state().get());
    }

    @Test
    void aReadThatEndsAfterTheAnswerKeepsTheAnswer() {
        List<Runnable> background = new ArrayList<>();
        Tasks slow = new Tasks(background::add, Runnable::run, (delay, work) -> {}, System::nanoTime);
        String id = assistant.add(assistant.now, "Question", "Answer");
        ChatSession stored = new ChatSession(assistant, assistant, slow, id, changed -> {});
        stored.load(ChatOptions.DEFAULT);
        stored.draft().set("And now?");
        stored.send(ChatOptions.DEFAULT);
        background.get(1).run();
        background.get(0).run();
        assertEquals(List.of("Question", "Answer", "And now?", "The capital of France is Paris."), texts(stored));
    }

    @Test
    void whatAnotherProgramWroteIsShownWhenItIsOpenedAgain() {
        String id = assistant.add(assistant.now, "Question", "Answer");
        ChatSession stored = begin(id);
        stored.load(ChatOptions.DEFAULT);
        MessageModel first = stored.messages().getFirst();
        assistant.now = assistant.now.plusSeconds(60);
        assistant.store(id, "user", "From the terminal", MessageState.COMPLETE);
        assistant.store(id, "assistant", "Hello.", MessageState.COMPLETE);
        stored.load(ChatOptions.DEFAULT);
        assertEquals(List.of("Question", "Answer", "From the terminal", "Hello."), texts(stored));
        assertSame(first, stored.messages().getFirst());
    }

    @Test
    void anErrorInTheBackgroundLeavesTheConversationUsable() {
        assistant.script = (observer, stop) -> {
            throw new StackOverflowError("deep");
        };
        session.draft().set("Hello?");
        assertThrows(StackOverflowError.class, () -> session.send(ChatOptions.DEFAULT));
        assertFalse(session.busy());
        assertEquals(MessageState.FAILED, answer().state().get());
    }
}
