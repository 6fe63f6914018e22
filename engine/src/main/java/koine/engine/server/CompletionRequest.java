package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import koine.engine.llama.SamplerOptions;
import koine.engine.session.Generator;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /v1/chat/completions}, checked. What would change the answer and is not supported is an
 * error, as is a field nobody knows; nothing is silently ignored but what concerns only a provider's own accounts.
 *
 * @param maxTokens {@link Integer#MAX_VALUE} when the request sets no limit
 */
record CompletionRequest(
        List<Map<String, @Nullable Object>> messages,
        boolean stream,
        boolean includeUsage,
        boolean returnProgress,
        double temperature,
        int topK,
        double topP,
        double minP,
        long seed,
        int maxTokens,
        List<String> stop,
        @Nullable String cacheKey) {
    private static final int MAX_MESSAGES = 10_000;
    private static final int MAX_STOPS = 16;
    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant");
    private static final Set<String> WITHOUT_EFFECT =
            Set.of("model", "user", "metadata", "store", "service_tier", "safety_identifier");
    private static final Set<String> UNSUPPORTED = Set.of(
            "tools",
            "tool_choice",
            "functions",
            "function_call",
            "logprobs",
            "top_logprobs",
            "logit_bias",
            "frequency_penalty",
            "presence_penalty",
            "response_format",
            "audio",
            "modalities",
            "prediction",
            "reasoning_effort",
            "grammar",
            "json_schema");
    private static final Set<String> KNOWN = Set.of(
            "messages",
            "stream",
            "stream_options",
            "return_progress",
            "temperature",
            "top_k",
            "top_p",
            "min_p",
            "seed",
            "max_tokens",
            "max_completion_tokens",
            "stop",
            "n",
            "prompt_cache_key");

    static CompletionRequest parse(byte[] body) throws ApiException {
        JsonObject json = object(body);
        for (Map.Entry<String, JsonElement> field : json.entrySet()) {
            if (UNSUPPORTED.contains(field.getKey()) && !isOff(field.getValue())) {
                throw ApiException.unsupported("\"" + field.getKey() + "\"");
            }
            if (!KNOWN.contains(field.getKey())
                    && !UNSUPPORTED.contains(field.getKey())
                    && !WITHOUT_EFFECT.contains(field.getKey())) {
                throw ApiException.invalid("unknown field \"" + field.getKey() + "\"");
            }
        }
        if (integer(json, "n", 1, 1, Integer.MAX_VALUE) != 1) {
            throw ApiException.unsupported("\"n\" other than 1");
        }
        String limit = isSet(json, "max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
        return new CompletionRequest(
                messages(json),
                bool(json, "stream"),
                isSet(json, "stream_options")
                        && bool(asObject(json.get("stream_options"), "stream_options"), "include_usage"),
                bool(json, "return_progress"),
                number(json, "temperature", 0.8, 0, 100),
                (int) integer(json, "top_k", 40, 0, Integer.MAX_VALUE),
                number(json, "top_p", 0.95, 0, 1),
                number(json, "min_p", 0.05, 0, 1),
                integer(json, "seed", ThreadLocalRandom.current().nextInt() & 0xFFFF_FFFFL, 0, Long.MAX_VALUE),
                (int) integer(json, limit, Integer.MAX_VALUE, 1, Integer.MAX_VALUE),
                stops(json),
                cacheKey(json));
    }

    Generator.Request prompt(String rendered) {
        SamplerOptions sampling = new SamplerOptions(temperature, topK, topP, minP, seed);
        return new Generator.Request(rendered, sampling, maxTokens, stop, cacheKey);
    }

    private static JsonObject object(byte[] body) throws ApiException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            JsonReader reader = new JsonReader(new StringReader(text));
            reader.setStrictness(Strictness.STRICT);
            reader.setNestingLimit(32);
            JsonElement json = JsonParser.parseReader(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw ApiException.invalid("more than one JSON value");
            }
            return asObject(json, "the body");
        } catch (CharacterCodingException e) {
            throw ApiException.invalid("the body is not UTF-8");
        } catch (IOException | JsonParseException e) {
            throw ApiException.invalid("the body is not JSON"); // the parser's message may quote the text
        }
    }

    private static List<Map<String, @Nullable Object>> messages(JsonObject json) throws ApiException {
        if (!(json.get("messages") instanceof JsonArray array) || array.isEmpty() || array.size() > MAX_MESSAGES) {
            throw ApiException.invalid("\"messages\" must be a list of 1 to " + MAX_MESSAGES + " messages");
        }
        List<Map<String, @Nullable Object>> messages = new ArrayList<>();
        for (JsonElement element : array) {
            JsonObject message = asObject(element, "a message");
            for (String field : message.keySet()) {
                if (!field.equals("role") && !field.equals("content") && !isOff(message.get(field))) {
                    throw ApiException.unsupported("\"" + field + "\" of a message");
                }
            }
            String role = string(message.get("role"), "role");
            if (!ROLES.contains(role)) {
                throw ApiException.invalid("a \"role\" must be one of system, developer, user, assistant");
            }
            Map<String, @Nullable Object> variables = new HashMap<>();
            // "developer" is OpenAI's newer word for what every template knows as "system"
            variables.put("role", role.equals("developer") ? "system" : role);
            variables.put("content", content(message.get("content")));
            messages.add(variables);
        }
        return messages;
    }

    private static String content(@Nullable JsonElement content) throws ApiException {
        if (!(content instanceof JsonArray parts)) {
            return string(content, "content");
        }
        StringBuilder text = new StringBuilder();
        for (JsonElement element : parts) {
            JsonObject part = asObject(element, "a part of \"content\"");
            if (!string(part.get("type"), "type").equals("text")) {
                throw ApiException.unsupported("content other than text");
            }
            text.append(string(part.get("text"), "text"));
        }
        return text.toString();
    }

    private static List<String> stops(JsonObject json) throws ApiException {
        if (!isSet(json, "stop")) {
            return List.of();
        }
        JsonElement stop = json.get("stop");
        List<String> stops = new ArrayList<>();
        if (stop instanceof JsonArray array) {
            for (JsonElement element : array) {
                stops.add(string(element, "stop"));
            }
        } else {
            stops.add(string(stop, "stop"));
        }
        if (stops.size() > MAX_STOPS || stops.contains("")) {
            throw ApiException.invalid("\"stop\" must be at most " + MAX_STOPS + " texts, none of them empty");
        }
        return stops;
    }

    private static @Nullable String cacheKey(JsonObject json) throws ApiException {
        if (!isSet(json, "prompt_cache_key")) {
            return null;
        }
        String key = string(json.get("prompt_cache_key"), "prompt_cache_key");
        if (key.isEmpty() || key.length() > 200) {
            throw ApiException.invalid("\"prompt_cache_key\" must have 1 to 200 characters");
        }
        return key;
    }

    private static boolean isSet(JsonObject json, String name) {
        return json.has(name) && !json.get(name).isJsonNull();
    }

    /** A value that asks for nothing: null, false, 0, an empty list or object, "none", plain text as the format. */
    private static boolean isOff(JsonElement value) {
        return switch (value) {
            case JsonArray array -> array.isEmpty();
            case JsonObject object -> object.isEmpty() || object.toString().equals("{\"type\":\"text\"}");
            case JsonPrimitive primitive ->
                primitive.isString()
                        ? primitive.getAsString().equals("none")
                        : primitive.isBoolean() ? !primitive.getAsBoolean() : primitive.getAsDouble() == 0;
            default -> true;
        };
    }

    private static JsonObject asObject(JsonElement json, String what) throws ApiException {
        if (json instanceof JsonObject object) {
            return object;
        }
        throw ApiException.invalid(what + " must be a JSON object");
    }

    private static String string(@Nullable JsonElement json, String name) throws ApiException {
        if (json instanceof JsonPrimitive primitive && primitive.isString()) {
            return primitive.getAsString();
        }
        throw ApiException.invalid("\"" + name + "\" must be a text");
    }

    private static boolean bool(JsonObject json, String name) throws ApiException {
        if (!isSet(json, name)) {
            return false;
        }
        if (json.get(name) instanceof JsonPrimitive primitive && primitive.isBoolean()) {
            return primitive.getAsBoolean();
        }
        throw ApiException.invalid("\"" + name + "\" must be true or false");
    }

    private static double number(JsonObject json, String name, double otherwise, double least, double most)
            throws ApiException {
        if (!isSet(json, name)) {
            return otherwise;
        }
        if (json.get(name) instanceof JsonPrimitive primitive && primitive.isNumber()) {
            double value = primitive.getAsDouble();
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw ApiException.invalid("\"" + name + "\" must be a number from " + plain(least) + " to " + plain(most));
    }

    private static long integer(JsonObject json, String name, long otherwise, long least, long most)
            throws ApiException {
        if (!isSet(json, name)) {
            return otherwise;
        }
        if (json.get(name) instanceof JsonPrimitive primitive && primitive.isNumber()) {
            try {
                long value = new BigDecimal(primitive.getAsString()).longValueExact();
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (ArithmeticException | NumberFormatException e) {
                throw ApiException.invalid("\"" + name + "\" must be a whole number");
            }
        }
        throw ApiException.invalid("\"" + name + "\" must be a whole number from " + least + " to " + most);
    }

    private static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }
}
