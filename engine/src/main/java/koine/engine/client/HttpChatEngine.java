package koine.engine.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import koine.engine.client.ChatResult.Finish;
import koine.i18n.Problem;
import koine.net.LoopbackClient;
import koine.net.LoopbackResponse;
import koine.net.ServerSentEvents;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chats with an engine over its HTTP API. */
final class HttpChatEngine implements ChatEngine {
    private static final Logger LOG = LoggerFactory.getLogger(HttpChatEngine.class);
    private static final String COMPLETIONS = "/v1/chat/completions";
    /** The engine had ended before the request began: nothing is lost, and a new one can be asked. */
    private static final String GONE = "KOINE-E209";

    /** An adapter could not be used. */
    private static final String ADAPTER = "KOINE-E118";

    private static final Duration CANCEL_ANSWER = Duration.ofSeconds(5);
    private static final Pattern LINE = Pattern.compile("\\(line (\\d+)\\)$");
    private static final Pattern QUOTED = Pattern.compile("('[^']{1,40}')");
    /** What Koine's engine takes (docs/api.md). Longer ones it refuses while they arrive, which looks like its end. */
    private static final int MAX_BODY_BYTES = 8 * 1024 * 1024;

    private static final int MAX_ERROR_BYTES = 64 * 1024;
    private static final int MAX_EVENT_BYTES = 16 * 1024 * 1024;

    private final LoopbackClient client;
    private final String token;
    private volatile @Nullable EngineFacts facts;

    private final BooleanSupplier ended;

    /** @param ended asked when a request was not answered: whether the engine has gone; may wait a moment */
    HttpChatEngine(LoopbackClient client, String token, BooleanSupplier ended) {
        this.client = client;
        this.token = token;
        this.ended = ended;
    }

