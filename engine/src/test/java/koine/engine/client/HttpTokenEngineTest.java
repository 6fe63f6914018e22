package koine.engine.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import koine.engine.client.TokenEngine.Completion;
import koine.i18n.Problem;
import koine.net.LoopbackAddress;
import koine.net.LoopbackClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a server that says what llama-server says. */
@Timeout(30)
class HttpTokenEngineTest {
    private static final String TOKEN = """
            data: {"choices":[{"text":" river","index":0,"logprobs":null,"finish_reason":null}],"object":"text_completion"}

            """;
    private static final String END = """
            data: {"choices":[{"text":"","index":0,"logprobs":null,"finish_reason":"length"}],
            data: "timings":{"cache_n":7,"prompt_n":3,"prompt_ms":4.5,"predicted_n":2,"predicted_ms":9.0}}

            """;

    private record Asked(String target, String authorization, JsonObject body) {}

    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private volatile int status = 200;
    private volatile String answer = "";
    private HttpServer server;
    private HttpTokenEngine engine;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            asked.add(new Asked(
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders().getFirst("Authorization"),
                    JsonParser.parseString(body).getAsJsonObject()));
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        LoopbackAddress address = new LoopbackAddress.Tcp(server.getAddress().getPort());
        Duration patience = Duration.ofSeconds(10);
        engine = new HttpTokenEngine(new LoopbackClient(address, patience, patience), "secret");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void asks_for_the_tokens_of_a_text() throws Exception {
        answer = "{\"tokens\":[5,1,44]}";
        assertArrayEquals(new int[] {5, 1, 44}, engine.tokenize("the river"));
        Asked request = asked.take();
        assertEquals("/tokenize", request.target());
        assertEquals("Bearer secret", request.authorization());
        assertEquals("the river", request.body().get("content").getAsString());
    }

    @Test
    void sends_the_very_tokens_and_asks_for_just_so_many_whatever_they_are() throws Exception {
        answer = TOKEN + TOKEN + END;
        engine.complete(new int[] {5, 6, 7}, 2, null);
        JsonObject body = asked.take().body();
        assertEquals("[5,6,7]", body.get("prompt").toString());
        assertEquals(2, body.get("max_tokens").getAsInt());
        assertTrue(body.get("ignore_eos").getAsBoolean());
        assertEquals(0, body.get("temperature").getAsInt());
        assertFalse(body.get("cache_prompt").getAsBoolean());
        assertFalse(body.has("prompt_cache_key"));
    }

    @Test
    void may_go_on_from_what_the_engine_still_knows() throws Exception {
        answer = TOKEN + TOKEN + END;
        Completion completion = engine.complete(new int[10], 2, "conversation");
        JsonObject body = asked.take().body();
        assertTrue(body.get("cache_prompt").getAsBoolean());
        assertEquals("conversation", body.get("prompt_cache_key").getAsString());
        assertEquals(10, completion.promptTokens());
        assertEquals(7, completion.cachedTokens());
        assertEquals(2, completion.tokens());
        assertTrue(0 < completion.firstTokenNanos() && completion.firstTokenNanos() <= completion.nanos());
    }

    @Test
    void takes_half_an_answer_for_none() {
        answer = TOKEN;
        assertEquals(
                "KOINE-E206",
                assertThrows(Problem.class, () -> engine.complete(new int[1], 2, null))
                        .code());
    }

    @Test
    void passes_on_that_a_prompt_is_too_long() {
        status = 400;
        answer = """
                {"error":{"code":400,"message":"too long","type":"exceed_context_size_error","n_prompt_tokens":9,"n_ctx":8}}""";
        Problem problem = assertThrows(Problem.class, () -> engine.complete(new int[9], 2, null));
        assertEquals("KOINE-E202", problem.code());
        assertEquals(9, problem.arguments().get("promptTokens"));
    }

    @Test
    void an_answer_that_is_no_answer_is_a_problem_not_a_crash() {
        for (String wrong : new String[] {"[]", "{}", "{\"tokens\":[\"a\"]}", "{\"tokens\":[null]}", "nonsense"}) {
            answer = wrong;
            assertEquals(
                    "KOINE-E206",
                    assertThrows(Problem.class, () -> engine.tokenize("x"), wrong)
                            .code());
        }
    }
}
