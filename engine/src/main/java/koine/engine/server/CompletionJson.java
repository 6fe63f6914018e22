package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.Locale;
import koine.engine.session.Generator;

/**
 * What a completion is answered with, whole or in chunks: OpenAI's shape with llama-server's {@code timings} and
 * {@code prompt_progress}.
 */
final class CompletionJson {
    private final String id;
    private final String model;
    private final long created = Instant.now().getEpochSecond();
    private boolean roleSaid;

    CompletionJson(String id, String model) {
        this.id = id;
        this.model = model;
    }

    JsonObject whole(String text, Generator.Outcome outcome) {
        JsonObject message = new JsonObject();
        message.addProperty("role", "assistant");
        message.addProperty("content", text);
        JsonObject choice = new JsonObject();
        choice.addProperty("index", 0);
        choice.add("message", message);
        choice.addProperty("finish_reason", finishReason(outcome));
        JsonObject json = head("chat.completion", choice);
        json.add("usage", usage(outcome));
        json.add("timings", timings(outcome));
        return json;
    }

    JsonObject text(String more) {
        return chunk(more);
    }

    JsonObject progress(Generation.Progress progress) {
        JsonObject counts = new JsonObject();
        counts.addProperty("total", progress.total());
        counts.addProperty("cache", progress.cached());
        counts.addProperty("processed", progress.processed());
        counts.addProperty("time_ms", progress.millis());
        JsonObject json = chunk("");
        json.add("prompt_progress", counts);
        return json;
    }

    JsonObject end(Generator.Outcome outcome) {
        JsonObject json = chunk("");
        json.getAsJsonArray("choices").get(0).getAsJsonObject().addProperty("finish_reason", finishReason(outcome));
        json.add("usage", usage(outcome));
        json.add("timings", timings(outcome));
        return json;
    }

    /** OpenAI's clients that ask for it read the usage from a last chunk without a choice. */
    JsonObject usageAlone(Generator.Outcome outcome) {
        JsonObject json = chunk("");
        json.add("choices", new JsonArray());
        json.add("usage", usage(outcome));
        return json;
    }

    private JsonObject chunk(String more) {
        JsonObject delta = new JsonObject();
        if (!roleSaid) {
            delta.addProperty("role", "assistant");
            roleSaid = true;
        }
        if (!more.isEmpty()) {
            delta.addProperty("content", more);
        }
        JsonObject choice = new JsonObject();
        choice.addProperty("index", 0);
        choice.add("delta", delta);
        choice.add("finish_reason", JsonNull.INSTANCE);
        return head("chat.completion.chunk", choice);
    }

    private JsonObject head(String object, JsonObject choice) {
        JsonArray choices = new JsonArray();
        choices.add(choice);
        JsonObject json = new JsonObject();
        json.addProperty("id", id);
        json.addProperty("object", object);
        json.addProperty("created", created);
        json.addProperty("model", model);
        json.add("choices", choices);
        return json;
    }

    private static String finishReason(Generator.Outcome outcome) {
        return outcome.finish().name().toLowerCase(Locale.ROOT);
    }

    private static JsonObject usage(Generator.Outcome outcome) {
        JsonObject details = new JsonObject();
        details.addProperty("cached_tokens", outcome.cachedTokens());
        JsonObject usage = new JsonObject();
        usage.addProperty("prompt_tokens", outcome.promptTokens());
        usage.addProperty("completion_tokens", outcome.answerTokens());
        usage.addProperty("total_tokens", outcome.promptTokens() + outcome.answerTokens());
        usage.add("prompt_tokens_details", details);
        return usage;
    }

    private static JsonObject timings(Generator.Outcome outcome) {
        int read = outcome.promptTokens() - outcome.cachedTokens();
        JsonObject timings = new JsonObject();
        timings.addProperty("cache_n", outcome.cachedTokens());
        timings.addProperty("prompt_n", read);
        timings.addProperty("prompt_ms", outcome.promptMillis());
        timings.addProperty("prompt_per_second", perSecond(read, outcome.promptMillis()));
        timings.addProperty("predicted_n", outcome.answerTokens());
        timings.addProperty("predicted_ms", outcome.answerMillis());
        timings.addProperty("predicted_per_second", perSecond(outcome.answerTokens(), outcome.answerMillis()));
        return timings;
    }

    private static double perSecond(int tokens, double millis) {
        return millis > 0 ? tokens * 1000.0 / millis : 0;
    }
}
