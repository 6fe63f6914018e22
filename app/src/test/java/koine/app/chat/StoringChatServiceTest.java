package koine.app.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import koine.app.Koine;
import koine.app.TestProfile;
import koine.app.conversations.ChatTurn;
import koine.app.conversations.Conversation;
import koine.app.conversations.Message;
import koine.app.conversations.MessageState;
import koine.engine.client.ChatMessage;
import koine.engine.client.ChatResult.Finish;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoadListener;
import koine.engine.client.Sampling;
import koine.i18n.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StoringChatServiceTest {
    private static final ChatObserver NOBODY = new ChatObserver() {};

    @TempDir
    Path home;

    private static List<String> texts(List<Message> messages) {
        return messages.stream().map(Message::content).toList();
    }

    private static Message last(Koine koine) {
        String id = koine.conversations().list().getFirst().id();
        return koine.conversations().messages(id).getLast();
    }

    @Test
    void the_question_is_on_disk_before_the_engine_sees_it() throws Problem {
        List<Message> seen = new ArrayList<>();
        Koine[] self = new Koine[1];
        ScriptedEngines engines = new ScriptedEngines((request, listener, running) -> {
            seen.addAll(self[0].conversations().messages(String.valueOf(request.cacheKey())));
            listener.onText("4");
            return ScriptedEngines.result(Finish.STOP);
        });
        try (Koine koine = TestProfile.open(home, engines)) {
            self[0] = koine;
            Message answer = koine.chat().ask(null, "2 + 2?", ChatOptions.DEFAULT, NOBODY);
            assertEquals(List.of("2 + 2?", ""), texts(seen));
            assertEquals(MessageState.COMPLETE, seen.getFirst().state());
            assertEquals(MessageState.STREAMING, seen.getLast().state());
            assertEquals("4", answer.content());
            assertEquals(MessageState.COMPLETE, answer.state());
            assertEquals(answer, last(koine));
            assertEquals(new Message.Timings(11, 4, 3, 20.5, 40.25), answer.timings());
        }
    }

    @Test
    void what_has_streamed_is_on_disk_within_a_second_also_when_the_engine_falls_silent() throws Problem {
        Koine[] self = new Koine[1];
        ScriptedEngines engines = new ScriptedEngines((request, listener, running) -> {
            listener.onText("half ");
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
            while (!last(self[0]).content().equals("half ")) {
                assertTrue(System.nanoTime() < deadline, "not on disk after a second");
                Thread.onSpinWait();
            }
            listener.onText("whole");
            return ScriptedEngines.result(Finish.STOP);
        });
        try (Koine koine = TestProfile.open(home, engines)) {
            self[0] = koine;
            assertEquals(
                    "half whole",
                    koine.chat().ask(null, "q", ChatOptions.DEFAULT, NOBODY).content());
        }
    }

    @Test
    void the_model_sees_the_system_prompt_and_all_turns_but_no_failed_answer() throws Problem {
        int[] count = {0};
        ScriptedEngines engines = new ScriptedEngines((request, listener, running) -> {
            int turn = count[0]++;
            if (turn == 1 || turn == 2) { // the engine found dead is replaced once, and dies again
                throw running.die();
            }
            listener.onText("answer " + count[0]);
            return ScriptedEngines.result(Finish.STOP);
        });
        try (Koine koine = TestProfile.open(home, engines)) {
            ChatOptions options = new ChatOptions(null, "Be kind.", new Sampling(0.0, null, null, null, 7L), 50, true);
            String id = koine.chat().ask(null, "one", options, NOBODY).conversationId();
            assertThrows(Problem.class, () -> koine.chat().ask(id, "two", ChatOptions.DEFAULT, NOBODY));
            koine.chat().ask(id, "three", ChatOptions.DEFAULT, NOBODY);
            assertEquals(
                    List.of(new ChatMessage("system", "Be kind."), new ChatMessage("user", "one")),
                    engines.requests.getFirst().messages());
            assertEquals(
                    List.of(
                            new ChatMessage("system", "Be kind."),
                            new ChatMessage("user", "one"),
                            new ChatMessage("assistant", "answer 1"),
                            new ChatMessage("user", "two\n\nthree")),
                    engines.requests.getLast().messages());
            assertEquals(options.sampling(), engines.requests.getFirst().sampling());
            assertEquals(50, engines.requests.getFirst().maxTokens());
            assertEquals(id, engines.requests.getLast().cacheKey());
        }
    }

    @Test
    void stopped_keeps_what_arrived_as_interrupted() throws Exception {
        CountDownLatch streaming = new CountDownLatch(1);
        ScriptedEngines engines = new ScriptedEngines((request, listener, running) -> {
            listener.onText("a beginning");
            streaming.countDown();
            return ScriptedEngines.result(running.cancelledWithin(10_000) ? Finish.CANCELLED : Finish.STOP);
        });
        try (Koine koine = TestProfile.open(home, engines)) {
            String[] id = new String[1];
            Thread stopper = Thread.ofVirtual().start(() -> {
                try {
                    streaming.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                koine.chat().stop(id[0]);
            });
            Message answer = koine.chat().ask(null, "q", ChatOptions.DEFAULT, new ChatObserver() {
                @Override
                public void onStored(ChatTurn turn) {
                    id[0] = turn.conversation().id();
                }
            });
            stopper.join();
            assertEquals("a beginning", answer.content());
            assertEquals(MessageState.INTERRUPTED, answer.state());
            assertEquals(answer, last(koine));
        }
    }

    @Test
    void stopping_does_not_wait_for_a_model_that_is_loading() throws Exception {
        CountDownLatch loaded = new CountDownLatch(1);
        CountDownLatch loading = new CountDownLatch(1);
        ScriptedEngines inner = ScriptedEngines.saying("later");
        Engines slow = new Engines() {
            @Override
            public EngineLease acquire(EngineSpec spec, LoadListener listener) throws Problem {
                loading.countDown();
                try {
                    loaded.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return inner.acquire(spec, listener);
            }
        };
        try (Koine koine = TestProfile.open(home, slow)) {
            String[] id = new String[1];
            Message answer = koine.chat().ask(null, "q", ChatOptions.DEFAULT, new ChatObserver() {
                @Override
                public void onStored(ChatTurn turn) {
                    id[0] = turn.conversation().id();
                    Thread.ofVirtual().start(() -> {
                        try {
                            loading.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        koine.chat().stop(id[0]);
                    });
                }
            });
            assertEquals(MessageState.INTERRUPTED, answer.state());
            assertEquals(0, inner.acquired.get());
            loaded.countDown();
            assertEquals(
                    "later",
                    koine.chat()
                            .ask(id[0], "again", ChatOptions.DEFAULT, NOBODY)
                            .content());
            assertEquals(1, inner.acquired.get(), "the load that was given up serves the next question");
        }
    }

    @Test
    void an_engine_that_dies_in_mid_answer_costs_nothing_of_what_arrived_and_the_next_question_works() throws Problem {
        int[] count = {0};
        ScriptedEngines engines = new ScriptedEngines((request, listener, running) -> {
            listener.onText("some words");
            if (count[0]++ == 0) {
                throw running.die();
            }
            return ScriptedEngines.result(Finish.STOP);
        });
        try (Koine koine = TestProfile.open(home, engines)) {
            List<Message> ended = new ArrayList<>();
            Problem problem = assertThrows(
                    Problem.class,
                    () -> koine.chat().ask(null, "q", ChatOptions.DEFAULT, new ChatObserver() {
                        @Override
                        public void onEnd(Message answer) {
                            ended.add(answer);
                        }
                    }));
            assertEquals("KOINE-E201", problem.code());
            assertEquals(List.of("some words"), texts(ended));
            assertEquals(MessageState.INTERRUPTED, last(koine).state());
            Message next = koine.chat().ask(last(koine).conversationId(), "and now?", ChatOptions.DEFAULT, NOBODY);
            assertEquals(MessageState.COMPLETE, next.state());
            assertEquals(2, engines.acquired.get());
        }
    }

    @Test
    void an_engine_that_died_between_two_questions_is_replaced_without_a_word() throws Problem {
        ScriptedEngines engines = ScriptedEngines.saying("fine");
        try (Koine koine = TestProfile.open(home, engines)) {
            String id = koine.chat().ask(null, "q", ChatOptions.DEFAULT, NOBODY).conversationId();
            engines.killAll();
            assertEquals(
                    "fine",
                    koine.chat().ask(id, "q2", ChatOptions.DEFAULT, NOBODY).content());
            assertEquals(2, engines.acquired.get());
            assertEquals(1, engines.released.get());
        }
        assertEquals(2, engines.released.get());
    }

    @Test
    void that_memory_is_short_is_said_once_in_each_conversation_also_when_the_model_was_loaded_ahead()
            throws Exception {
        ScriptedEngines engines = ScriptedEngines.saying("fine");
        engines.notice = new Problem("KOINE-E114", java.util.Map.of("idleMinutes", 2, "usualMinutes", 10));
        List<Problem> said = new ArrayList<>();
        ChatObserver observer = new ChatObserver() {
            @Override
            public void onNotices(List<Problem> notices) {
                if (notices.isEmpty()) {
                    said.clear();
                }
                said.addAll(notices);
            }
        };
        try (Koine koine = TestProfile.open(home, engines)) {
            CountDownLatch loaded = new CountDownLatch(1);
            koine.chat().prepare(ChatOptions.DEFAULT, fraction -> {}, facts -> loaded.countDown());
            assertTrue(loaded.await(10, TimeUnit.SECONDS));
            String id =
                    koine.chat().ask(null, "q", ChatOptions.DEFAULT, observer).conversationId();
            assertEquals(List.of(engines.notice), said);
            koine.chat().ask(id, "q2", ChatOptions.DEFAULT, observer);
            assertEquals(1, said.size());
            koine.chat().ask(null, "another", ChatOptions.DEFAULT, observer);
            assertEquals(2, said.size());
            assertEquals(1, engines.acquired.get());
            engines.killAll();
            koine.chat().ask(id, "q3", ChatOptions.DEFAULT, observer);
            assertEquals(3, said.size());
            engines.killAll();
            engines.notice = null;
            koine.chat().ask(id, "q4", ChatOptions.DEFAULT, observer);
            assertEquals(List.of(), said, "there is memory again");
        }
    }

    @Test
    void an_engine_that_cannot_be_started_leaves_a_failed_answer() throws Problem {
        Engines none = (spec, listener) -> {
            throw new Problem("KOINE-E101", java.util.Map.of());
        };
        try (Koine koine = TestProfile.open(home, none)) {
            assertThrows(Problem.class, () -> koine.chat().ask(null, "q", ChatOptions.DEFAULT, NOBODY));
            assertEquals(MessageState.FAILED, last(koine).state());
        }
    }

    @Test
    void asked_again_the_last_question_gets_a_second_answer() throws Problem {
        int[] count = {0};
        ScriptedEngines engines = new ScriptedEngines((request, listener, running) -> {
            listener.onText("answer " + ++count[0]);
            return ScriptedEngines.result(Finish.STOP);
        });
        try (Koine koine = TestProfile.open(home, engines)) {
            String id = koine.chat().ask(null, "q", ChatOptions.DEFAULT, NOBODY).conversationId();
            koine.chat().retry(id, ChatOptions.DEFAULT, NOBODY);
            assertEquals(List.of("q", "answer 2"), texts(koine.conversations().messages(id)));
            assertEquals(
                    List.of("q", "answer 1", "answer 2"),
                    texts(koine.conversations().allMessages(id)));
            assertEquals(
                    engines.requests.getFirst().messages(),
                    engines.requests.getLast().messages());
        }
    }

    @Test
    void what_is_not_to_be_saved_leaves_no_file_and_can_still_be_gone_on_with() throws Problem {
        ScriptedEngines engines = ScriptedEngines.saying("a secret");
        ChatOptions unsaved = new ChatOptions(null, null, Sampling.DEFAULT, null, false);
        try (Koine koine = TestProfile.open(home, engines)) {
            String id = koine.chat().ask(null, "q", unsaved, NOBODY).conversationId();
            koine.chat().ask(id, "q2", unsaved, NOBODY);
            assertEquals(3, engines.requests.getLast().messages().size());
        }
        assertFalse(Files.exists(home.resolve("koine.db")));
    }

    @Test
    void a_model_that_is_not_here_is_refused_before_anything_is_stored() {
        try (Koine koine = TestProfile.open(home, ScriptedEngines.saying("x"))) {
            ChatOptions missing = new ChatOptions("no-such-model", null, Sampling.DEFAULT, null, true);
            assertEquals(
                    "KOINE-M101",
                    assertThrows(Problem.class, () -> koine.chat().ask(null, "q", missing, NOBODY))
                            .code());
            assertEquals(List.<Conversation>of(), koine.conversations().list());
        }
    }

    @Test
    void a_chosen_model_that_has_gone_is_replaced_by_the_preferred_one() throws Problem {
        try (Koine koine = TestProfile.open(home, ScriptedEngines.saying("x"))) {
            koine.settings().setModel("deleted-model");
            Message answer = koine.chat().ask(null, "q", ChatOptions.DEFAULT, NOBODY);
            assertEquals(koine.models().preferred().id(), answer.model());
        }
    }
}
