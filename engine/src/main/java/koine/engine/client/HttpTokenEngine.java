package koine.engine.client;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import koine.i18n.Problem;
import koine.net.LoopbackClient;
import koine.net.LoopbackResponse;
import koine.net.ServerSentEvents;
import org.jspecify.annotations.Nullable;

/** Completes tokens over the HTTP API, as llama-server speaks it too. */
final class HttpTokenEngine implements TokenEngine {
    private static final int MAX_BYTES = 16 * 1024 * 1024;

    private final LoopbackClient client;
    private final Map<String, String> headers;

    HttpTokenEngine(LoopbackClient client, String token) {
        this.client = client;
        this.headers = Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json");
    }

    private record TokenizeAnswer(@Nullable List<Integer> tokens) {}

    @Override
    public int[] tokenize(String text) throws Problem {
        JsonObject body = new JsonObject();
        body.addProperty("content", text);
        return send("/tokenize", body, response -> {
            String json = new String(response.readBody(MAX_BYTES), StandardCharsets.UTF_8);
            TokenizeAnswer answer = new Gson().fromJson(json, TokenizeAnswer.class);
            if (answer == null || answer.tokens == null) {
                throw new ProtocolException("no tokens");
            }
            return answer.tokens.stream().mapToInt(Integer::intValue).toArray();
        });
    }

    @Override
    public Completion complete(int[] prompt, int tokens, @Nullable String cacheKey) throws Problem {
        JsonArray ids = new JsonArray(prompt.length);
        for (int token : prompt) {
            ids.add(token);
        }
        JsonObject body = new JsonObject();
        body.add("prompt", ids);
        body.addProperty("max_tokens", tokens);
        body.addProperty("temperature", 0);
        body.addProperty("stream", true);
        body.addProperty("ignore_eos", true);
        body.addProperty("cache_prompt", cacheKey != null);
        if (cacheKey != null) {
            body.addProperty("prompt_cache_key", cacheKey);
        }
        long begun = System.nanoTime();
        return send("/v1/completions", body, response -> read(response, begun));
    }

    private static Completion read(LoopbackResponse response, long begun) throws IOException, Problem {
        ServerSentEvents events = new ServerSentEvents(response.body(), MAX_BYTES);
        long first = 0;
        JsonObject last = null;
        for (ServerSentEvents.Event event = events.next(); event != null; event = events.next()) {
            long now = System.nanoTime();
            if (event.data().equals("[DONE]")) {
                break;
            }
            JsonObject json = JsonParser.parseString(event.data()).getAsJsonObject();
            if (json.has("error")) {
                throw HttpChatEngine.problem(json);
            }
            if (first == 0 && saysSomething(json)) {
                first = now;
            }
            if (json.has("timings")) {
                last = json;
            }
        }
        if (last == null) {
            throw new ProtocolException("the answer has no end");
        }
        long ended = System.nanoTime();
        JsonObject timings = last.getAsJsonObject("timings");
        int cached = timings.get("cache_n").getAsInt();
        return new Completion(
                cached + timings.get("prompt_n").getAsInt(),
                cached,
                timings.get("predicted_n").getAsInt(),
                (first == 0 ? ended : first) - begun,
                ended - begun);
    }

    private static boolean saysSomething(JsonObject json) {
        JsonArray choices = json.getAsJsonArray("choices");
        if (choices.isEmpty()) {
            return false;
        }
        JsonObject choice = choices.get(0).getAsJsonObject();
        return !choice.get("finish_reason").isJsonNull()
                || !choice.get("text").getAsString().isEmpty();
    }

    @FunctionalInterface
    private interface Reader<T> {
        T read(LoopbackResponse response) throws IOException, Problem;
    }

    private <T> T send(String target, JsonObject body, Reader<T> reader) throws Problem {
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        try (LoopbackResponse response = client.send("POST", target, headers, bytes)) {
            if (response.status() != 200) {
                throw HttpChatEngine.refusal(new String(response.readBody(MAX_BYTES), StandardCharsets.UTF_8));
            }
            return reader.read(response);
        } catch (SocketTimeoutException
                | ProtocolException
                | JsonParseException
                | IllegalStateException
                | ClassCastException
                | NullPointerException
                | UnsupportedOperationException
                | NumberFormatException e) {
            throw new Problem("KOINE-E206", Map.of(), e);
        } catch (IOException e) {
            throw new Problem("KOINE-E201", Map.of(), e);
        }
    }
}
