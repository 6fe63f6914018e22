package koine.engine.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import org.jspecify.annotations.Nullable;

/**
 * What a running engine says of its model.
 *
 * @param contextTokens room for a conversation with its answer; 0 when it does not say
 * @param extended whether it knows the fields that llama-server has beyond the OpenAI API, as Koine's own engine does:
 *     those servers have {@code /props}, and others may refuse a request for a field they do not know
 */
public record EngineFacts(int contextTokens, Thinking thinking, boolean extended) {
    public static final EngineFacts UNKNOWN = new EngineFacts(0, Thinking.NONE, false);

    /**
     * @param props the answer of {@code /props}; null when there is none
     * @param models the answer of {@code /v1/models}; null when there is none
     */
    static EngineFacts of(@Nullable JsonObject props, @Nullable JsonObject models) {
        int context = 0;
        if (props != null && props.get("default_generation_settings") instanceof JsonObject settings) {
            context = integer(settings.get("n_ctx"));
        }
        if (context == 0
                && models != null
                && models.get("data") instanceof JsonArray data
                && !data.isEmpty()
                && data.get(0) instanceof JsonObject model
                && model.get("meta") instanceof JsonObject meta) {
            context = integer(meta.get("n_ctx"));
        }
        return props == null
                ? new EngineFacts(context, Thinking.NONE, false)
                : new EngineFacts(context, thinking(props.get("koine_thinking")), true);
    }

    private static Thinking thinking(@Nullable JsonElement value) {
        return switch (value instanceof JsonPrimitive text ? text.getAsString() : "") {
            case "switchable" -> Thinking.SWITCHABLE;
            case "always" -> Thinking.ALWAYS;
            default -> Thinking.NONE;
        };
    }

    private static int integer(@Nullable JsonElement value) {
        return value instanceof JsonPrimitive number && number.isNumber() ? Math.max(0, number.getAsInt()) : 0;
    }
}
