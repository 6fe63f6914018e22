package koine.engine.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import koine.engine.Eventually;
import koine.engine.client.EngineLease;
import koine.engine.client.ScriptedModels;
import koine.net.LoopbackResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a door passes on, to engine processes whose generators are scripted, and what it passes back. */
@Timeout(120)
class DoorForwardingTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final String CHAT = "/v1/chat/completions";
    private static final Duration SOON = Duration.ofMillis(500);

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private ScriptedModels models;
    private Door door;
    private String address;

    @BeforeEach
    void open() throws Exception {
        models = new ScriptedModels(folder, "one", "two");
        openDoor(Duration.ofSeconds(30));
    }

    private void openDoor(Duration idle) throws IOException {
        door = new Door("127.0.0.1", TOKEN, models, Door.USUAL_LIMITS, idle);
        address = "http://127.0.0.1:" + door.start(0).getPort();
    }

    @AfterEach
    void close() throws Exception {
        client.shutdownNow();
        door.close();
        models.close();
        Eventually.within(
                Duration.ofSeconds(20),
                "no engine is left",
                () -> ProcessHandle.current().children().noneMatch(ProcessHandle::isAlive));
    }

    private HttpRequest post(String path, String body) {
        return HttpRequest.newBuilder(URI.create(address + path))
                .header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static String chat(String wish, boolean stream, String... more) {
        JsonObject message = new JsonObject();
        message.addProperty("role", "user");
        message.addProperty("content", wish);
        JsonArray messages = new JsonArray();
        messages.add(message);
        JsonObject json = new JsonObject();
        json.add("messages", messages);
        json.addProperty("stream", stream);
        for (int i = 0; i < more.length; i += 2) {
            json.addProperty(more[i], more[i + 1]);
        }
        return json.toString();
    }

    private HttpResponse<String> send(HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(address + path))
                .header("Authorization", "Bearer " + TOKEN)
                .build());
    }

    private static JsonObject json(HttpResponse<String> response) {
        return JsonParser.parseString(response.body()).getAsJsonObject();
    }

    private static void refused(int status, String type, HttpResponse<String> response) {
        assertEquals(status, response.statusCode(), response.body());
        JsonObject error = json(response).getAsJsonObject("error");
        assertEquals(type, error.get("type").getAsString());
        assertEquals(status, error.get("code").getAsInt());
    }

    private static void unknownModel(HttpResponse<String> response) {
        assertEquals(404, response.statusCode(), response.body());
        JsonObject error = json(response).getAsJsonObject("error");
        assertEquals("model_not_found", error.get("code").getAsString());
        assertEquals("invalid_request_error", error.get("type").getAsString());
        assertEquals("model", error.get("param").getAsString());
    }

    private static String text(HttpResponse<String> answer) {
        assertEquals(200, answer.statusCode(), answer.body());
        return json(answer)
                .getAsJsonArray("choices")
                .get(0)
                .getAsJsonObject()
                .getAsJsonObject("message")
                .get("content")
                .getAsString();
    }

    private boolean busy(EngineLease engine) throws IOException {
        try (LoopbackResponse status = engine.send("GET", "/koine/status", Map.of(), null)) {
            return new String(status.readBody(1000), StandardCharsets.UTF_8).contains("\"busy\":true");
        }
    }

    private static void kill(EngineLease engine) throws Exception {
        ProcessHandle process = ProcessHandle.of(engine.pid()).orElseThrow();
        assertTrue(process.destroyForcibly());
        process.onExit().get(10, TimeUnit.SECONDS);
    }

    /** A stream that is under way: its first words have come, and the engine will not end it by itself. */
    private final class Stream implements AutoCloseable {
        final InputStream in;
        final BufferedReader lines;

        Stream(String... more) throws Exception {
            HttpResponse<InputStream> response =
                    client.send(post(CHAT, chat("slow", true, more)), HttpResponse.BodyHandlers.ofInputStream());
            assertEquals(200, response.statusCode());
            assertEquals(
                    "text/event-stream",
                    response.headers().firstValue("Content-Type").orElse(""));
            in = response.body();
            lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            String line = lines.readLine();
            while (!line.contains("\"content\":\"0 ")) {
                line = lines.readLine();
            }
        }

        String rest() {
            return lines.lines().collect(Collectors.joining("\n"));
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    @Nested
    class ARequest {
        @Test
        void listsTheModelsAndDescribesOne() throws Exception {
            JsonArray data = json(get("/v1/models")).getAsJsonArray("data");
            assertEquals(2, data.size());
            assertEquals(data.get(1), json(get("/v1/models/two")));
            assertEquals(
                    ScriptedModels.CREATED.getEpochSecond(),
                    data.get(0).getAsJsonObject().get("created").getAsLong());
            unknownModel(get("/v1/models/three"));
        }

        @Test
        void isAnsweredWholeByTheUsualModelOrTheOneItNames() throws Exception {
            HttpResponse<String> usual = send(post(CHAT, chat("say नमस्ते 👋", false)));
            assertEquals("नमस्ते 👋", text(usual));
            assertEquals("one", json(usual).get("model").getAsString());
            HttpResponse<String> named = send(post(CHAT, chat("say x", false, "model", "two")));
            assertEquals("x", text(named));
            assertEquals("two", json(named).get("model").getAsString());
            assertNotEquals(models.engine("one").pid(), models.engine("two").pid());
            unknownModel(send(post(CHAT, chat("say x", false, "model", "three"))));
            unknownModel(send(post(CHAT, chat("say x", true, "model", "three"))));
            unknownModel(send(post(CHAT, chat("say x", false, "model", "one.gguf"))));
            unknownModel(get("/props?model=three"));
        }

        @Test
        void isAnsweredUnderAnIdOfOpenAiSForm() throws Exception {
            String first =
                    json(send(post(CHAT, chat("say x", false)))).get("id").getAsString();
            String second =
                    json(send(post(CHAT, chat("say x", false)))).get("id").getAsString();
            assertTrue(first.startsWith("chatcmpl-"), first);
            assertNotEquals(first, second);
            String streamed = send(post(CHAT, chat("say x", true))).body();
            assertTrue(streamed.startsWith("data: {\"id\":\"chatcmpl-"), streamed);
            assertTrue(streamed.contains("\"model\":\"one\""), streamed);
            JsonObject completion = json(send(post("/v1/completions", "{\"prompt\":\"say x\"}")));
            assertTrue(completion.get("id").getAsString().startsWith("cmpl-"), completion.toString());
            assertEquals("one", completion.get("model").getAsString());
        }

        @Test
        void isAnsweredInEventsAsTheyCome() throws Exception {
            HttpResponse<String> whole = send(post(CHAT, chat("say مرحبا", true)));
            assertTrue(whole.body().endsWith("data: [DONE]\n\n"), whole.body());
            try (Stream stream = new Stream()) { // it has words though it never ends
                assertTrue(busy(models.engine("one")), String.valueOf(stream.lines.ready()));
            }
        }

        @Test
        void ofAnyKindReachesItsEngine() throws Exception {
            HttpResponse<String> completion = send(post("/v1/completions", "{\"prompt\":\"say x\"}"));
            assertEquals(200, completion.statusCode(), completion.body());
            assertTrue(completion.body().contains("\"text\":\"x\""), completion.body());
            HttpResponse<String> tokens = send(post("/tokenize", "{\"content\":\"ab\"}"));
            assertEquals("[97,98]", json(tokens).get("tokens").toString());
            assertEquals(
                    "ab",
                    json(send(post("/detokenize", "{\"tokens\":[97,98]}")))
                            .get("content")
                            .getAsString());
            assertEquals("two", json(get("/props?model=two")).get("model_alias").getAsString());
            assertTrue(json(send(post("/apply-template", chat("hello", false)))).has("prompt"));
            assertTrue(json(send(post(CHAT + "/input_tokens", chat("hello", false))))
                    .has("input_tokens"));
        }

        @Test
        void isRefusedInTheEnginesOwnWords() throws Exception {
            HttpResponse<String> embeddings = send(post("/v1/embeddings", "{\"input\":\"x\"}"));
            refused(501, "not_supported_error", embeddings);
            assertEquals(
                    "false", embeddings.headers().firstValue("x-should-retry").orElse(""));
            HttpResponse<String> overflow = send(post(CHAT, chat("overflow", false)));
            refused(400, "exceed_context_size_error", overflow);
            assertEquals(
                    100, json(overflow).getAsJsonObject("error").get("n_ctx").getAsInt());
            refused(400, "exceed_context_size_error", send(post(CHAT, chat("overflow", true))));
            refused(500, "server_error", send(post(CHAT, chat("fail", false))));
        }

        @Test
        void mayBeAsLargeAsTheLimitAndNotLarger() throws Exception {
            int limit = Door.USUAL_LIMITS.bodyBytes();
            String body = chat("say x", false);
            String largest = body + " ".repeat(limit - body.length());
            assertEquals("x", text(send(post(CHAT, largest))));
            refused(413, "invalid_request_error", send(post(CHAT, largest + " ")));
        }

        @Test
        void doesNotWaitForTheStreamOfAnotherModelNorMixWithOthersOfItsOwn() throws Exception {
            try (Stream _ = new Stream("model", "two")) {
                var first = client.sendAsync(post(CHAT, chat("say a", false)), HttpResponse.BodyHandlers.ofString());
                var second = client.sendAsync(post(CHAT, chat("say b", false)), HttpResponse.BodyHandlers.ofString());
                assertEquals("a", text(first.get(60, TimeUnit.SECONDS)));
                assertEquals("b", text(second.get(60, TimeUnit.SECONDS)));
            }
        }

        @Test
        void waitsLongerForItsModelThanAnIdleConnectionMay() throws Exception {
            door.close();
            openDoor(Duration.ofMillis(300));
            models.script("one", "steps"); // loads for a second
            assertEquals("x", text(send(post(CHAT, chat("say x", false)))));
        }

        @Test
        void toAModelThatCannotBeLoadedSaysSoAndTheNextIsANewTry() throws Exception {
            models.script("one", "DAMAGED");
            refused(503, "engine_error", send(post(CHAT, chat("say x", false))));
            models.script("one", "fine again");
            assertEquals("x", text(send(post(CHAT, chat("say x", false)))));
        }
    }

    @Nested
    class AClientThatGoes {
        @Test
        void inTheMiddleOfAStreamEndsItsGeneration() throws Exception {
            Stream stream = new Stream();
            EngineLease engine = models.engine("one");
            assertTrue(busy(engine));
            stream.close();
            Eventually.within(SOON, "the engine is free", () -> !busy(engine));
            assertEquals("x", text(send(post(CHAT, chat("say x", false)))));
        }

        @Test
        void whileItWaitsForAWholeAnswerEndsItsGenerationToo() throws Exception {
            HttpResponse<InputStream> waiting =
                    client.send(post(CHAT, chat("slow", false)), HttpResponse.BodyHandlers.ofInputStream());
            EngineLease engine = models.engine("one");
            assertTrue(busy(engine));
            waiting.body().close();
            Eventually.within(Duration.ofSeconds(2), "the engine is free", () -> !busy(engine));
        }
    }

    @Nested
    class AnEngineThatIsKilled {
        @Test
        void endsAStreamWithATypedErrorAndTheNextRequestWorks() throws Exception {
            try (Stream stream = new Stream()) {
                EngineLease engine = models.engine("one");
                long killed = engine.pid();
                kill(engine);
                String rest = stream.rest();
                assertEquals(List.of(engine), models.brokenOff);
                assertTrue(rest.contains("\"type\":\"engine_error\""), rest);
                assertFalse(rest.contains("[DONE]"), rest);
                assertEquals("x", text(send(post(CHAT, chat("say x", false)))));
                assertNotEquals(killed, models.engine("one").pid());
            }
        }

        @Test
        void beforeAWholeAnswerHasBegunIsATypedError() throws Exception {
            EngineLease engine = models.engine("one");
            CompletableFuture<HttpResponse<String>> waiting =
                    client.sendAsync(post(CHAT, chat("step", false)), HttpResponse.BodyHandlers.ofString());
            Eventually.within(Duration.ofSeconds(20), "the engine works", () -> busy(engine));
            kill(engine);
            refused(502, "engine_error", waiting.get(10, TimeUnit.SECONDS));
            assertEquals(List.of(engine), models.brokenOff);
            assertEquals("x", text(send(post(CHAT, chat("say x", false)))));
        }

        @Test
        void inTheMiddleOfAWholeAnswerBreaksItOffSoThatNobodyTakesItForWhole() throws Exception {
            HttpResponse<InputStream> begun =
                    client.send(post(CHAT, chat("slow", false)), HttpResponse.BodyHandlers.ofInputStream());
            assertEquals(' ', begun.body().read());
            kill(models.engine("one"));
            assertThrows(IOException.class, () -> begun.body().readAllBytes());
        }

        @Test
        void betweenTwoRequestsIsNotNoticedByWhoAsks() throws Exception {
            assertEquals("x", text(send(post(CHAT, chat("say x", false)))));
            kill(models.engine("one"));
            assertEquals("y", text(send(post(CHAT, chat("say y", false)))));
            assertEquals(List.of(), models.brokenOff);
        }
    }

    @Test
    void aDoorThatClosesEndsWhatIsUnderWay() throws Exception {
        Stream stream = new Stream();
        EngineLease engine = models.engine("one");
        door.close();
        Eventually.within(SOON, "the engine is free", () -> !busy(engine));
        String last = null;
        try {
            last = stream.lines.readLine();
            while (last != null && !last.contains("[DONE]")) {
                last = stream.lines.readLine();
            }
        } catch (IOException e) {
            last = null; // cut off
        }
        assertNull(last);
    }
}
