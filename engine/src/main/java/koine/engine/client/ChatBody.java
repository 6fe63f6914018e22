package koine.engine.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import org.jspecify.annotations.Nullable;

/** The JSON of a chat request. */
final class ChatBody {
    /** How long OpenAI's API lets a prompt be kept beyond memory. */
    private static final String A_DAY = "24h";

    private ChatBody() {}

    /** @param facts fields that the OpenAI API lacks go only to an engine that knows them */
    static JsonObject of(ChatRequest request, EngineFacts facts) {
        JsonObject body = new JsonObject();
        body.add("messages", messages(request, facts));
        body.addProperty("stream", true);
        body.addProperty("return_progress", true);
        Sampling sampling = request.sampling();
        add(body, "temperature", sampling.temperature());
        add(body, "top_k", sampling.topK());
        add(body, "top_p", sampling.topP());
        add(body, "min_p", sampling.minP());
        add(body, "seed", sampling.seed());
        add(body, "max_tokens", request.maxTokens());
        if (request.cacheKey() != null) {
            body.addProperty("prompt_cache_key", request.cacheKey());
        }
        if (facts.extended()) {
            Sampling.Repetition repetition = sampling.repetition();
            if (repetition != null) {
                add(body, "dry_multiplier", repetition.multiplier());
                add(body, "dry_base", repetition.base());
                add(body, "dry_allowed_length", repetition.allowedLength());
                add(body, "dry_penalty_last_n", repetition.lastTokens());
                add(body, "repeat_penalty", repetition.penalty());
            }
            if (request.cacheKey() != null && request.keepOnDisk()) {
                body.addProperty("prompt_cache_retention", A_DAY);
            }
            if (request.goesOn()) {
                body.addProperty("continue_final_message", true);
            }
            if (!request.adapters().isEmpty()) {
                body.add("lora", adapters(request));
            }
            template(body, request, facts);
        }
        return body;
    }

    private static JsonArray adapters(ChatRequest request) {
        JsonArray adapters = new JsonArray();
        for (ChatAdapter adapter : request.adapters()) {
            JsonObject json = new JsonObject();
            json.addProperty("path", adapter.file().toString());
            json.addProperty("scale", adapter.scale());
            adapters.add(json);
        }
        return adapters;
    }

    /** Of the same request, what decides how many tokens its prompt has. */
    static JsonObject prompt(ChatRequest request, EngineFacts facts) {
        JsonObject body = new JsonObject();
        body.add("messages", messages(request, facts));
        if (facts.extended()) {
            template(body, request, facts);
        }
        return body;
    }

    private static void template(JsonObject body, ChatRequest request, EngineFacts facts) {
        if (request.thinking() != null && facts.thinking() == Thinking.SWITCHABLE) {
            JsonObject arguments = new JsonObject();
            arguments.addProperty("enable_thinking", request.thinking());
            body.add("chat_template_kwargs", arguments);
        }
    }

    private static JsonArray messages(ChatRequest request, EngineFacts facts) {
        JsonArray messages = new JsonArray();
        for (ChatMessage message : request.messages()) {
            JsonObject json = new JsonObject();
            json.addProperty("role", message.role());
            json.addProperty("content", message.content());
            if (message.reasoning() != null && facts.extended()) {
                json.addProperty("reasoning_content", message.reasoning());
            }
            messages.add(json);
        }
        return messages;
    }

    private static void add(JsonObject body, String name, @Nullable Number value) {
        if (value != null) {
            body.addProperty(name, value);
        }
    }
}
