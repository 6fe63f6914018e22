package koine.app.chat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A server on this computer that speaks as an engine does, for the app's own client to talk to: it counts a token for
 * each character of the messages, and refuses what does not fit. Found through a broker file, as engines are.
 */
final class ScriptedServer implements AutoCloseable {
    static final String TOKEN = "a token of sixteen letters";

    final List<JsonObject> chats = new CopyOnWriteArrayList<>();
    final List<String> forgotten = new CopyOnWriteArrayList<>();
    final List<String> bearers = new CopyOnWriteArrayList<>();
    volatile int contextTokens = 1000;
    volatile String thinking = "none";
    volatile boolean counts = true;
    /** Whether it tells of itself as llama-server does. */
    volatile boolean props = true;
    /** What it says to every chat; null answers them. */
    volatile @Nullable String refusal;

    /** Events before the end of an answer: {@code reasoning_content} and {@code content} in turn. */
    volatile List<List<String>> answers = List.of(List.of("", "fine"));

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    ScriptedServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Lets clients find this server as the engine of some model. */
    void announce(Path runtimeFolder) throws IOException {
        Files.createDirectories(runtimeFolder);
        JsonObject broker = new JsonObject();
        broker.addProperty("pid", ProcessHandle.current().pid());
        broker.addProperty("startMillis", 0);
        Path network = Path.of("/proc/self/ns/net");
        broker.addProperty(
                "network",
                Files.isSymbolicLink(network) ? Files.readSymbolicLink(network).toString() : "");
        broker.addProperty("address", "http://127.0.0.1:" + port());
        broker.addProperty("token", TOKEN);
        Files.writeString(runtimeFolder.resolve("engine-0123456789abcdef.json"), broker.toString());
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            bearers.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            byte[] body;
            try (InputStream in = exchange.getRequestBody()) {
                body = in.readAllBytes();
            }
            String path = exchange.getRequestURI().getPath();
            switch (path) {
                case "/props" ->
                    send(
                            exchange,
                            props ? 200 : 404,
                            "{\"default_generation_settings\":{\"n_ctx\":" + contextTokens + "},\"koine_thinking\":\""
                                    + thinking + "\"}");
                case "/v1/chat/completions/input_tokens" -> {
                    if (counts) {
                        send(exchange, 200, "{\"input_tokens\":" + tokens(json(body)) + "}");
                    } else {
                        send(exchange, 404, "{\"error\":{\"type\":\"not_found_error\",\"message\":\"\"}}");
                    }
                }
                case "/v1/chat/completions" -> chat(exchange, json(body));
                default -> {
                    if (path.startsWith("/koine/conversations/")
                            && exchange.getRequestMethod().equals("DELETE")) {
                        forgotten.add(path.substring("/koine/conversations/".length()));
                        send(exchange, 200, "{}");
                    } else {
                        send(exchange, 404, "{\"error\":{\"type\":\"not_found_error\",\"message\":\"\"}}");
                    }
                }
            }
        }
    }

    private static JsonObject json(byte[] body) {
        return JsonParser.parseString(new String(body, StandardCharsets.UTF_8)).getAsJsonObject();
    }

    static int tokens(JsonObject request) {
        int tokens = 0;
        for (var message : request.getAsJsonArray("messages")) {
            tokens += message.getAsJsonObject().get("content").getAsString().length();
        }
        return tokens;
    }

    private void chat(HttpExchange exchange, JsonObject request) throws IOException {
        chats.add(request);
        String refused = refusal;
        if (refused != null) {
            send(exchange, 400, refused);
            return;
        }
        int tokens = tokens(request);
        if (tokens >= contextTokens) {
            send(
                    exchange,
                    400,
                    "{\"error\":{\"code\":400,\"type\":\"exceed_context_size_error\",\"message\":\"\",\"n_prompt_tokens\":"
                            + tokens + ",\"n_ctx\":" + contextTokens + "}}");
            return;
        }
        StringBuilder events = new StringBuilder();
        int texts = 0;
        for (List<String> answer : answers) {
            JsonObject delta = new JsonObject();
            if (!answer.getFirst().isEmpty()) {
                delta.addProperty("reasoning_content", answer.getFirst());
            }
            if (!answer.getLast().isEmpty()) {
                delta.addProperty("content", answer.getLast());
                texts++;
            }
            events.append("data: {\"choices\":[{\"index\":0,\"delta\":")
                    .append(delta)
                    .append(",\"finish_reason\":null}]}\n\n");
        }
        events.append("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":")
                .append("{\"prompt_tokens\":" + tokens + ",\"completion_tokens\":" + texts + "},\"timings\":")
                .append("{\"cache_n\":0,\"prompt_ms\":1.0,\"predicted_ms\":2.0}}\n\ndata: [DONE]\n\n");
        send(exchange, 200, events.toString());
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
