package koine.engine.jllama;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import koine.engine.llama.SamplerOptions;
import koine.engine.session.Generator.Request;

/** Requests as llama-server of that time takes them. */
final class RequestJson {
    /** A text no model writes, for DRY that stops at none: an empty list is refused, and none means the usual ones. */
    private static final String NEVER_WRITTEN = "\uE000\uE000";

    private RequestJson() {}

    /** To read so many of the tokens; what was read before is not read again. */
    static String reading(int[] tokens, int count) {
        JsonObject json = new JsonObject();
        json.addProperty("stream", false);
        json.addProperty("n_predict", 0);
        greedily(json, new JsonArray());
        return withPrompt(Arrays.copyOf(tokens, count), json);
    }

    /**
     * @param most tokens of the answer
     * @param forbidden tokens that are never chosen
     * @param visible names of control tokens that are text of the answer
     */
    static String answering(
            int[] tokens, Request request, int most, Collection<Integer> forbidden, Collection<String> visible) {
        SamplerOptions sampling = request.sampling();
        JsonObject json = new JsonObject();
        json.addProperty("stream", true);
        json.addProperty("n_predict", most);
        json.addProperty("seed", Integer.toUnsignedLong(sampling.nativeSeed()));
        JsonArray samplers = new JsonArray();
        penalties(json, samplers, sampling.penalties());
        dry(json, samplers, sampling.dry());
        choice(json, samplers, sampling);
        JsonArray biases = new JsonArray();
        sampling.logitBias().forEach((token, bias) -> biases.add(bias(token, bias)));
        forbidden.forEach(token -> biases.add(bias(token, Float.NEGATIVE_INFINITY)));
        json.add("logit_bias", biases);
        JsonArray names = new JsonArray();
        visible.forEach(names::add);
        json.add("preserved_tokens", names);
        return withPrompt(tokens, json);
    }

    private static void penalties(JsonObject json, JsonArray samplers, SamplerOptions.Penalties penalties) {
        if (penalties.on()) {
            samplers.add("penalties");
            json.addProperty("repeat_last_n", penalties.lastTokens());
            json.addProperty("repeat_penalty", penalties.repeat());
            json.addProperty("frequency_penalty", penalties.frequency());
            json.addProperty("presence_penalty", penalties.presence());
        }
    }

    private static void dry(JsonObject json, JsonArray samplers, SamplerOptions.Dry dry) {
        if (dry.on()) {
            samplers.add("dry");
            json.addProperty("dry_multiplier", dry.multiplier());
            json.addProperty("dry_base", dry.base());
            json.addProperty("dry_allowed_length", dry.allowedLength());
            json.addProperty("dry_penalty_last_n", dry.lastTokens());
            JsonArray breakers = new JsonArray();
            (dry.breakers().isEmpty() ? List.of(NEVER_WRITTEN) : dry.breakers()).forEach(breakers::add);
            json.add("dry_sequence_breakers", breakers);
        }
    }

    /** In the order in which Koine's own chain has them. */
    private static void choice(JsonObject json, JsonArray samplers, SamplerOptions sampling) {
        if (sampling.temperature() == 0) {
            greedily(json, samplers);
            return;
        }
        if (sampling.topK() > 0) {
            samplers.add("top_k");
            json.addProperty("top_k", sampling.topK());
        }
        if (sampling.topP() < 1) {
            samplers.add("top_p");
            json.addProperty("top_p", sampling.topP());
        }
        if (sampling.minP() > 0) {
            samplers.add("min_p");
            json.addProperty("min_p", sampling.minP());
        }
        samplers.add("temperature");
        json.addProperty("min_keep", 1);
        json.addProperty("temperature", sampling.temperature());
        json.add("samplers", samplers);
    }

    private static void greedily(JsonObject json, JsonArray samplers) {
        samplers.add("top_k");
        json.addProperty("top_k", 1);
        json.add("samplers", samplers);
    }

    private static JsonArray bias(int token, float bias) {
        JsonArray pair = new JsonArray();
        pair.add(token);
        if (bias == Float.NEGATIVE_INFINITY) {
            pair.add(false);
        } else {
            pair.add(bias);
        }
        return pair;
    }

    private static String withPrompt(int[] tokens, JsonObject json) {
        json.addProperty("cache_prompt", true);
        return "{\"prompt\":" + Arrays.toString(tokens) + "," + json.toString().substring(1);
    }
}
