package koine.app.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import koine.app.Folders;
import koine.app.Koine;
import koine.app.TestProfile;
import koine.app.conversations.ChatTurn;
import koine.app.conversations.Message;
import koine.app.conversations.MessageState;
import koine.app.conversations.SqliteConversationStore;
import koine.engine.client.EngineBroker;
import koine.engine.client.Sampling;
import koine.i18n.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine is killed in mid-answer, again and again, while two conversations stream; 100 times with koine.long. */
@Timeout(3600)
class KilledEnginesTest {
    private static final int ROUNDS = Boolean.getBoolean("koine.long") ? 100 : 2;
    private static final Sampling LIKELIEST = new Sampling(0.0, null, null, null, null);

    @TempDir
    Path home;

    /** A question being answered: what was streamed of the answer, and how it ended. */
    private static final class Asked implements ChatObserver {
        final StringBuilder streamed = new StringBuilder();
        final CountDownLatch some = new CountDownLatch(8);
        final CompletableFuture<String> conversation = new CompletableFuture<>();
        final CompletableFuture<String> end = new CompletableFuture<>();

        Asked(Koine koine, String question) {
            Thread.ofVirtual().start(() -> {
                try {
                    koine.chat().ask(null, question, new ChatOptions(null, null, LIKELIEST, 2000, true), this);
                    end.complete("answered");
                } catch (Problem e) {
                    end.complete(e.code());
                } catch (RuntimeException | Error e) {
                    end.completeExceptionally(e);
                }
            });
        }

        @Override
        public void onStored(ChatTurn turn) {
            conversation.complete(turn.conversation().id());
        }

        @Override
        public void onText(String text) {
            streamed.append(text);
            some.countDown();
        }
    }

    private record Engine(ProcessHandle process, int port) {}

    /** The only one there is, as its broker file names it. */
    private static Engine engine(Path runtime) throws IOException {
        try (Stream<Path> files = Files.list(runtime)) {
            Path file = files.filter(f -> f.toString().endsWith(".json"))
                    .reduce((one, two) -> {
                        throw new AssertionError("more than one engine: " + one + ", " + two);
                    })
                    .orElseThrow();
            JsonObject broker = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
            return new Engine(
                    ProcessHandle.of(broker.get("pid").getAsLong()).orElseThrow(),
                    URI.create(broker.get("address").getAsString()).getPort());
        }
    }

    private void isStoredAsStreamed(Asked asked) throws Exception {
        assertTrue(Set.of("KOINE-E201", "KOINE-E209").contains(asked.end.get(30, TimeUnit.SECONDS)), asked.end.get());
        // read from the file, by somebody else
        try (SqliteConversationStore store =
                new SqliteConversationStore(TestProfile.folders(home).data().resolve("koine.db"))) {
            Message answer = store.messages(asked.conversation.get()).getLast();
            assertEquals(MessageState.INTERRUPTED, answer.state());
            assertFalse(answer.content().isEmpty());
            assertEquals(asked.streamed.toString(), answer.content(), "nothing that was seen is missing");
        }
    }

    private static void hasEnded(Engine engine) throws Exception {
        engine.process.onExit().get(30, TimeUnit.SECONDS);
        assertThrows(ConnectException.class, () -> new Socket(InetAddress.getLoopbackAddress(), engine.port).close());
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName())).collect(Collectors.toSet());
        }
    }

    @Test
    void cost_nobody_what_was_streamed_nor_the_next_answer_and_leave_nothing_behind() throws Exception {
        Folders folders = TestProfile.folders(home);
        EngineBroker broker = new EngineBroker(folders.runtime(), folders.logs(), List.of());
        for (int round = 0; round < ROUNDS; round++) {
            Engine next;
            try (Koine koine = TestProfile.open(home, broker::acquire)) {
                Asked one = new Asked(koine, "Write a very long story about the sea.");
                Asked two = new Asked(koine, "Write a very long story about a fox.");
                assertTrue(one.some.await(2, TimeUnit.MINUTES) && two.some.await(2, TimeUnit.MINUTES), "both stream");
                Engine killed = engine(folders.runtime());
                assertFalse(one.end.isDone() || two.end.isDone(), "in mid-answer");
                assertTrue(killed.process.destroyForcibly());
                isStoredAsStreamed(one);
                isStoredAsStreamed(two);
                hasEnded(killed);

                Message answer = koine.chat()
                        .ask(
                                one.conversation.get(),
                                "Go on.",
                                new ChatOptions(null, null, LIKELIEST, 3, true),
                                new ChatObserver() {});
                assertEquals(MessageState.COMPLETE, answer.state());
                assertFalse(answer.content().isEmpty());
                next = engine(folders.runtime());
                assertFalse(next.process.pid() == killed.process.pid());
            }
            hasEnded(next); // by itself, when nobody wants it any more
            assertEquals(
                    0,
                    ProcessHandle.current()
                            .descendants()
                            .filter(ProcessHandle::isAlive)
                            .count(),
                    "orphans");
            Set<String> left = names(folders.runtime());
            assertTrue(left.contains("engines.lock"), left::toString);
            assertTrue(Set.of("engines.lock", "snapshots").containsAll(left), left::toString);
        }
        System.out.println("engines killed in mid-answer: " + ROUNDS);
    }
}
