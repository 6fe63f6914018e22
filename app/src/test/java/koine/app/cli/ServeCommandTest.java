package koine.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import koine.i18n.Problem;
import koine.testing.Python;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code koine serve} as its users have it: the whole program, and OpenAI's own client for Python. */
@Timeout(300)
class ServeCommandTest {
    /** For examples in documents (RFC 5737): no computer has it. */
    private static final String SOMEBODY_ELSE_S = "192.0.2.1";

    @TempDir
    Path home;

    @TempDir
    Path scripts;

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "signals are sent with kill")
    void serves_openai_s_client_until_ctrl_c_and_leaves_nothing_behind() throws Exception {
        Python python = Python.with("openai");
        List<ProcessHandle> engines;
        try (KoineProcess serve = new KoineProcess(home, "serve", "--port", "0", "--json")) {
            JsonObject listening = JsonParser.parseString(serve.object()).getAsJsonObject();
            Path out = scripts.resolve("out.txt");
            Process client = python.script(
                            ServeCommandTest.class,
                            "openai_serve.py",
                            scripts,
                            listening.get("address").getAsString(),
                            listening.get("token").getAsString())
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            assertTrue(client.waitFor(4, TimeUnit.MINUTES));
            assertEquals("all is well\n", Files.readString(out, StandardCharsets.UTF_8));
            engines = KoineProcess.engines(home);
            assertEquals(1, engines.size());
            serve.interrupt();
            assertEquals(130, serve.exitCode());
            assertEquals("", serve.out());
            assertEquals("", serve.err());
        }
        engines.getFirst().onExit().get(15, TimeUnit.SECONDS);
        assertEquals(List.of(), KoineProcess.engines(home));
    }

    @Test
    void says_in_one_sentence_why_it_does_not_serve() throws Exception {
        refused("KOINE-A117", "serve", "--host", "0.0.0.0");
        refused("KOINE-A118", "serve", "--token", "short");
        refused("KOINE-A119", "serve", "--host", SOMEBODY_ELSE_S, "--token", "a-token-of-sixteen");
        refused("KOINE-A119", "serve", "--host", SOMEBODY_ELSE_S, "--token", "a-token-of-sixteen", "--port", "0");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            refused("KOINE-A116", "serve", "--port", Integer.toString(taken.getLocalPort()));
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "signals are sent with kill")
    void says_that_the_usual_port_was_taken_and_which_one_it_has() throws Exception {
        try (KoineProcess first = new KoineProcess(home, "serve", "--json");
                KoineProcess second = new KoineProcess(home, "serve", "--json")) {
            int usual = port(first);
            int other = port(second);
            // whoever came second, or both where another program has the usual port, says so
            first.interrupt();
            second.interrupt();
            assertEquals(130, first.exitCode());
            assertEquals(130, second.exitCode());
            assertNotEquals(usual, other);
            assertEquals(said(usual), first.err());
            assertEquals(said(other), second.err());
        }
    }

    private static String said(int port) {
        return port == 11535
                ? ""
                : "The usual port 11535 is taken, so Koine listens at port " + port
                        + ". Choose one yourself with --port.\n";
    }

    private static int port(KoineProcess serve) throws IOException {
        JsonObject listening = JsonParser.parseString(serve.object()).getAsJsonObject();
        return URI.create(listening.get("address").getAsString()).getPort();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the rights of a file are those of POSIX")
    void takes_its_token_from_a_file_that_only_its_user_can_read() throws Exception {
        Path file = Files.writeString(scripts.resolve("token"), "a-token.of-sixteen\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        refused("KOINE-A123", "serve", "--token-file", file.toString());
        refused("KOINE-A124", "serve", "--token-file", scripts.resolve("none").toString());
        refused("KOINE-A126", "serve", "--token-file", file.toString(), "--token", "another-of-sixteen");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        try (KoineProcess serve =
                new KoineProcess(home, "serve", "--port", "0", "--json", "--token-file", file.toString())) {
            JsonObject listening = JsonParser.parseString(serve.object()).getAsJsonObject();
            assertTrue(listening.get("token").isJsonNull());
            URI models = URI.create(listening.get("address").getAsString() + "/models");
            try (HttpClient client = HttpClient.newHttpClient()) {
                assertEquals(200, status(client, models, "a-token.of-sixteen"));
                assertEquals(401, status(client, models, "another-of-sixteen"));
            }
            serve.interrupt();
            assertEquals(130, serve.exitCode());
        }
    }

    private static int status(HttpClient client, URI address, String token) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(address)
                .header("Authorization", "Bearer " + token)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    @Test
    void takes_its_token_from_the_environment_when_no_argument_says_another() throws Exception {
        Map<String, String> environment = Map.of("KOINE_SERVE_TOKEN", "environment.token");
        assertEquals("environment.token", ServeToken.given(null, null, environment));
        assertEquals("argument-of-sixteen", ServeToken.given("argument-of-sixteen", null, environment));
        assertNull(ServeToken.given(null, null, Map.of()));
        Problem empty =
                assertThrows(Problem.class, () -> ServeToken.given(null, null, Map.of("KOINE_SERVE_TOKEN", "")));
        assertEquals("KOINE-A118", empty.code());
    }

    private void refused(String code, String... command) throws Exception {
        try (KoineProcess serve = new KoineProcess(home, command)) {
            String said = serve.err();
            assertTrue(said.matches("[^\\n]+ \\(" + code + "\\)\\n"), said);
            assertEquals("", serve.out());
            assertFalse(serve.exitCode() == 0);
        }
    }
}
