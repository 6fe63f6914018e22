package koine.installers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The window and the command line from outside, with the real engine and the starter model, under a path with spaces and Arabic in it. */
class EndToEndTest {
    private static final String QUESTION = "What is the capital of France? Answer in one sentence.";
    private static final String LONG = "Write a very long story about a fisherman, his boat and the sea.";

    @TempDir
    Path folder;

    private Path home;

    @BeforeEach
    void profile() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "unrun: needs Linux's /proc to see the processes");
        assumeTrue(
                Files.isDirectory(Path.of(System.getProperty("koine.bundle"), "packs")),
                "unrun: no native pack in the bundle folder");
        home = Files.createDirectory(folder.resolve("my profile ملفي"));
    }

    @AfterEach
    void noEngineStays() throws InterruptedException {
        if (home != null) {
            KoineRun.await(
                    "the engine ends by itself",
                    Duration.ofSeconds(10),
                    () -> KoineRun.engines(home).isEmpty());
        }
    }

    @Test
    void answersAndKeepsTheConversationAlsoWithTheNetworkCut() throws Exception {
        KoineRun first = KoineRun.run(home, "ask", "--temperature", "0", QUESTION);
        assertEquals("The capital of France is Paris.", first.out().strip(), first.err());
        assertEquals(0, first.exitCode());
        int wanted = 1;
        if (mayUnshare()) {
            // a network namespace of its own, in which not even the loopback interface is up
            KoineRun cut =
                    KoineRun.start(home, List.of("unshare", "-n"), List.of(), "ask", "--temperature", "0", QUESTION);
            assertEquals(0, cut.exitCode(), cut.err());
            assertEquals("The capital of France is Paris.", cut.out().strip());
            wanted = 2;
        }
        JsonArray list = JsonParser.parseString(
                        KoineRun.run(home, "conversations", "list", "--json").out())
                .getAsJsonArray();
        assertEquals(wanted, list.size());
        for (JsonElement conversation : list) {
            JsonArray messages =
                    messages(conversation.getAsJsonObject().get("id").getAsString());
            assertEquals(2, messages.size());
            assertEquals(QUESTION, text(messages.get(0), "content"));
            assertEquals("The capital of France is Paris.", text(messages.get(1), "content"));
            assertEquals("complete", text(messages.get(1), "state"));
        }
        assumeTrue(wanted == 2, "unrun: the half with the network cut (unshare -n is not permitted here)");
    }

    @Test
    void twoCommandLinesAndTheWindowShareOneEngineThatEndsAfterTheWindowWasKilled() throws Exception {
        List<String> headless = List.of("-Dglass.platform=Headless", "-Dprism.order=sw", "-Djava.awt.headless=true");
        try (KoineRun window = KoineRun.start(home, List.of(), headless)) {
            KoineRun.await(
                    "the window has its engine: " + window.err(),
                    Duration.ofSeconds(60),
                    () -> KoineRun.engines(home).size() == 1);
            long engine = KoineRun.engines(home).getFirst().pid();
            try (KoineRun one = KoineRun.start(home, "ask", "--temperature", "0", "--max-tokens", "80", LONG);
                    KoineRun two = KoineRun.start(home, "ask", "--temperature", "0", QUESTION)) {
                while (one.isAlive() || two.isAlive()) {
                    assertTrue(window.isAlive(), window::err);
                    List<Long> now = KoineRun.engines(home).stream()
                            .map(ProcessHandle::pid)
                            .toList();
                    assertEquals(List.of(engine), now);
                    one.endsWithin(50, TimeUnit.MILLISECONDS);
                }
                assertEquals(0, one.exitCode(), one.err());
                assertEquals(0, two.exitCode(), two.err());
                assertEquals("The capital of France is Paris.", two.out().strip());
                assertFalse(one.out().isBlank());
            }
            window.kill(); // as by kill -9: nobody gives its share in the engine back
            KoineRun.await(
                    "no engine process is left",
                    Duration.ofSeconds(10),
                    () -> KoineRun.engines(home).isEmpty());
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aDisplayThatDoesNotAnswerIsSaidInOneLineAndTheChatIsInTheTerminal() throws Exception {
        try (KoineRun run = KoineRun.startOnDisplay(home, ":99")) {
            assertTrue(run.endsWithin(60, TimeUnit.SECONDS), "still running");
            assertEquals(0, run.exitCode(), run.err());
            assertEquals(
                    List.of("There is no display to open the window on, so Koine chats here in the terminal."),
                    run.err().lines().toList());
        }
    }

    private JsonArray messages(String conversation) throws Exception {
        KoineRun show = KoineRun.run(home, "conversations", "show", conversation, "--json");
        assertEquals(0, show.exitCode(), show.err());
        return JsonParser.parseString(show.out()).getAsJsonObject().getAsJsonArray("messages");
    }

    private static String text(JsonElement object, String field) {
        return object.getAsJsonObject().get(field).getAsString();
    }

    private static boolean mayUnshare() throws IOException, InterruptedException {
        try {
            return new ProcessBuilder("unshare", "-n", "true").start().waitFor() == 0;
        } catch (IOException missing) {
            return false;
        }
    }
}
