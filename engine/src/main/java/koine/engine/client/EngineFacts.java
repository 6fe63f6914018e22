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
 * @param offload null when the processor computes all of it
 * @param pack the native pack it runs on; null when it does not say
 * @param draft the smaller model that was to write ahead; null when none was
 */
public record EngineFacts(
        int contextTokens,
        Thinking thinking,
        boolean extended,
        @Nullable Offload offload,
        @Nullable String pack,
        @Nullable Draft draft) {
    public static final EngineFacts UNKNOWN = new EngineFacts(0, Thinking.NONE, false);

    /** Of an engine on the processor. */
    public EngineFacts(int contextTokens, Thinking thinking, boolean extended) {
        this(contextTokens, thinking, extended, null, null, null);
    }

    /**
     * Layers of the model that a device computes.
     *
     * @param device the pack's name of it
     * @param all the output counts as one
     * @param needBytes device memory for all of them; 0 when not known
     * @param freeBytes what the device had free before
     */
    public record Offload(String device, int layers, int all, long needBytes, long freeBytes) {}

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
                : new EngineFacts(
                        context,
                        thinking(props.get("koine_thinking")),
                        true,
                        offload(props),
                        text(props.get("koine_pack")),
                        draft(props));
    }

    private static @Nullable Offload offload(JsonObject props) {
        return props.get("koine_offload") instanceof JsonObject told
                        && told.get("device") instanceof JsonPrimitive device
                ? new Offload(
                        device.getAsString(),
                        integer(told.get("layers")),
                        integer(told.get("of")),
                        number(told.get("needBytes")),
                        number(told.get("freeBytes")))
                : null;
    }

    /**
     * @param file without its folder
     * @param hindrance why it does not write ahead, in the engine's word; null when it does
     */
    public record Draft(String file, @Nullable String hindrance) {}

    private static @Nullable Draft draft(JsonObject props) {
        String file = props.get("koine_draft") instanceof JsonObject told ? text(told.get("file")) : null;
        return file == null
                ? null
                : new Draft(file, text(props.getAsJsonObject("koine_draft").get("hindrance")));
    }

    private static @Nullable String text(@Nullable JsonElement value) {
        return value instanceof JsonPrimitive text && text.isString() ? text.getAsString() : null;
    }

    private static long number(@Nullable JsonElement value) {
        return value instanceof JsonPrimitive number && number.isNumber() ? Math.max(0, number.getAsLong()) : 0;
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
