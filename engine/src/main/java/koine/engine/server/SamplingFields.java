package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import koine.engine.llama.SamplerOptions;
import koine.engine.llama.SamplerOptions.Dry;
import koine.engine.llama.SamplerOptions.Penalties;
import koine.engine.session.Tokenizer;
import org.jspecify.annotations.Nullable;

/** How a request wants its tokens chosen: OpenAI's fields and llama-server's, with llama-server's meanings. */
final class SamplingFields {
    static final Set<String> NAMES = Set.of(
            "temperature",
            "top_k",
            "top_p",
            "min_p",
            "seed",
            "frequency_penalty",
            "presence_penalty",
            "repeat_penalty",
            "repeat_last_n",
            "dry_multiplier",
            "dry_base",
            "dry_allowed_length",
            "dry_penalty_last_n",
            "dry_sequence_breakers",
            "logit_bias",
            "typical_p",
            "top_n_sigma",
            "adaptive_target");

    /** Ways to choose that Koine does not have. */
    static final Set<String> UNSUPPORTED =
            Set.of("mirostat", "xtc_probability", "dynatemp_range", "samplers", "min_keep");

    /** More of these: with these numbers they ask for nothing. */
    private static final Map<String, Double> NEUTRAL =
            Map.of("typical_p", 1.0, "top_n_sigma", -1.0, "adaptive_target", -1.0);

    private static final int MOST_LAST_TOKENS = 1 << 16;
    private static final int MAX_BREAKERS = 64;
    private static final int MAX_BIASES = 10_000;

    private final Fields fields;
    private final Tokenizer tokenizer;
    private final int contextTokens;

    SamplingFields(Fields fields, Tokenizer tokenizer, int contextTokens) {
        this.fields = fields;
        this.tokenizer = tokenizer;
        this.contextTokens = contextTokens;
    }

    SamplerOptions options(@Nullable String grammar) throws ApiException {
        for (Map.Entry<String, Double> neutral : NEUTRAL.entrySet()) {
            if (fields.number(neutral.getKey(), neutral.getValue(), -Float.MAX_VALUE, Float.MAX_VALUE)
                    != neutral.getValue()) {
                throw ApiException.unsupported("\"" + neutral.getKey() + "\"");
            }
        }
        long random = ThreadLocalRandom.current().nextInt() & 0xFFFF_FFFFL;
        long seed = fields.integer("seed", -1, -1, Long.MAX_VALUE);
        try {
            return new SamplerOptions(
                    fields.number("temperature", 0.8, 0, 100),
                    (int) fields.integer("top_k", 40, 0, Integer.MAX_VALUE),
                    fields.number("top_p", 0.95, 0, 1),
                    fields.number("min_p", 0.05, 0, 1),
                    seed < 0 ? random : seed,
                    penalties(),
                    dry(),
                    biases(),
                    grammar);
        } catch (IllegalArgumentException e) {
            throw ApiException.invalid("not possible: " + e.getMessage());
        }
    }

    private Penalties penalties() throws ApiException {
        return new Penalties(
                lastTokens("repeat_last_n", Penalties.OFF.lastTokens()),
                fields.number("repeat_penalty", 1, 0.01, 100),
                fields.number("frequency_penalty", 0, -100, 100),
                fields.number("presence_penalty", 0, -100, 100));
    }

    private Dry dry() throws ApiException {
        double multiplier = fields.number("dry_multiplier", 0, 0, 100);
        if (multiplier == 0) {
            return Dry.OFF;
        }
        return new Dry(
                multiplier,
                fields.number("dry_base", Dry.OFF.base(), 1, 100),
                (int) fields.integer("dry_allowed_length", Dry.OFF.allowedLength(), 1, MOST_LAST_TOKENS),
                lastTokens("dry_penalty_last_n", -1),
                fields.has("dry_sequence_breakers")
                        ? fields.texts("dry_sequence_breakers", MAX_BREAKERS)
                        : Dry.USUAL_BREAKERS);
    }

    /** -1 is the whole context. */
    private int lastTokens(String name, int otherwise) throws ApiException {
        int count = (int) fields.integer(name, otherwise, -1, MOST_LAST_TOKENS);
        return count < 0 ? Math.min(contextTokens, MOST_LAST_TOKENS) : count;
    }

    private Map<Integer, Float> biases() throws ApiException {
        Map<Integer, Float> biases = new HashMap<>();
        switch (fields.get("logit_bias")) {
            case null -> {}
            case JsonObject object
            when object.size() <= MAX_BIASES -> {
                for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
                    add(biases, entry.getKey(), entry.getValue());
                }
            }
            case JsonArray array
            when array.size() <= MAX_BIASES -> {
                for (JsonElement element : array) {
                    if (!(element instanceof JsonArray pair) || pair.size() != 2) {
                        throw noBias();
                    }
                    if (!(pair.get(0) instanceof JsonPrimitive token)) {
                        throw noBias();
                    }
                    add(biases, token.getAsString(), pair.get(1));
                }
            }
            default -> throw noBias();
        }
        return biases;
    }

    private void add(Map<Integer, Float> biases, String token, JsonElement value) throws ApiException {
        float bias = bias(value);
        if (token.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(token);
            if (number >= tokenizer.size()) {
                throw ApiException.invalid("\"logit_bias\": there is no token " + number);
            }
            biases.put(number, bias);
        } else {
            for (int part : tokenizer.tokens(token, false, false)) {
                biases.put(part, bias);
            }
        }
    }

    private static float bias(JsonElement value) throws ApiException {
        if (value instanceof JsonPrimitive primitive) {
            if (primitive.isBoolean() && !primitive.getAsBoolean()) {
                return Float.NEGATIVE_INFINITY;
            }
            if (primitive.isNumber() && Float.isFinite(primitive.getAsFloat())) {
                return primitive.getAsFloat();
            }
        }
        throw noBias();
    }

    private static ApiException noBias() {
        return ApiException.invalid("\"logit_bias\" must give tokens (numbers or texts) a number or false, for at most "
                + MAX_BIASES + " of them");
    }
}
