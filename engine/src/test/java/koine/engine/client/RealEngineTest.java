package koine.engine.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import koine.engine.Eventually;
import koine.engine.NativeKit;
import koine.engine.client.ChatResult.Finish;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole way: broker, process, llama.cpp, the starter model, and back. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealEngineTest {
    private static final Sampling GREEDY = new Sampling(0.0, null, null, null, null);

    @TempDir
    static Path folder;

    private @Nullable EngineLease shared;

    /** Before each, though one serves all: only so is each test that cannot run reported as skipped. */
    @BeforeEach
    void start() throws Problem {
        if (shared != null) {
            return;
        }
        EngineSpec spec = new EngineSpec(NativeKit.starterModel(), NativeKit.pack(), 0);
        List<Double> progress = new ArrayList<>();
        shared = broker().acquire(spec, progress::add);
        assertEquals(1.0, progress.getLast());
    }

    private EngineBroker broker() {
        return new EngineBroker(folder.resolve("run"), folder.resolve("logs"), List.of());
    }

    private EngineLease lease() {
        EngineLease lease = shared;
        assertNotNull(lease);
        return lease;
    }

    @AfterAll
    void stop() throws Exception {
        if (shared != null) {
            shared.close();
            long pid = shared.pid();
            Eventually.within(
                    Duration.ofSeconds(10),
                    "the engine has ended",
                    () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
        }
    }

    private static ChatRequest asking(
            String id, @Nullable Integer maxTokens, @Nullable String cacheKey, ChatMessage... messages) {
        return new ChatRequest(id, List.of(messages), GREEDY, maxTokens, cacheKey);
    }

    private static ChatMessage user(String text) {
        return new ChatMessage("user", text);
    }

    @Test
    void answersAQuestionInItsOwnWordsAndASecondOneFromWhatItHasRead() throws Exception {
        StringBuilder text = new StringBuilder();
        List<Integer> read = new ArrayList<>();
        ChatMessage question = user("What is the capital of France? Answer in one sentence.");
        ChatResult first = lease().engine().chat(asking("a", null, "conversation", question), new ChatListener() {
            @Override
            public void onPromptProgress(int processed, int cached, int total) {
                read.add(processed);
            }

            @Override
            public void onText(String more) {
                text.append(more);
            }
        });
        assertEquals("The capital of France is Paris.", text.toString());
        assertEquals(Finish.STOP, first.finish());
        assertEquals(first.promptTokens(), read.getLast());
        ChatResult second = lease().engine()
                .chat(
                        asking(
                                "b",
                                5,
                                "conversation",
                                question,
                                new ChatMessage("assistant", text.toString()),
                                user("And of Italy?")),
                        more -> {});
        assertEquals(Finish.LENGTH, second.finish());
        assertEquals(5, second.answerTokens());
        assertTrue(second.cachedTokens() >= first.promptTokens(), "reused: " + second.cachedTokens());
        ChatResult cold = lease().engine().chat(asking("c", 1, null, question), more -> {});
        assertEquals(0, cold.cachedTokens());
    }

    @Test
    void endsACancelledRequestWithinHalfASecondInItsPromptAndInItsAnswer() throws Exception {
        String longText = "The history of the harbour begins long before its first stone was laid. ".repeat(400);
        cancelled(asking("prompt", null, null, user(longText)), true);
        cancelled(asking("answer", null, null, user("Write a very long story about the sea.")), false);
        ChatResult next = lease().engine().chat(asking("next", 3, null, user("Hello")), more -> {});
        assertEquals(3, next.answerTokens());
    }

    private void cancelled(ChatRequest request, boolean inPrompt) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<ChatResult> asked = new CompletableFuture<>();
        StringBuilder text = new StringBuilder();
        Thread.ofVirtual().start(() -> {
            try {
                asked.complete(lease().engine().chat(request, new ChatListener() {
                    @Override
                    public void onPromptProgress(int processed, int cached, int total) {
                        if (inPrompt) {
                            begun.countDown();
                        }
                    }

                    @Override
                    public void onText(String more) {
                        text.append(more);
                        begun.countDown();
                    }
                }));
            } catch (Problem e) {
                asked.completeExceptionally(e);
            }
        });
        assertTrue(begun.await(30, TimeUnit.SECONDS));
        lease().engine().cancel(request.id());
        assertEquals(Finish.CANCELLED, asked.get(500, TimeUnit.MILLISECONDS).finish());
        assertEquals(inPrompt, text.isEmpty());
    }

    @Test
    void saysThatAPromptIsTooLongInsteadOfCuttingIt() {
        Problem problem = assertThrows(
                Problem.class,
                () -> lease().engine().chat(asking("long", null, null, user("word ".repeat(20_000))), more -> {}));
        assertEquals("KOINE-E202", problem.code());
        assertEquals(8192, problem.arguments().get("contextTokens"));
    }

    @Test
    void saysThatAPromptIsMoreThanAnEngineTakesAtOnce() throws Exception {
        for (int words : new int[] {1_700_000, 4_000_000}) {
            ChatRequest request = asking("more", null, null, user("word ".repeat(words)));
            Problem problem = assertThrows(Problem.class, () -> lease().engine().chat(request, more -> {}));
            assertEquals("KOINE-E115", problem.code());
        }
    }

    @Test
    void saysWhichFileIsNoModelAndWhichFolderNoPack() throws Exception {
        Path broken = Files.writeString(folder.resolve("broken.gguf"), "GGUF? no.");
        Problem problem = assertThrows(
                Problem.class,
                () -> broker().acquire(new EngineSpec(broken, NativeKit.pack(), 0), f -> {})
                        .close());
        assertEquals("KOINE-E102", problem.code());
        assertEquals("broken.gguf", problem.arguments().get("file"));
        Path empty = Files.createDirectory(folder.resolve("empty-pack"));
        assertEquals(
                "KOINE-E101",
                assertThrows(
                                Problem.class,
                                () -> broker().acquire(new EngineSpec(NativeKit.starterModel(), empty, 0), f -> {})
                                        .close())
                        .code());
    }

    @Test
    void leavesNoPathAndNoTextInItsLog() throws Exception {
        lease().engine().chat(asking("log", 3, null, user("confidential")), more -> {});
        try (Stream<Path> logs = Files.list(folder.resolve("logs"))) {
            for (Path log : logs.toList()) {
                String text = Files.readString(log);
                assertFalse(text.contains(System.getProperty("koine.bundle", "?")), text);
                assertFalse(text.contains("confidential"), text);
            }
        }
    }
}
