package koine.engine.door;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import koine.engine.client.EngineLease;
import koine.engine.server.AccessRules;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over raw sockets: what a well-behaved client would never send. */
@Timeout(120)
class DoorTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final String HOST = "Host: 127.0.0.1\r\n";
    private static final String BEARER = "Authorization: Bearer " + TOKEN + "\r\n";
    private static final String JSON = "Content-Type: application/json\r\n";
    private static final int MOST_BODY = 1000;

    /** For examples in documents (RFC 5737): no computer has it. */
    private static final String SOMEBODY_ELSE_S = "192.0.2.1";

    private final ServedModels models = new ServedModels() {
        @Override
        public List<Model> models() {
            return List.of(new Model("one", Instant.EPOCH), new Model("two", Instant.EPOCH));
        }

        @Override
        public Model model(@Nullable String id) throws Problem {
            return models().stream()
                    .filter(model -> model.id().equals(id))
                    .findFirst()
                    .orElseThrow(() -> new Problem("KOINE-M101", Map.of()));
        }

        @Override
        public EngineLease engine(Model model) throws Problem {
            throw new Problem("KOINE-E103", Map.of());
        }

        @Override
        public void brokeOff(EngineLease engine) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ServedModels withUsual(String nameOrPath) {
            throw new UnsupportedOperationException();
        }
    };

    private Door door;
    private int port;

    @BeforeEach
    void open() throws IOException {
        door = new Door("127.0.0.1", TOKEN, models, new AccessRules.Limits(1, 20, 4, MOST_BODY));
        port = door.start(0).getPort();
    }

    @AfterEach
    void close() {
        door.close();
    }

    private String answer(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String get(String target, String headers) throws IOException {
        return answer("GET " + target + " HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n");
    }

    private String post(String target, String body) throws IOException {
        return answer("POST " + target + " HTTP/1.1\r\n" + HOST + BEARER + JSON
                + "Connection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private static void refused(int status, String type, String answer) {
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertTrue(answer.contains("\"type\":\"" + type + "\""), answer);
        assertFalse(answer.contains("Access-Control-"), answer);
    }

    @Test
    void listsTheModelsToWhoBearsTheToken() throws Exception {
        String answer = get("/v1/models", HOST + BEARER);
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        assertTrue(answer.contains("\"id\":\"one\"") && answer.contains("\"id\":\"two\""), answer);
    }

    @Test
    void refusesWhoHasNoTokenOrAWrongOne() throws Exception {
        refused(401, "authentication_error", get("/v1/models", HOST));
        refused(401, "authentication_error", get("/v1/models", HOST + "Authorization: Bearer 0123456789abcdeX\r\n"));
        assertTrue(get("/health", HOST).startsWith("HTTP/1.1 200 "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "127.0.0.1.evil.example", "192.168.1.2:80", "localhost.evil", "0.0.0.0"})
    void refusesOtherHostNames(String host) throws Exception {
        refused(403, "permission_error", get("/v1/models", "Host: " + host + "\r\n" + BEARER));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: http://evil.example",
                "Origin: null",
                "Origin: https://127.0.0.1",
                "Origin: http://127.0.0.1:1",
                "Sec-Fetch-Site: cross-site"
            })
    void refusesPagesOfOtherOrigins(String header) throws Exception {
        refused(403, "permission_error", get("/v1/models", HOST + BEARER + header + "\r\n"));
        assertTrue(get("/v1/models", HOST + BEARER + "Origin: http://127.0.0.1\r\n")
                .startsWith("HTTP/1.1 200 "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//v1/models",
                "/v1//models",
                "/v1/../v1/models",
                "/v1/./models",
                "/v1/%2e%2e/models",
                "/v1%2Fmodels",
                "/v1/models;x=1",
                "/v1/models/",
                "http://evil.example/v1/models"
            })
    void refusesEveryOtherWayToWriteAPath(String target) throws Exception {
        String answer = get(target, HOST + BEARER);
        assertTrue(answer.startsWith("HTTP/1.1 4"), answer);
        assertFalse(answer.contains("\"id\":\"one\""), answer);
    }

    @Test
    void refusesABodyThatIsTooLongWhetherItSaysSoOrNot() throws Exception {
        String head = "POST /v1/chat/completions HTTP/1.1\r\n" + HOST + BEARER + JSON;
        refused(413, "invalid_request_error", answer(head + "Content-Length: 999999999\r\n\r\n{"));
        String chunk = "400\r\n" + " ".repeat(1024) + "\r\n";
        refused(
                413,
                "invalid_request_error",
                answer(head + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunk.repeat(3)
                        + "0\r\n\r\n"));
    }

    @Test
    void refusesWhoAsksTooOften() throws Exception {
        String last = "";
        for (int i = 0; i < 40 && !last.startsWith("HTTP/1.1 429 "); i++) {
            last = get("/health", HOST);
        }
        refused(429, "rate_limit_error", last);
        assertTrue(last.contains("Retry-After: 1"), last);
    }

    @Test
    void hangsUpOnARequestThatOnlyTricklesIn() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("GET /health HTTP/1.1\r\nHost: 127".getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout(30_000);
            long from = System.nanoTime();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertFalse(answer.startsWith("HTTP/1.1 200"), answer);
            assertTrue(System.nanoTime() - from < 25_000_000_000L);
        }
    }

    @Test
    void saysInTypesWhatIsWrong() throws Exception {
        String unknown = post("/v1/chat/completions", "{\"model\":\"three\"}");
        refused(404, "invalid_request_error", unknown);
        assertTrue(unknown.contains("\"code\":\"model_not_found\""), unknown);
        refused(503, "engine_error", post("/v1/chat/completions", "{\"model\":\"one\"}"));
        refused(400, "invalid_request_error", post("/v1/chat/completions", "{\"model\":7}"));
        refused(400, "invalid_request_error", post("/v1/chat/completions", "no JSON"));
        refused(405, "invalid_request_error", get("/v1/chat/completions", HOST + BEARER));
        refused(404, "not_found_error", get("/v1/files", HOST + BEARER));
    }

    @Test
    void tellsAPortThatIsTakenFromAnAddressThatIsNotHere() throws Exception {
        try (Door second = new Door("127.0.0.1", TOKEN, models, Door.USUAL_LIMITS);
                Door elsewhere = new Door(SOMEBODY_ELSE_S, TOKEN, models, Door.USUAL_LIMITS)) {
            IOException taken = assertThrows(IOException.class, () -> second.start(port));
            assertFalse(taken instanceof UnknownHostException, taken.toString());
            assertThrows(UnknownHostException.class, () -> elsewhere.start(port));
            assertThrows(UnknownHostException.class, () -> elsewhere.start(0));
            assertTrue(second.start(0).getPort() > 0, "a second try at another port");
        }
    }

    @Test
    void isNotOpenedWithAShortToken() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Door("127.0.0.1", "short", models, Door.USUAL_LIMITS).close());
    }
}
