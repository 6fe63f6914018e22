package koine.engine.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import koine.engine.Eventually;
import koine.engine.llama.ModelLoadException;
import koine.engine.llama.SamplerOptions;
import koine.engine.session.Ability;
import koine.engine.session.Generator;
import koine.engine.session.GeneratorOptions;
import koine.gguf.TinyAdapter;
import koine.net.LoopbackAddress;
import koine.net.LoopbackClient;
import koine.net.LoopbackResponse;
import koine.net.ServerSentEvents;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class EngineServerTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final String COMPLETIONS = "/v1/chat/completions";

    @TempDir
    Path folder;

    private final ScriptedGenerator script = new ScriptedGenerator();
    private final Leases leases = new Leases(Duration.ofMinutes(1), Duration.ofMillis(300));
    private final CountDownLatch mayLoad = new CountDownLatch(1);
    private volatile ModelLoadException.@Nullable Reason refusal;
    private final GeneratorThread generator = new GeneratorThread(
            (options, progress, cancelled) -> {
                progress.accept(0.25);
                waitFor(mayLoad);
                ModelLoadException.Reason reason = refusal;
                if (reason != null) {
                    throw new ModelLoadException(reason, "as scripted");
                }
                script.owner = Thread.currentThread();
                return script;
            },
            new GeneratorOptions(Path.of("pack"), Path.of("model"), 0),
            () -> {});
    private EngineServer server;
    private LoopbackAddress address;
    private LoopbackClient client;

    @BeforeEach
    void start() throws IOException {
        server = new EngineServer(TOKEN, "test-model", folder, generator, leases);
        address = server.start();
        client = new LoopbackClient(address, Duration.ofSeconds(5), Duration.ofSeconds(10));
        generator.start();
    }

    @AfterEach
    void stop() {
        mayLoad.countDown();
        script.hear();
        generator.close();
        server.close();
        assertTrue(generator.awaitEnd(Duration.ofSeconds(5)), "the generator's thread ended");
    }

    private void loaded() throws Exception {
        mayLoad.countDown();
        while (get("/health").status != 200) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private record Answer(int status, JsonObject json) {
        JsonObject error() {
            return json.getAsJsonObject("error");
        }

        String errorType() {
            return error().get("type").getAsString();
        }
    }

    private Answer get(String path) throws IOException {
        return send("GET", path, Map.of("Authorization", "Bearer " + TOKEN), null);
    }

    private Answer send(String method, String path, Map<String, String> headers, @Nullable String body)
            throws IOException {
        byte[] bytes = body == null ? null : body.getBytes(StandardCharsets.UTF_8);
        try (LoopbackResponse response = client.send(method, path, headers, bytes)) {
            String text = new String(response.readBody(1 << 24), StandardCharsets.UTF_8);
            return new Answer(response.status(), JsonParser.parseString(text).getAsJsonObject());
        }
    }

    private static Map<String, String> headers(String id) {
        return Map.of("Authorization", "Bearer " + TOKEN, "Content-Type", "application/json", "X-Request-Id", id);
    }

    private Answer post(String path, String body) throws IOException {
        return send("POST", path, headers("p1"), body);
    }

    private Answer complete(String body) throws IOException {
        return send("POST", COMPLETIONS, headers("r1"), body);
    }

    private static String asking(String wish, String more) {
        JsonObject message = new JsonObject();
        message.addProperty("role", "user");
        message.addProperty("content", wish);
        JsonArray messages = new JsonArray();
        messages.add(message);
        return "{\"messages\":" + messages + more + "}";
    }

    /** A streaming request, its events read one by one. */
    private final class Stream implements AutoCloseable {
        final LoopbackResponse response;
        final ServerSentEvents events;

        Stream(String id, String wish, String more) throws IOException {
            response = client.send(
                    "POST",
                    COMPLETIONS,
                    headers(id),
                    asking(wish, ",\"stream\":true" + more).getBytes(StandardCharsets.UTF_8));
            assertEquals(200, response.status());
            events = new ServerSentEvents(response.body(), 1 << 20);
        }

        JsonObject next() throws IOException {
            return Objects.requireNonNull(poll(), "the stream has ended");
        }

        /** null at the end. */
        @Nullable
        JsonObject poll() throws IOException {
            ServerSentEvents.Event event = events.next();
            return event == null || event.data().equals("[DONE]")
                    ? null
                    : JsonParser.parseString(event.data()).getAsJsonObject();
        }

        List<JsonObject> rest() throws IOException {
            List<JsonObject> rest = new ArrayList<>();
            for (JsonObject chunk = poll(); chunk != null; chunk = poll()) {
                rest.add(chunk);
            }
            return rest;
        }

        @Override
        public void close() {
            response.close();
        }
    }

    private static String text(List<JsonObject> chunks) {
        StringBuilder text = new StringBuilder();
        for (JsonObject chunk : chunks) {
            text.append(text(chunk));
        }
        return text.toString();
    }

    private static String text(JsonObject chunk) {
        JsonObject delta =
                chunk.getAsJsonArray("choices").get(0).getAsJsonObject().getAsJsonObject("delta");
        return delta.has("content") ? delta.get("content").getAsString() : "";
    }

    private static String finish(JsonObject chunk) {
        return chunk.getAsJsonArray("choices")
                .get(0)
                .getAsJsonObject()
                .get("finish_reason")
                .getAsString();
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> T soon(BlockingQueue<T> queue) throws InterruptedException {
        T taken = queue.poll(5, TimeUnit.SECONDS);
        assertNotNull(taken, "nothing came within five seconds");
        return taken;
    }

    /** What an engine asked for, and refused for want of which ability. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "scores        | /v1/chat/completions | {'messages':[{'role':'user','content':'say x'}],'logprobs':true}",
                "scores        | /v1/chat/completions | {'messages':[{'role':'user','content':'say x'}],'logprobs':true,'stream':true}",
                "scores        | /v1/completions      | {'prompt':'x','logprobs':0}",
                "prompt_scores | /v1/completions      | {'prompt':'x','logprobs':0,'echo':true}",
                "grammar       | /v1/completions      | {'prompt':'x','grammar':'root ::= [a-z]'}",
                "grammar       | /v1/chat/completions | {'messages':[{'role':'user','content':'say x'}],'response_format':{'type':'json_object'}}",
                "dry           | /v1/completions      | {'prompt':'x','dry_multiplier':0.8}",
                "adapters      | /v1/completions      | {'prompt':'x','lora':[{'path':'/layer.gguf'}]}",
                "embeddings    | /v1/embeddings       | {'input':'x'}"
            })
    void whatTheEngineCannotDoIsRefusedByItsNameAndIsNotBegun(String ability, String path, String body)
            throws Exception {
        script.embeddingSize = 2;
        Set<Ability> others = EnumSet.allOf(Ability.class);
        others.remove(Ability.valueOf(ability.toUpperCase(Locale.ROOT)));
        script.abilities = others;
        loaded();
        Answer refused = post(path, body.replace('\'', '"'));
        assertEquals(501, refused.status, refused.json.toString());
        assertEquals("not_supported_error", refused.errorType());
        assertTrue(
                refused.error().get("message").getAsString().contains("\"" + ability + "\""), refused.json.toString());
        assertTrue(script.begun.isEmpty());
        assertEquals(0, script.embedded.get());
        List<String> told = get("/props").json.getAsJsonArray("koine_abilities").asList().stream()
                .map(JsonElement::getAsString)
                .toList();
        assertEquals(others.stream().map(Ability::id).toList(), told);
    }

    @Nested
    class Loading {
        @Test
        void isToldWithItsProgressAndNothingIsAnsweredYet() throws Exception {
            Answer health = send("GET", "/health", Map.of(), null);
            while (health.json.get("progress").getAsDouble() == 0) {
                health = send("GET", "/health", Map.of(), null);
            }
            assertEquals(503, health.status);
            assertEquals("loading", health.json.get("status").getAsString());
            assertEquals(0.25, health.json.get("progress").getAsDouble());
            assertEquals("unavailable_error", get("/v1/models").errorType());
            assertEquals(503, complete(asking("say x", "")).status);
            loaded();
            assertEquals(
                    "ok",
                    send("GET", "/health", Map.of(), null).json.get("status").getAsString());
        }

        @Test
        void isToldToWhoWaitsOnceThereIsNews() throws Exception {
            double progress = 0;
            while (progress == 0) {
                progress = get("/koine/load?seen=-1").json.get("progress").getAsDouble();
            }
            assertEquals(0.25, progress);
            AtomicBoolean answered = new AtomicBoolean();
            CompletableFuture<Answer> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    Answer answer = get("/koine/load?seen=0.25");
                    answered.set(true);
                    return answer;
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            for (int other = 0; other < 20; other++) {
                assertEquals(503, get("/health").status); // others are answered meanwhile
            }
            assertFalse(answered.get());
            mayLoad.countDown();
            assertEquals("ok", waiting.get().json.get("status").getAsString());
            assertEquals(200, get("/koine/load?seen=1").status);
        }

        @Test
        void isNotToldForEverNothing() throws Exception {
            Answer answer = get("/koine/load?seen=0.9");
            assertEquals(0.25, answer.json.get("progress").getAsDouble());
        }

        @Test
        void isToldOnlyToWhoMayAsk() throws Exception {
            assertEquals(401, send("GET", "/koine/load?seen=0", Map.of(), null).status);
            assertEquals(400, get("/koine/load?seen=much").status);
        }

        @Test
        void thatFailsIsToldWithItsReason() throws Exception {
            refusal = ModelLoadException.Reason.OUT_OF_MEMORY;
            mayLoad.countDown();
            Answer health = send("GET", "/health", Map.of(), null);
            while (health.json.get("status").getAsString().equals("loading")) {
                health = send("GET", "/health", Map.of(), null);
            }
            assertEquals(503, health.status);
            assertEquals(
                    "{\"status\":\"failed\",\"type\":\"out_of_memory\",\"message\":\"as scripted\"}",
                    health.json.toString());
        }
    }

    @Nested
    class ADoor {
        @ParameterizedTest
        @CsvSource({"GET,/v1/models", "POST,/v1/chat/completions", "GET,/koine/lease", "GET,/anything"})
        void isClosedWithoutTheRightToken(String method, String path) throws Exception {
            loaded();
            for (Map<String, String> headers : List.<Map<String, String>>of(
                    Map.of(),
                    Map.of("Authorization", "Bearer "),
                    Map.of("Authorization", "Bearer " + TOKEN + "0"),
                    Map.of("Authorization", "Bearer " + TOKEN.substring(1)),
                    Map.of("Authorization", "Basic " + TOKEN))) {
                Answer answer = send(method, path, headers, null);
                assertEquals(401, answer.status);
                assertEquals("authentication_error", answer.errorType());
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"evil.example", "127.0.0.1.evil.example", "192.168.1.2:80", "localhost.evil", "0.0.0.0", ""})
        void isClosedForEveryHostNameButLoopback(String host) throws Exception {
            String request = "GET /health HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
            String status = raw(request).lines().findFirst().orElse("");
            assertTrue(status.contains(" 403 ") || status.contains(" 400 "), status);
        }

        @Test
        void isClosedForAnAbsoluteTargetElsewhere() throws Exception {
            String answer =
                    raw("GET http://evil.example/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
            assertFalse(answer.startsWith("HTTP/1.1 503"), answer);
            assertFalse(answer.contains("loading"), answer);
        }

        @ParameterizedTest
        @ValueSource(strings = {"127.0.0.1", "localhost:1234", "LOCALHOST", "[::1]:80"})
        void isOpenForLoopbackNames(String host) throws Exception {
            loaded();
            String answer = raw("GET /health HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
            assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        }

        @Test
        void saysWhatIsNotARequestInJson() throws Exception {
            String answer = raw("NONSENSE\r\n\r\n");
            assertTrue(answer.contains("{\"error\":{\"code\":400"), answer);
        }

        private String raw(String request) throws IOException {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), ((LoopbackAddress.Tcp) address).port())) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            }
        }

        @Test
        void saysWhatIsNotThere() throws Exception {
            assertEquals("not_found_error", get("/v2").errorType());
            assertEquals(405, get(COMPLETIONS).status);
        }
    }

    @Nested
    class ARequest {
        @BeforeEach
        void load() throws Exception {
            loaded();
        }

        @Test
        void reachesTheModelAsItsTemplateWritesItWithEverySettingItNamed() throws Exception {
            Answer answer = complete("{\"messages\":[{\"role\":\"system\",\"content\":\"be kind\"},"
                    + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"say \"},{\"type\":\"text\",\"text\":\"नमस्ते\"}]}],"
                    + "\"temperature\":0,\"top_k\":7,\"top_p\":0.5,\"min_p\":0.25,\"seed\":42,\"max_tokens\":9,"
                    + "\"stop\":[\"a\",\"b\"],\"prompt_cache_key\":\"c1\",\"model\":\"any\",\"n\":1}");
            assertEquals(
                    new Generator.Request(
                            new Generator.Prompt.Text(
                                    "[system]be kind\n[user]say नमस्ते\n[assistant]",
                                    "[system]be kind\n[user]say नमस्ते\n".length()),
                            new SamplerOptions(0, 7, 0.5, 0.25, 42),
                            9,
                            List.of("a", "b"),
                            false,
                            Set.of(),
                            -1,
                            false,
                            "c1",
                            false,
                            List.of()),
                    soon(script.begun));
            assertEquals(200, answer.status);
            assertEquals("r1", answer.json.get("id").getAsString());
            assertEquals("test-model", answer.json.get("model").getAsString());
            JsonObject choice = answer.json.getAsJsonArray("choices").get(0).getAsJsonObject();
            assertEquals(
                    "नमस्ते", choice.getAsJsonObject("message").get("content").getAsString());
            assertEquals("stop", choice.get("finish_reason").getAsString());
            JsonObject usage = answer.json.getAsJsonObject("usage");
            assertEquals(10, usage.get("prompt_tokens").getAsInt());
            assertEquals(5, usage.get("completion_tokens").getAsInt());
            JsonObject timings = answer.json.getAsJsonObject("timings");
            assertEquals(4, timings.get("cache_n").getAsInt());
            assertEquals(6, timings.get("prompt_n").getAsInt());
            assertEquals(100.0, timings.get("prompt_per_second").getAsDouble());
            assertFalse(timings.has("draft_n") || timings.has("draft_n_accepted"), timings.toString());
        }

        @Test
        void isToldOfDraftsWhereThereWereSome() throws Exception {
            JsonObject timings = complete("{\"messages\":[{\"role\":\"user\",\"content\":\"say drafted\"}]}")
                    .json
                    .getAsJsonObject("timings");
            assertEquals(7, timings.get("draft_n").getAsInt());
            assertEquals(3, timings.get("draft_n_accepted").getAsInt());
        }

        @Test
        void bringsAdaptersByTheirFiles() throws Exception {
            Path file = folder.resolve("a layer عربي.gguf").toAbsolutePath();
            JsonObject adapter = new JsonObject();
            adapter.addProperty("path", file.toString());
            adapter.addProperty("scale", 0.5);
            String sha256 = "0a".repeat(32);
            adapter.addProperty("sha256", sha256);
            complete(asking("say x", ",\"lora\":[" + adapter + ",{\"path\":" + new JsonPrimitive(file + "2") + "}]"));
            assertEquals(
                    List.of(
                            new Generator.AdapterUse(file, 0.5f, sha256, null),
                            new Generator.AdapterUse(Path.of(file + "2"), 1)),
                    soon(script.begun).adapters());
        }

        @Test
        void itsAdaptersAreReadBeforeTheThreadThatComputesHasToWaitForThem() throws Exception {
            Path file = folder.resolve("layer.gguf").toAbsolutePath();
            TinyAdapter.of("qwen3")
                    .change("output.weight", 2, 3, 1, new float[2], new float[3])
                    .write(file);
            complete(asking("say x", ",\"lora\":[{\"path\":" + new JsonPrimitive(file.toString()) + "}]"));
            Generator.AdapterContent content =
                    soon(script.begun).adapters().getFirst().content();
            assertEquals(
                    HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file))),
                    content == null ? "" : content.sha256());
        }

        @Test
        void withoutSettingsGetsTheDefaultsAndADifferentSeedEachTime() throws Exception {
            complete(asking("say x", ""));
            complete(asking("say x", ",\"temperature\":null"));
            Generator.Request first = soon(script.begun);
            Generator.Request second = soon(script.begun);
            assertEquals(0.8, first.sampling().temperature());
            assertEquals(40, first.sampling().topK());
            assertEquals(Integer.MAX_VALUE, first.maxTokens());
            assertNull(first.cacheKey());
            assertEquals(0.8, second.sampling().temperature());
            assertFalse(first.sampling().seed() == second.sampling().seed());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "[]",
                    "{",
                    "{}{}",
                    "{\"messages\":[]}",
                    "{\"messages\":{}}",
                    "{\"messages\":[{\"role\":\"user\"}]}",
                    "{\"messages\":[{\"role\":\"king\",\"content\":\"x\"}]}",
                    "{\"messages\":[{\"role\":\"user\",\"content\":5}]}",
                    "{\"messages\":[{\"role\":\"user\",\"content\":null}]}",
                    "{'messages':[{'role':'user','content':'x'}]}"
                })
        void thatIsNotOneIsRefused(String body) throws Exception {
            Answer answer = complete(body);
            assertEquals(400, answer.status);
            assertEquals("invalid_request_error", answer.errorType());
            assertNull(script.begun.poll());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"temperature\":-1",
                    "\"temperature\":\"hot\"",
                    "\"temperature\":1e999",
                    "\"top_p\":1.1",
                    "\"min_p\":-0.1",
                    "\"top_k\":1.5",
                    "\"top_k\":-1",
                    "\"max_tokens\":0",
                    "\"max_tokens\":99999999999",
                    "\"seed\":-5",
                    "\"stream\":\"yes\"",
                    "\"stop\":\"\"",
                    "\"stop\":[1]",
                    "\"prompt_cache_key\":\"\"",
                    "\"stream_options\":5",
                    "\"lora\":{}",
                    "\"lora\":[5]",
                    "\"lora\":[{\"scale\":1}]",
                    "\"lora\":[{\"path\":\"layer.gguf\"}]",
                    "\"lora\":[{\"path\":\"/layer\\u0000.gguf\"}]",
                    "\"lora\":[{\"path\":\"/layer.gguf\",\"scale\":\"much\"}]",
                    "\"lora\":[{\"path\":\"/layer.gguf\",\"weight\":1}]",
                    "\"lora\":[{\"path\":\"/layer.gguf\",\"sha256\":5}]",
                    "\"temprature\":0"
                })
        void withASettingThatMakesNoSenseIsRefused(String setting) throws Exception {
            Answer answer = complete(asking("say x", "," + setting));
            assertEquals(400, answer.status);
            assertEquals("invalid_request_error", answer.errorType());
            assertNull(script.begun.poll());
        }

        /** A hash that is none would match no file, and so name one that has not changed as one that has. */
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "0a",
                    "000000000000000000000000000000000000000000000000000000000000000g",
                    "000000000000000000000000000000000000000000000000000000000000000A",
                    " 00000000000000000000000000000000000000000000000000000000000000a",
                    "0000000000000000000000000000000000000000000000000000000000000000a",
                    "000000000000000000000000000000000000000000000000000000000000000\u0660"
                })
        void withAnAdaptersHashThatIsNoneIsRefused(String sha256) throws Exception {
            for (String path : List.of("/v1/chat/completions", "/v1/completions")) {
                JsonObject adapter = new JsonObject();
                adapter.addProperty(
                        "path", folder.resolve("layer.gguf").toAbsolutePath().toString());
                adapter.addProperty("sha256", sha256);
                String asked = path.endsWith("chat/completions")
                        ? "\"messages\":[{\"role\":\"user\",\"content\":\"say x\"}]"
                        : "\"prompt\":\"say x\"";
                Answer answer = post(path, "{" + asked + ",\"lora\":[" + adapter + "]}");
                assertEquals(400, answer.status);
                assertEquals("invalid_request_error", answer.errorType());
                assertTrue(
                        answer.error().get("message").getAsString().contains("\"sha256\" of an adapter"),
                        answer.json.toString());
                assertNull(script.begun.poll());
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"n\":2",
                    "\"tools\":[{}]",
                    "\"tool_choice\":\"required\"",
                    "\"tool_choice\":{\"type\":\"function\"}",
                    "\"functions\":[{}]",
                    "\"modalities\":[\"audio\"]",
                    "\"audio\":{\"voice\":\"a\"}",
                    "\"verbosity\":\"low\"",
                    "\"mirostat\":2",
                    "\"typical_p\":0.5",
                    "\"lora\":[{\"id\":0,\"scale\":1}]"
                })
        void forWhatIsNotSupportedIsRefusedInsteadOfAnsweredDifferently(String setting) throws Exception {
            assertEquals(
                    "not_supported_error",
                    complete(asking("say x", "," + setting)).errorType());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"tools\":[]",
                    "\"tools\":[{}],\"tool_choice\":\"none\"",
                    "\"tool_choice\":\"auto\"",
                    "\"modalities\":[\"text\"]",
                    "\"typical_p\":1.0,\"top_n_sigma\":-1,\"mirostat\":0",
                    "\"seed\":-1",
                    "\"grammar\":\"\"",
                    "\"max_tokens\":null,\"stop\":null,\"logit_bias\":{}",
                    "\"response_format\":{\"type\":\"text\"}",
                    "\"logprobs\":false",
                    "\"presence_penalty\":0",
                    "\"user\":\"x\""
                })
        void thatAsksForNothingSpecialIsAnswered(String setting) throws Exception {
            assertEquals(200, complete(asking("say x", "," + setting)).status);
        }

        @Test
        void ofTooManyBytesIsRefused() throws Exception {
            Answer answer = complete(asking("x".repeat(9 * 1024 * 1024), ""));
            assertEquals(413, answer.status);
        }

        @Test
        void thatIsNotUtf8OrNotJsonIsRefused() throws Exception {
            Map<String, String> form = new HashMap<>(headers("r1"));
            form.put("Content-Type", "text/plain");
            assertEquals(415, send("POST", COMPLETIONS, form, asking("say x", "")).status);
            byte[] latin = asking("say é", "").getBytes(StandardCharsets.ISO_8859_1);
            try (LoopbackResponse response = client.send("POST", COMPLETIONS, headers("r1"), latin)) {
                assertEquals(400, response.status());
            }
        }

        @Test
        void withAnIdThatIsRunningIsRefusedAndOneWithABadIdToo() throws Exception {
            try (Stream running = new Stream("same", "slow", "")) {
                assertNotNull(running.next());
                Answer second = send("POST", COMPLETIONS, headers("same"), asking("say x", ""));
                assertEquals(409, second.status);
            }
            assertEquals(400, send("POST", COMPLETIONS, headers("a/b"), asking("say x", "")).status);
        }

        @Test
        void thatDoesNotFitGetsTheTypedErrorWithBothCountsStreamingOrNot() throws Exception {
            for (String stream : List.of("", ",\"stream\":true")) {
                Answer answer = complete(asking("overflow", stream));
                assertEquals(400, answer.status);
                assertEquals("exceed_context_size_error", answer.errorType());
                assertEquals(1000, answer.error().get("n_prompt_tokens").getAsInt());
                assertEquals(100, answer.error().get("n_ctx").getAsInt());
            }
        }

        @Test
        void thatFailsInTheModelGetsAServerErrorAndTheNextOneIsAnswered() throws Exception {
            Answer answer = complete(asking("fail", ""));
            assertEquals(500, answer.status);
            assertEquals("server_error", answer.errorType());
            assertEquals(200, complete(asking("say x", "")).status);
        }

        @Test
        void isAnsweredInTheOrderOfArrival() throws Exception {
            try (Stream first = new Stream("a", "step", "");
                    Stream second = new Stream("b", "say second", "")) {
                Generator.Request running = soon(script.begun);
                assertTrue(running.prompt().toString().contains("step"));
                assertNull(script.begun.poll());
                script.say("first");
                script.end();
                assertEquals("first", text(first.rest()));
                assertEquals("second", text(second.rest()));
            }
        }
    }

    @Nested
    class AStream {
        @BeforeEach
        void load() throws Exception {
            loaded();
        }

        @Test
        void sendsTheFirstTextAtOnceAndEndsWithReasonUsageAndTimings() throws Exception {
            try (Stream stream = new Stream("s1", "step", "")) {
                script.say("one");
                JsonObject first = stream.next();
                assertEquals("one", text(first));
                assertEquals("s1", first.get("id").getAsString());
                assertEquals("chat.completion.chunk", first.get("object").getAsString());
                JsonObject delta =
                        first.getAsJsonArray("choices").get(0).getAsJsonObject().getAsJsonObject("delta");
                assertEquals("assistant", delta.get("role").getAsString());
                script.say(" two");
                assertEquals(" two", text(stream.next()));
                script.end();
                JsonObject last = stream.next();
                assertEquals("stop", finish(last));
                assertEquals(
                        15, last.getAsJsonObject("usage").get("total_tokens").getAsInt());
                assertEquals(
                        50.0,
                        last.getAsJsonObject("timings").get("predicted_ms").getAsDouble());
                assertNull(stream.poll());
                assertNull(stream.events.next());
            }
        }

        @Test
        void gathersFastTokensIntoFewEventsWithoutLosingOrBreakingOne() throws Exception {
            String scripts = "العربية हिन्दी 日本語 👩‍👩‍👧‍👦 é ";
            String answer = scripts.repeat(2000);
            try (Stream stream = new Stream("s1", "say " + answer, "")) {
                List<JsonObject> chunks = stream.rest();
                assertEquals(answer, text(chunks));
                for (JsonObject chunk : chunks) {
                    String part = text(chunk);
                    assertFalse(part.contains("\uFFFD"));
                    assertTrue(
                            part.isEmpty()
                                    || (!Character.isLowSurrogate(part.charAt(0))
                                            && !Character.isHighSurrogate(part.charAt(part.length() - 1))),
                            "a character was cut");
                }
                assertTrue(chunks.size() < 100, "events for 60,000 tokens: " + chunks.size());
            }
        }

        @Test
        void tellsHowFarThePromptIsReadWhenAsked() throws Exception {
            try (Stream stream = new Stream("s1", "say x", ",\"return_progress\":true")) {
                JsonObject progress = stream.next().getAsJsonObject("prompt_progress");
                assertEquals(10, progress.get("total").getAsInt());
                assertEquals(4, progress.get("cache").getAsInt());
                assertEquals(10, progress.get("processed").getAsInt());
                assertTrue(progress.has("time_ms"));
                assertEquals("x", text(stream.rest()));
            }
            try (Stream stream = new Stream("s2", "say x", ",\"stream_options\":{\"include_usage\":true}")) {
                List<JsonObject> chunks = stream.rest();
                assertTrue(chunks.stream().noneMatch(chunk -> chunk.has("prompt_progress")));
                assertTrue(chunks.getLast().getAsJsonArray("choices").isEmpty());
                assertEquals(
                        10,
                        chunks.getLast()
                                .getAsJsonObject("usage")
                                .get("prompt_tokens")
                                .getAsInt());
            }
        }

        @Test
        void whoseModelFailsInMidAnswerEndsWithTheError() throws Exception {
            try (Stream stream = new Stream("s1", "step", "")) {
                script.say("one");
                assertEquals("one", text(stream.next()));
                script.say("fail");
                assertEquals(
                        "server_error",
                        stream.next().getAsJsonObject("error").get("type").getAsString());
                assertNull(stream.poll());
            }
        }

        @Test
        void whoseClientHasGoneIsCancelled() throws Exception {
            try (Stream stream = new Stream("s1", "slow", "")) {
                assertNotNull(stream.next());
            }
            assertEquals(Generator.Finish.CANCELLED, soon(script.ended));
        }

        @Test
        void whoseClientHasGoneWhileThePromptIsReadIsCancelled() throws Exception {
            try (Stream stream = new Stream("s1", "read", "")) {
                soon(script.begun);
                assertNotNull(stream.response);
            }
            assertEquals(Generator.Finish.CANCELLED, soon(script.ended));
        }

        @Test
        void whoseClientStopsReadingDoesNotHoldUpTheModel() throws Exception {
            String megabytes = "x".repeat(3 * 1024 * 1024);
            try (Stream stalled = new Stream("s1", "say " + megabytes, "")) {
                assertNotNull(stalled.response);
                assertEquals(Generator.Finish.STOP, soon(script.ended));
                assertEquals(200, complete(asking("say next", "")).status);
            }
        }
    }

    @Nested
    class ACancel {
        @BeforeEach
        void load() throws Exception {
            loaded();
        }

        private boolean cancel(String id) throws IOException {
            Answer answer =
                    send("POST", COMPLETIONS + "/" + id + "/cancel", Map.of("Authorization", "Bearer " + TOKEN), "");
            assertEquals(200, answer.status);
            return answer.json.get("cancelled").getAsBoolean();
        }

        private void endsWithinHalfASecond(Stream stream, long from) throws IOException {
            List<JsonObject> rest = stream.rest();
            long millis = (System.nanoTime() - from) / 1_000_000;
            assertEquals("cancelled", finish(rest.getLast()));
            assertTrue(millis < 500, millis + " ms");
        }

        @ParameterizedTest
        @ValueSource(strings = {"read", "slow", "step"})
        void endsARequestWithinHalfASecondInItsPromptAndInItsAnswer(String wish) throws Exception {
            try (Stream stream = new Stream("c1", wish, "")) {
                soon(script.begun);
                long from = System.nanoTime();
                assertTrue(cancel("c1"));
                endsWithinHalfASecond(stream, from);
            }
            assertEquals(200, complete(asking("say x", "")).status);
        }

        @Test
        void endsForItsClientWithinHalfASecondThoughTheModelIsBusyForLonger() throws Exception {
            try (Stream stream = new Stream("c1", "deaf", "")) {
                assertEquals("word", text(stream.next()));
                long from = System.nanoTime();
                assertTrue(cancel("c1"));
                endsWithinHalfASecond(stream, from);
                assertNull(script.ended.poll(), "the model has not come to it");
            }
            script.hear();
            assertEquals(Generator.Finish.CANCELLED, soon(script.ended));
            assertEquals(200, complete(asking("say x", "")).status);
        }

        @Test
        void endsARequestThatStillWaitsAtOnceAndTheOneBeforeItGoesOn() throws Exception {
            try (Stream running = new Stream("c1", "step", "");
                    Stream waiting = new Stream("c2", "say never", "")) {
                soon(script.begun);
                long from = System.nanoTime();
                assertTrue(cancel("c2"));
                endsWithinHalfASecond(waiting, from);
                script.say("still here");
                script.end();
                assertEquals("still here", text(running.rest()));
                assertNull(script.begun.poll());
            }
        }

        @Test
        void thatOvertakesItsRequestStillCounts() throws Exception {
            assertFalse(cancel("early"));
            try (Stream stream = new Stream("early", "slow", "")) {
                endsWithinHalfASecond(stream, System.nanoTime());
            }
            assertNull(script.begun.poll());
        }

        @Test
        void thatComesAfterTheEndDoesNotEndTheNextRequestOfTheSameId() throws Exception {
            assertEquals(200, complete(asking("say x", "")).status);
            cancel("r1");
            JsonObject choice = complete(asking("say y", ""))
                    .json
                    .getAsJsonArray("choices")
                    .get(0)
                    .getAsJsonObject();
            assertEquals("stop", choice.get("finish_reason").getAsString());
        }

        @Test
        void ofAnAnswerInOnePieceGivesWhatThereWas() throws Exception {
            Thread cancelling = Thread.ofVirtual().start(() -> {
                try {
                    soon(script.begun);
                    cancel("r1");
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            Answer answer = complete(asking("slow", ""));
            cancelling.join();
            JsonObject choice = answer.json.getAsJsonArray("choices").get(0).getAsJsonObject();
            assertEquals("cancelled", choice.get("finish_reason").getAsString());
        }
    }

    @Nested
    class AWish {
        private Generator.Request asked(String more) throws Exception {
            Answer answer = complete(asking("say x", more));
            assertEquals(200, answer.status, answer.json.toString());
            return soon(script.begun);
        }

        @Test
        void forSamplingReachesTheModel() throws Exception {
            loaded();
            SamplerOptions options = asked(
                            ",\"frequency_penalty\":0.5,\"presence_penalty\":-0.5,\"repeat_penalty\":1.5,"
                                    + "\"repeat_last_n\":-1,\"dry_multiplier\":0.8,\"dry_base\":2,\"dry_allowed_length\":3,"
                                    + "\"dry_penalty_last_n\":9,\"dry_sequence_breakers\":[\"x\"],"
                                    + "\"logit_bias\":{\"5\":-100,\"6\":false,\"ab\":2.5},\"grammar\":\"root ::= [x]\"")
                    .sampling();
            assertEquals(new SamplerOptions.Penalties(100, 1.5, 0.5, -0.5), options.penalties());
            assertEquals(new SamplerOptions.Dry(0.8, 2, 3, 9, List.of("x")), options.dry());
            assertEquals(
                    Map.of(5, -100f, 6, Float.NEGATIVE_INFINITY, (int) 'a', 2.5f, (int) 'b', 2.5f),
                    options.logitBias());
            assertEquals("root ::= [x]", options.grammar());
            assertEquals(
                    Map.of(7, 1f), asked(",\"logit_bias\":[[7,1]]").sampling().logitBias());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"logit_bias\":{\"256\":1}",
                    "\"logit_bias\":{\"1\":true}",
                    "\"logit_bias\":{\"1\":1e60}",
                    "\"logit_bias\":[[1]]",
                    "\"repeat_penalty\":0",
                    "\"dry_multiplier\":1,\"dry_sequence_breakers\":[\"\"]",
                    "\"top_logprobs\":2",
                    "\"logprobs\":true,\"top_logprobs\":21",
                    "\"reasoning_effort\":\"heroic\"",
                    "\"reasoning_format\":\"deepseek-legacy\"",
                    "\"prompt_cache_retention\":\"forever\"",
                    "\"chat_template_kwargs\":{\"messages\":[]}",
                    "\"response_format\":{\"type\":\"xml\"}",
                    "\"response_format\":{\"type\":\"json_schema\"}",
                    "\"response_format\":{\"type\":\"json_object\"},\"grammar\":\"root ::= [x]\"",
                    "\"grammar\":\"root ::= root\"",
                    "\"json_schema\":{\"type\":\"colour\"}",
                    "\"n_predict\":0",
                    "\"max_tokens\":1e999999999"
                })
        void thatMakesNoSenseIsRefused(String wish) throws Exception {
            loaded();
            Answer answer = complete(asking("say x", "," + wish));
            assertEquals(400, answer.status, answer.json.toString());
            assertEquals("invalid_request_error", answer.errorType());
            assertNull(script.begun.poll());
        }

        @Test
        void forLengthEndAndKeepingReachesTheModel() throws Exception {
            loaded();
            Generator.Request request = asked(
                    ",\"n_predict\":7,\"ignore_eos\":true,\"prompt_cache_key\":\"k\",\"prompt_cache_retention\":\"24h\"");
            assertEquals(7, request.maxTokens());
            assertTrue(request.ignoreEnd());
            assertEquals("k", request.cacheKey());
            assertTrue(request.keepOnDisk());
            assertFalse(asked(",\"prompt_cache_key\":\"k\"").keepOnDisk());
            assertNull(
                    asked(",\"prompt_cache_key\":\"k\",\"cache_prompt\":false").cacheKey());
            assertEquals(Integer.MAX_VALUE, asked(",\"n_predict\":-1").maxTokens());
        }

        @Test
        void forAFormBecomesAGrammar() throws Exception {
            loaded();
            String schema = "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}}}";
            Generator.Request format =
                    asked(",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":"
                            + schema + "}}");
            assertNotNull(format.sampling().grammar());
            assertEquals(
                    format.sampling().grammar(),
                    asked(",\"json_schema\":" + schema).sampling().grammar());
            assertNotNull(asked(",\"response_format\":{\"type\":\"json_object\"}")
                    .sampling()
                    .grammar());
            assertNull(
                    asked(",\"response_format\":{\"type\":\"text\"}").sampling().grammar());
        }

        @Test
        void forScoresIsAnsweredWithThem() throws Exception {
            loaded();
            Answer answer = complete(asking("say xé", ",\"logprobs\":true,\"top_logprobs\":1"));
            JsonArray scores = answer.json
                    .getAsJsonArray("choices")
                    .get(0)
                    .getAsJsonObject()
                    .getAsJsonObject("logprobs")
                    .getAsJsonArray("content");
            assertEquals(
                    "{\"token\":\"é\",\"logprob\":-0.5,\"bytes\":[195,169],\"top_logprobs\":"
                            + "[{\"token\":\"?\",\"logprob\":-9999.0,\"bytes\":[63]}]}",
                    scores.get(1).toString());
            assertEquals(2, scores.size());
            assertEquals(1, soon(script.begun).alternatives());
        }
    }

    @Nested
    class AThinkingModel {
        private static final String THINKING = ScriptedGenerator.TEMPLATE.replace(
                "{% if add_generation_prompt %}[assistant]{% endif %}",
                "{% if add_generation_prompt %}[assistant]"
                        + "{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}{% endif %}");

        @BeforeEach
        void load() throws Exception {
            script.template = THINKING;
            loaded();
        }

        private JsonObject message(String wish, String more) throws IOException {
            return complete(asking(wish, more))
                    .json
                    .getAsJsonArray("choices")
                    .get(0)
                    .getAsJsonObject()
                    .getAsJsonObject("message");
        }

        @Test
        void tellsItsThoughtsApartFromItsAnswer() throws Exception {
            JsonObject message = message("say <think>one two</think>three", "");
            assertEquals("one two", message.get("reasoning_content").getAsString());
            assertEquals("three", message.get("content").getAsString());
            assertEquals(Set.of("<think>", "</think>"), soon(script.begun).visibleControls());
        }

        @Test
        void goesOnWithThoughtsAndWithAnAnswerAfterThem() throws Exception {
            String asked = "{\"messages\":[{\"role\":\"user\",\"content\":\"say more</think>done\"},"
                    + "{\"role\":\"assistant\",\"content\":\"\",\"reasoning_content\":\"one\"}],"
                    + "\"continue_final_message\":true}";
            JsonObject message = complete(asked)
                    .json
                    .getAsJsonArray("choices")
                    .get(0)
                    .getAsJsonObject()
                    .getAsJsonObject("message");
            assertEquals("more", message.get("reasoning_content").getAsString());
            assertEquals("done", message.get("content").getAsString());
            assertEquals(
                    "{\"prompt\":\"[user]hi\\n[assistant]<think>\\none\\n</think>\\n\\ntwo\"}",
                    post(
                                    "/apply-template",
                                    "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},"
                                            + "{\"role\":\"assistant\",\"content\":\"two\",\"reasoning_content\":\"one\"}],"
                                            + "\"continue_final_message\":true}")
                            .json
                            .toString()
                            .replace("\\u003c", "<")
                            .replace("\\u003e", ">"));
        }

        @Test
        void streamsItsThoughtsApartFromItsAnswer() throws Exception {
            try (Stream stream = new Stream("t1", "step", "")) {
                script.say("<thi");
                script.say("nk>one", " two</th", "ink>", "three");
                script.end();
                StringBuilder thoughts = new StringBuilder();
                List<JsonObject> chunks = stream.rest();
                for (JsonObject chunk : chunks) {
                    JsonObject delta = chunk.getAsJsonArray("choices")
                            .get(0)
                            .getAsJsonObject()
                            .getAsJsonObject("delta");
                    thoughts.append(
                            delta.has("reasoning_content")
                                    ? delta.get("reasoning_content").getAsString()
                                    : "");
                }
                assertEquals("one two", thoughts.toString());
                assertEquals("three", text(chunks));
                JsonObject usage = chunks.getLast().getAsJsonObject("usage");
                assertEquals(
                        5,
                        usage.getAsJsonObject("completion_tokens_details")
                                .get("reasoning_tokens")
                                .getAsInt(),
                        "seven letters, but no more than the answer has");
            }
        }

        @Test
        void leavesThemInTheAnswerWhenAsked() throws Exception {
            JsonObject message = message("say <think>one</think>two", ",\"reasoning_format\":\"none\"");
            assertEquals("<think>one</think>two", message.get("content").getAsString());
            assertFalse(message.has("reasoning_content"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"chat_template_kwargs\":{\"enable_thinking\":false}",
                    "\"reasoning_effort\":\"none\"",
                    "\"response_format\":{\"type\":\"json_object\"}"
                })
        void canBeToldNotToThink(String wish) throws Exception {
            message("say x", "," + wish);
            assertTrue(((Generator.Prompt.Text) soon(script.begun).prompt())
                    .text()
                    .endsWith("[assistant]<think></think>"));
        }
    }

    @Nested
    class APlainPrompt {
        @BeforeEach
        void load() throws Exception {
            loaded();
        }

        private JsonObject choice(String body) throws IOException {
            Answer answer = post("/v1/completions", body);
            assertEquals(200, answer.status, answer.json.toString());
            assertEquals("text_completion", answer.json.get("object").getAsString());
            return answer.json.getAsJsonArray("choices").get(0).getAsJsonObject();
        }

        @Test
        void isContinuedAsItIs() throws Exception {
            assertEquals("x", choice("{\"prompt\":\"say x\"}").get("text").getAsString());
            Generator.Request request = soon(script.begun);
            assertEquals(new Generator.Prompt.Text("say x", 0), request.prompt());
            assertEquals(16, request.maxTokens());
            assertEquals("x", choice("{\"prompt\":[\"say x\"]}").get("text").getAsString());
        }

        @Test
        void mayBeTokens() throws Exception {
            for (String prompt : List.of("[1,2]", "[[1,2]]")) {
                choice("{\"prompt\":" + prompt + ",\"max_tokens\":0}");
                Generator.Request request = soon(script.begun);
                assertEquals(new Generator.Prompt.Tokens(List.of(1, 2)), request.prompt());
                assertEquals(0, request.maxTokens());
            }
        }

        @Test
        void isRepeatedWithItsScoresWhenAsked() throws Exception {
            JsonObject choice = choice("{\"prompt\":\"say é\",\"echo\":true,\"logprobs\":1}");
            assertEquals("say éé", choice.get("text").getAsString());
            JsonObject scores = choice.getAsJsonObject("logprobs");
            assertEquals(
                    "[\"s\",\"a\",\"y\",\" \",\"é\",\"é\"]",
                    scores.get("tokens").toString());
            assertEquals(
                    "[null,-2.0,-2.0,-2.0,-2.0,-0.5]",
                    scores.get("token_logprobs").toString());
            assertEquals("[0,1,2,3,4,5]", scores.get("text_offset").toString());
            assertTrue(soon(script.begun).scorePrompt());
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "{} | 400",
                    "{\"prompt\":5} | 400",
                    "{\"prompt\":[]} | 400",
                    "{\"prompt\":[256]} | 400",
                    "{\"prompt\":[-1]} | 400",
                    "{\"prompt\":[1,\"a\"]} | 400",
                    "{\"prompt\":\"say x\",\"max_tokens\":-1} | 400",
                    "{\"prompt\":\"say x\",\"messages\":[]} | 400",
                    "{\"prompt\":[\"say x\",\"say y\"]} | 501",
                    "{\"prompt\":\"say x\",\"suffix\":\"end\"} | 501",
                    "{\"prompt\":\"say x\",\"best_of\":2} | 501",
                    "{\"prompt\":\"overflow\"} | 400"
                })
        void thatCannotBeContinuedIsRefused(String body, int status) throws Exception {
            assertEquals(status, post("/v1/completions", body).status);
        }
    }

    @Nested
    class Embeddings {
        @Test
        void areRefusedByAModelThatHasNone() throws Exception {
            loaded();
            Answer answer = post("/v1/embeddings", "{\"input\":\"x\"}");
            assertEquals(501, answer.status);
            assertEquals("not_supported_error", answer.errorType());
        }

        @Test
        void areComputedOnTheModelsThreadAndToldAsNumbersOrPacked() throws Exception {
            script.embeddingSize = 2;
            loaded();
            Answer answer = post("/v1/embeddings", "{\"input\":[\"abc\",[1,2]]}");
            JsonArray data = answer.json.getAsJsonArray("data");
            assertEquals(
                    "{\"object\":\"embedding\",\"index\":1,\"embedding\":[2.0,0.5]}",
                    data.get(1).toString());
            assertEquals(
                    5, answer.json.getAsJsonObject("usage").get("prompt_tokens").getAsInt());
            String packed = post("/v1/embeddings", "{\"input\":[1,2],\"encoding_format\":\"base64\",\"dimensions\":2}")
                    .json
                    .getAsJsonArray("data")
                    .get(0)
                    .getAsJsonObject()
                    .get("embedding")
                    .getAsString();
            assertEquals("AAAAQAAAAD8=", packed);
            assertEquals(501, post("/v1/embeddings", "{\"input\":\"x\",\"dimensions\":3}").status);
            assertEquals(400, post("/v1/embeddings", "{\"input\":[]}").status);
            assertEquals(400, post("/v1/embeddings", "{\"input\":[\"\"]}").status);
            assertEquals(
                    "exceed_context_size_error",
                    post("/v1/embeddings", "{\"input\":\"" + "x".repeat(101) + "\"}")
                            .errorType());
        }
    }

    @Nested
    class LongEmbeddings {
        private final Semaphore allowed = new Semaphore(0);

        @BeforeEach
        void load() throws Exception {
            script.embeddingSize = 2;
            script.mayEmbed = allowed;
            loaded();
        }

        @AfterEach
        void letThemEnd() {
            allowed.release(10_000);
        }

        private CompletableFuture<Answer> asked(String id, int texts) {
            String body = "{\"input\":[" + "\"x\",".repeat(texts - 1) + "\"x\"]}";
            CompletableFuture<Answer> answer = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    answer.complete(send("POST", "/v1/embeddings", headers(id), body));
                } catch (IOException | RuntimeException e) {
                    answer.completeExceptionally(e);
                }
            });
            return answer;
        }

        @Test
        void letAnswersBetweenTheirTexts() throws Exception {
            EmbeddingJob job = new EmbeddingJob("e1", List.of(new int[1], new int[2], new int[3], new int[4]));
            Generation chat =
                    new Generation("g1", new Generator.Request("say x", SamplerOptions.greedy(), 9, List.of(), null));
            generator.submit(job);
            generator.submit(chat);
            allowed.release(2);
            Generation.Update update = chat.next(TimeUnit.SECONDS.toNanos(5));
            if (update.text().isEmpty() && update.progress() != null) {
                update = chat.next(TimeUnit.SECONDS.toNanos(5)); // that the prompt was read may be told before the text
            }
            assertEquals("x", update.text());
            assertNull(job.await(1), "half of the texts are computed");
            allowed.release(2);
            List<Generator.Embedding> all = Objects.requireNonNull(job.await(TimeUnit.SECONDS.toNanos(5)));
            assertEquals(
                    List.of(1, 2, 3, 4),
                    all.stream().map(Generator.Embedding::tokens).toList());
        }

        @Test
        void canBeCancelled() throws Exception {
            CompletableFuture<Answer> answer = asked("e1", 3);
            send("POST", COMPLETIONS + "/e1/cancel", Map.of("Authorization", "Bearer " + TOKEN), "");
            assertEquals("cancelled_error", answer.get(5, TimeUnit.SECONDS).errorType());
        }

        @Test
        void areGivenUpWhenTheirClientGoes() throws Exception {
            String body = "{\"input\":[" + "\"x\",".repeat(255) + "\"x\"]}";
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), ((LoopbackAddress.Tcp) address).port())) {
                String request = "POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TOKEN
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                allowed.release(1);
                Eventually.within(Duration.ofSeconds(5), "one text is computed", () -> script.embedded.get() == 1);
            }
            CompletableFuture<Answer> next = asked("e2", 1);
            Eventually.within(Duration.ofSeconds(20), "the next request is answered", () -> {
                allowed.release(1);
                return next.isDone();
            });
            assertEquals(200, next.get().status);
            assertTrue(script.embedded.get() < 256, "computed: " + script.embedded);
        }

        @Test
        void ofTooManyTextsAreRefused() throws Exception {
            assertEquals(
                    "invalid_request_error",
                    asked("e1", 257).get(5, TimeUnit.SECONDS).errorType());
        }
    }

    @Test
    void aFolderThatCannotBeReadDoesNotEndTheEngine() throws Exception {
        loaded();
        Map<String, String> token = Map.of("Authorization", "Bearer " + TOKEN);
        assertEquals(200, send("DELETE", "/koine/conversations/unreadable", token, null).status);
        assertEquals(200, complete(asking("say x", "")).status);
        assertEquals(200, get("/health").status);
    }

    @Nested
    class TheModel {
        @BeforeEach
        void load() throws Exception {
            loaded();
        }

        @Test
        void isToldAsLlamaServerDoesButNotWhereItLies() throws Exception {
            JsonObject props = get("/props").json;
            assertEquals(
                    100,
                    props.getAsJsonObject("default_generation_settings")
                            .get("n_ctx")
                            .getAsInt());
            assertEquals("test-model", props.get("model_path").getAsString());
            assertEquals("<s>", props.get("bos_token").getAsString());
            assertEquals(
                    "test-model", get("/v1/models/test-model").json.get("id").getAsString());
            assertEquals(404, get("/v1/models/other").status);
        }

        @Test
        void cutsTextIntoTokensAndBack() throws Exception {
            assertEquals(
                    "{\"tokens\":[97,195,169]}",
                    post("/tokenize", "{\"content\":\"aé\"}").json.toString());
            assertEquals(
                    "{\"tokens\":[{\"id\":97,\"piece\":\"a\"},{\"id\":195,\"piece\":[195]},{\"id\":169,\"piece\":[169]}]}",
                    post("/tokenize", "{\"content\":\"aé\",\"with_pieces\":true}")
                            .json
                            .toString());
            assertEquals(
                    "{\"content\":\"aé\"}",
                    post("/detokenize", "{\"tokens\":[97,195,169]}").json.toString());
            assertEquals(400, post("/detokenize", "{\"tokens\":[256]}").status);
            assertEquals(400, post("/tokenize", "{}").status);
        }

        @Test
        void writesAndCountsAPromptWithoutAnswering() throws Exception {
            assertEquals(
                    "{\"prompt\":\"[user]hi\\n[assistant]\"}",
                    post("/apply-template", asking("hi", "")).json.toString());
            assertEquals(
                    20,
                    post(COMPLETIONS + "/input_tokens", asking("hi", ""))
                            .json
                            .get("input_tokens")
                            .getAsInt());
            assertNull(script.begun.poll());
        }

        @Test
        void goesOnWithAnAnswerThatHasBegun() throws Exception {
            String begun = "{\"messages\":[{\"role\":\"user\",\"content\":\"say more\"},"
                    + "{\"role\":\"assistant\",\"content\":\"Good mor\"}],\"continue_final_message\":true}";
            assertEquals(
                    "{\"prompt\":\"[user]say more\\n[assistant]Good mor\"}",
                    post("/apply-template", begun).json.toString());
            assertEquals(200, complete(begun).status);
            assertTrue(soon(script.begun).prompt().toString().contains("[user]say more\n[assistant]Good mor"));
            assertEquals(400, post("/apply-template", begun.replace("assistant", "user")).status);
            String format = begun.replace("true}", "true,\"response_format\":{\"type\":\"json_object\"}}");
            assertEquals(501, complete(format).status);
        }

        @Test
        void forgetsAConversation() throws Exception {
            Answer answer =
                    send("DELETE", "/koine/conversations/a-b", Map.of("Authorization", "Bearer " + TOKEN), null);
            assertEquals(200, answer.status);
            assertEquals("a-b", soon(script.forgotten));
            assertEquals(405, get("/koine/conversations/a").status);
        }
    }

    @Nested
    class ALease {
        private LoopbackResponse lease() throws IOException {
            return client.send("GET", "/koine/lease", Map.of("Authorization", "Bearer " + TOKEN), null);
        }

        @Test
        void lastsAsLongAsItsConnectionAndTheEngineEndsAfterTheLast() throws Exception {
            LoopbackResponse first = lease();
            LoopbackResponse second = lease();
            assertEquals(200, first.status());
            assertEquals(200, second.status());
            CountDownLatch ended = new CountDownLatch(1);
            Thread.ofVirtual().start(() -> {
                try {
                    leases.awaitEnd();
                    ended.countDown();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            first.close();
            assertFalse(ended.await(4, TimeUnit.SECONDS), "one lease is still open");
            second.close();
            assertTrue(ended.await(5, TimeUnit.SECONDS), "no lease is open");
            try (LoopbackResponse late = lease()) {
                assertEquals(503, late.status());
            }
        }

        @Test
        void endsWhenTheServerStops() throws Exception {
            try (LoopbackResponse lease = lease()) {
                assertEquals(200, lease.status());
                server.close();
                long from = System.nanoTime();
                try {
                    lease.body().readAllBytes();
                } catch (IOException e) {
                    assertTrue(System.nanoTime() - from < 5_000_000_000L);
                }
                assertThrows(IOException.class, () -> lease().close());
            }
        }
    }
}
