package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import koine.engine.llama.Utf8;
import koine.engine.session.TokenScore;

/** Scores of tokens in the words of OpenAI's API. */
final class ScoreJson {
    /** For what was impossible: JSON has no infinity, and this is what OpenAI's servers say. */
    private static final double IMPOSSIBLE = -9999;

    private ScoreJson() {}

    /** The {@code logprobs} of a chat's choice. */
    static JsonObject chat(List<TokenScore> tokens) {
        JsonArray content = new JsonArray();
        for (TokenScore token : tokens) {
            JsonArray top = new JsonArray();
            token.alternatives().forEach(other -> top.add(one(other)));
            JsonObject json = one(token);
            json.add("top_logprobs", top);
            content.add(json);
        }
        JsonObject json = new JsonObject();
        json.add("content", content);
        return json;
    }

    private static JsonObject one(TokenScore token) {
        JsonArray bytes = new JsonArray();
        for (byte b : token.bytes()) {
            bytes.add(b & 0xFF);
        }
        JsonObject json = new JsonObject();
        json.addProperty("token", new String(token.bytes(), StandardCharsets.UTF_8));
        json.addProperty("logprob", number(token));
        json.add("bytes", bytes);
        return json;
    }

    static double number(TokenScore token) {
        return Math.max(IMPOSSIBLE, token.logProbability());
    }

    /** As a name that stays different for different parts of characters: {@code bytes:\xe2\x80}. */
    static String name(byte[] bytes) {
        String text = Utf8.textOrNull(bytes);
        if (text != null) {
            return text;
        }
        StringBuilder name = new StringBuilder("bytes:");
        for (byte b : bytes) {
            name.append(String.format(Locale.ROOT, "\\x%02x", b));
        }
        return name.toString();
    }
}