    @Override
    public ChatResult chat(ChatRequest request, ChatListener listener) throws Problem {
        Map<String, String> headers = new HashMap<>(authorization());
        headers.put("Content-Type", "application/json");
        headers.put("X-Request-Id", request.id());
        if (!request.adapters().isEmpty() && !facts().extended()) {
            throw new Problem(ADAPTER, Map.of("reason", "unsupported")); // never silently the model alone
        }
        byte[] body = ChatBody.of(request, facts()).toString().getBytes(StandardCharsets.UTF_8);
        if (body.length > MAX_BODY_BYTES) {
            throw tooLong();
        }
        boolean begun = false;
        try (LoopbackResponse response = client.send("POST", COMPLETIONS, headers, body)) {
            begun = true;
            if (response.status() != 200) {
                Problem refusal = refusal(new String(response.readBody(MAX_ERROR_BYTES), StandardCharsets.UTF_8));
                if (refusal.code().equals(GONE)) {
                    LOG.info("the engine is ending: {}", ended.getAsBoolean() ? "it has" : "not yet");
                }
                throw refusal;
            }
            return read(new ServerSentEvents(response.body(), MAX_EVENT_BYTES), listener);
        } catch (SocketTimeoutException | ProtocolException e) {
            throw new Problem("KOINE-E206", Map.of(), e);
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                // the connection is closed: the engine notices at its next write
                return new ChatResult(Finish.CANCELLED, 0, 0, 0, 0, 0);
            }
            throw new Problem(!begun && ended.getAsBoolean() ? GONE : "KOINE-E201", Map.of(), e);
        }
    }

    /** What one event says; a listener is told outside of the reading, so that its errors stay its own. */
    private record Chunk(
            @Nullable JsonObject progress,
            String reasoning,
            String text,
            @Nullable ChatResult result,
            @Nullable Problem problem) {
        static Chunk of(String data) throws ProtocolException {
            try {
                JsonObject json = parse(data);
                if (json.has("error")) {
                    return new Chunk(null, "", "", null, HttpChatEngine.problem(json));
                }
                JsonObject progress = json.get("prompt_progress") instanceof JsonObject counts ? counts : null;
                JsonArray choices = json.getAsJsonArray("choices");
                if (choices.isEmpty()) {
                    return new Chunk(progress, "", "", null, null);
                }
                JsonObject choice = choices.get(0).getAsJsonObject();
                JsonObject delta = choice.getAsJsonObject("delta");
                String finish = HttpChatEngine.text(choice, "finish_reason");
                return new Chunk(
                        progress,
                        HttpChatEngine.text(delta, "reasoning_content"),
                        HttpChatEngine.text(delta, "content"),
                        finish.isEmpty() ? null : HttpChatEngine.result(finish, json),
                        null);
            } catch (JsonParseException
                    | IllegalStateException
                    | ClassCastException
                    | NullPointerException
                    | UnsupportedOperationException
                    | NumberFormatException e) {
                ProtocolException broken = new ProtocolException("an event that is not a chunk of an answer");
                broken.initCause(e);
                throw broken;
            }
        }
    }

    private static ChatResult read(ServerSentEvents events, ChatListener listener) throws IOException, Problem {
        ChatResult result = null;
        StringBuilder reasoning = new StringBuilder();
        for (ServerSentEvents.Event event = events.next(); event != null; event = events.next()) {
            if (event.data().equals("[DONE]")) {
                break;
            }
            Chunk chunk = Chunk.of(event.data());
            if (chunk.problem != null) {
                throw chunk.problem;
            }
            if (chunk.progress != null) {
                listener.onPromptProgress(
                        integer(chunk.progress, "processed"),
                        integer(chunk.progress, "cache"),
                        integer(chunk.progress, "total"));
            }
            if (!chunk.reasoning.isEmpty()) {
                reasoning.append(chunk.reasoning);
                listener.onReasoning(chunk.reasoning);
            }
            if (!chunk.text.isEmpty()) {
                listener.onText(chunk.text);
            }
            if (chunk.result != null) {
                result = chunk.result;
            }
        }
        if (result == null) {
            throw new ProtocolException("the answer has no end");
        }
        return new ChatResult(
                result.finish(),
                result.promptTokens(),
                result.cachedTokens(),
                result.answerTokens(),
                result.promptMillis(),
                result.answerMillis(),
                reasoning.toString());
    }

    private static ChatResult result(String finish, JsonObject chunk) {
        JsonObject usage = chunk.getAsJsonObject("usage");
        JsonObject timings = chunk.getAsJsonObject("timings");
        return new ChatResult(
                switch (finish) {
                    case "length" -> Finish.LENGTH;
                    case "cancelled" -> Finish.CANCELLED;
                    default -> Finish.STOP;
                },
                integer(usage, "prompt_tokens"),
                integer(timings, "cache_n"),
                integer(usage, "completion_tokens"),
                timings.get("prompt_ms").getAsDouble(),
                timings.get("predicted_ms").getAsDouble());
    }

    private static Problem tooLong() {
        return new Problem("KOINE-E115", Map.of("megabytes", MAX_BODY_BYTES / 1024 / 1024));
    }

    /** What a refusal says. */
    static Problem refusal(String body) {
        try {
            return problem(parse(body));
        } catch (JsonParseException | IllegalStateException | UnsupportedOperationException | NumberFormatException e) {
            return new Problem("KOINE-E206", Map.of(), e);
        }
    }

    static Problem problem(JsonObject body) {
        if (!(body.get("error") instanceof JsonObject error)) {
            return new Problem("KOINE-E206", Map.of());
        }
        String type = text(error, "type");
        String message = text(error, "message");
        return switch (type) {
            case "exceed_context_size_error" ->
                new Problem(
                        "KOINE-E202",
                        Map.of(
                                "promptTokens",
                                integer(error, "n_prompt_tokens"),
                                "contextTokens",
                                integer(error, "n_ctx")));
            case "template_missing" -> new Problem("KOINE-E203", Map.of());
            case "template_unsupported" ->
                new Problem("KOINE-E204", Map.of("detail", place(message) + found(QUOTED, message, " ")));
            // what it quotes may be of the conversation
            case "template_error" -> new Problem("KOINE-E204", Map.of("detail", place(message)));
            case "adapter_error" -> new Problem(ADAPTER, Map.of("reason", message.replaceFirst(":.*", "")));
            case "ending_error" -> new Problem(GONE, Map.of());
            case "unavailable_error", "overloaded_error" -> new Problem("KOINE-E208", Map.of());
            default -> {
                // not the message: what a library says of a request may quote the conversation
                LOG.warn("the engine answered with {}", type);
                yield new Problem(type.equals("server_error") ? "KOINE-E205" : "KOINE-E207", Map.of());
            }
        };
    }

    /** Where in the template, in words of no language: {@code chat_template:12}. */
    private static String place(String message) {
        return "chat_template" + found(LINE, message, ":");
    }

    private static String found(Pattern pattern, String message, String before) {
        Matcher matcher = pattern.matcher(message);
        return matcher.find() ? before + matcher.group(1) : "";
    }

    @Override
    public EngineFacts facts() throws Problem {
        EngineFacts known = facts;
        if (known == null) {
            JsonObject props = get("/props");
            known = EngineFacts.of(
                    props, props == null || !props.has("default_generation_settings") ? get("/v1/models") : null);
            facts = known;
        }
        return known;
    }

    /** @return null when the server has no such page */
    private @Nullable JsonObject get(String path) throws Problem {
        return exchange("GET", path, null);
    }

    /** @return null when the server has no such page, or not for this method */
    private @Nullable JsonObject exchange(String method, String path, @Nullable JsonObject body) throws Problem {
        Map<String, String> headers = new HashMap<>(authorization());
        headers.put("Content-Type", "application/json");
        byte[] bytes = body == null ? null : body.toString().getBytes(StandardCharsets.UTF_8);
        try (LoopbackResponse response = client.send(method, path, headers, bytes)) {
            String answer = new String(response.readBody(MAX_EVENT_BYTES), StandardCharsets.UTF_8);
            return switch (response.status()) {
                case 200 -> parse(answer);
                case 404, 405, 501 -> null;
                default -> throw refusal(answer);
            };
        } catch (SocketTimeoutException | ProtocolException | JsonParseException | IllegalStateException e) {
            throw new Problem("KOINE-E206", Map.of(), e);
        } catch (IOException e) {
            throw new Problem("KOINE-E201", Map.of(), e);
        }
    }

    @Override
    public int countTokens(ChatRequest request) throws Problem {
        JsonObject counted = exchange("POST", COMPLETIONS + "/input_tokens", ChatBody.prompt(request, facts()));
        if (counted != null) {
            int tokens = integer(counted, "input_tokens");
            if (tokens > 0) {
                return tokens;
            }
        }
        // no counter: the engine says the number when it reads the prompt, or when it refuses to
        ChatRequest shortest = new ChatRequest(
                        request.id(),
                        request.messages(),
                        request.sampling(),
                        1,
                        request.cacheKey(),
                        request.thinking(),
                        request.keepOnDisk())
                .withAdapters(request.adapters());
        try {
            return chat(shortest, text -> {}).promptTokens();
        } catch (Problem e) {
            if (e.code().equals("KOINE-E202") && e.arguments().get("promptTokens") instanceof Integer tokens) {
                return tokens;
            }
            throw e;
        }
    }

    @Override
    public void cancel(String requestId) {
        try (LoopbackResponse response = client.withIdleTimeout(CANCEL_ANSWER)
                .send("POST", COMPLETIONS + "/" + requestId + "/cancel", authorization(), new byte[0])) {
            if (response.status() != 200) {
                LOG.warn("a cancel was answered with status {}", response.status());
            }
        } catch (IOException e) {
            LOG.info(
                    "a cancel did not arrive ({}); the engine has gone",
                    e.getClass().getSimpleName());
        }
    }

    private Map<String, String> authorization() {
        return Map.of("Authorization", "Bearer " + token);
    }

    private static JsonObject parse(String json) {
        return JsonParser.parseString(json).getAsJsonObject();
    }

    private static int integer(JsonObject json, String name) {
        JsonElement value = json.get(name);
        return value == null || value.isJsonNull() ? 0 : value.getAsInt();
    }

    private static String text(JsonObject json, String name) {
        JsonElement value = json.get(name);
        return value == null || value.isJsonNull() ? "" : value.getAsString();
    }
}
