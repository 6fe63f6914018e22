package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.Locale;
import koine.engine.session.Generator;

/**
 * What a completion is answered with, whole or in chunks: OpenAI's shape with llama-server's {@code timings} and
 * {@code prompt_progress}. One thread.
 */
abstract class CompletionJson {
    private final String id;
    private final String model;
    private final String wholeName;
    private final String chunkName;
    private final long created = Instant.now().getEpochSecond();

    CompletionJson(String id, String model, String wholeName, String chunkName) {
        this.id = id;
        this.model = model;
        this.wholeName = wholeName;
        this.chunkName = chunkName;
    }

    /** Adds to the whole answer. */
    abstract void add(AnswerReader.Part part);

    /** What was added, as the one choice of an answer in one piece, but for its end. */
    abstract JsonObject wholeChoice();

    /** The one choice of a chunk, but for its end; for an empty part too. */
    abstract JsonObject chunkChoice(AnswerReader.Part part, boolean last);

    /** How many of the answer's tokens are thoughts. */
    abstract int thoughtTokens(Generator.Outcome outcome);

    JsonObject whole(Generator.Outcome outcome) {
        JsonObject choice = wholeChoice();
        choice.addProperty("finish_reason", finishReason(outcome));
        JsonObject json = head(wholeName, choice);
        json.add("usage", usage(outcome));
        json.add("timings", timings(outcome));
        return json;
    }

    JsonObject chunk(AnswerReader.Part part) {
        JsonObject choice = chunkChoice(part, false);
        choice.add("finish_reason", JsonNull.INSTANCE);
        return head(chunkName, choice);
    }

    /** @param part what came with the end */
    JsonObject end(AnswerReader.Part part, Generator.Outcome outcome) {
        JsonObject choice = chunkChoice(part, true);
        choice.addProperty("finish_reason", finishReason(outcome));
        JsonObject json = head(chunkName, choice);
        json.add("usage", usage(outcome));
        json.add("timings", timings(outcome));
        return json;
    }

    JsonObject progress(Generation.Progress progress) {
        JsonObject counts = new JsonObject();
        counts.addProperty("total", progress.total());
        counts.addProperty("cache", progress.cached());
        counts.addProperty("processed", progress.processed());
        counts.addProperty("time_ms", progress.millis());
        JsonObject json = chunk(AnswerReader.Part.NOTHING);
        json.add("prompt_progress", counts);
        return json;
    }

    /** OpenAI's clients that ask for it read the usage from a last chunk without a choice. */
    JsonObject usageAlone(Generator.Outcome outcome) {
        JsonObject json = head(chunkName, new JsonObject());
        json.add("choices", new JsonArray());
        json.add("usage", usage(outcome));
        return json;
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

    private JsonObject usage(Generator.Outcome outcome) {
        JsonObject prompt = new JsonObject();
        prompt.addProperty("cached_tokens", outcome.cachedTokens());
        JsonObject answer = new JsonObject();
        answer.addProperty("reasoning_tokens", thoughtTokens(outcome));
        JsonObject usage = new JsonObject();
        usage.addProperty("prompt_tokens", outcome.promptTokens());
        usage.addProperty("completion_tokens", outcome.answerTokens());
        usage.addProperty("total_tokens", outcome.promptTokens() + outcome.answerTokens());
        usage.add("prompt_tokens_details", prompt);
        usage.add("completion_tokens_details", answer);
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
        if (outcome.drafted() > 0) {
            timings.addProperty("draft_n", outcome.drafted());
            timings.addProperty("draft_n_accepted", outcome.draftedKept());
        }
        return timings;
    }

    private static double perSecond(int tokens, double millis) {
        return millis > 0 ? tokens * 1000.0 / millis : 0;
    }
}
