package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import koine.engine.session.Generator.AdapterUse;
import org.jspecify.annotations.Nullable;

/**
 * What requests for chat and for plain text have in common besides sampling.
 *
 * @param maxTokens {@link Integer#MAX_VALUE} when the request sets no limit
 * @param cacheKey null when nothing that was read may be shared
 * @param adapters LoRA adapters the answer is computed with, by their files
 * @param usage whether a stream ends with a chunk of the usage alone, as OpenAI's does
 */
record CommonFields(
        int maxTokens,
        List<String> stop,
        boolean ignoreEnd,
        @Nullable String cacheKey,
        boolean keepOnDisk,
        List<AdapterUse> adapters,
        boolean stream,
        boolean usage,
        boolean progress) {
    private static final int MAX_STOPS = 16;
    private static final int MAX_ADAPTERS = 8;
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final double MAX_SCALE = 100;
    private static final List<String> LIMITS = List.of("max_completion_tokens", "max_tokens", "n_predict");

    static final Set<String> NAMES = Set.of(
            "max_completion_tokens",
            "max_tokens",
            "n_predict",
            "stop",
            "ignore_eos",
            "prompt_cache_key",
            "prompt_cache_retention",
            "cache_prompt",
            "lora",
            "stream",
            "stream_options",
            "return_progress",
            "n");

    /** What concerns a provider's accounts, other models, or how a server works, and leaves the answer as it is. */
    static final Set<String> IGNORED = Set.of(
            "model",
            "user",
            "metadata",
            "store",
            "service_tier",
            "safety_identifier",
            "prediction",
            "parallel_tool_calls",
            "timings_per_token",
            "n_keep",
            "n_discard",
            "n_cache_reuse",
            "id_slot",
            "sse_ping_interval",
            "provider",
            "transforms",
            "keep_alive",
            "usage");

    static Set<String> together(Set<String> first, Set<String> second, Set<String> third) {
        Set<String> all = new HashSet<>(first);
        all.addAll(second);
        all.addAll(third);
        return Set.copyOf(all);
    }

    /**
     * @param least tokens that may be asked for
     * @param otherwise how many there are when the request does not say
     */
    static CommonFields parse(Fields fields, int least, int otherwise) throws ApiException {
        if (fields.integer("n", 1, 1, Integer.MAX_VALUE) != 1) {
            throw ApiException.unsupported("\"n\" other than 1");
        }
        return new CommonFields(
                limit(fields, least, otherwise),
                stops(fields),
                fields.bool("ignore_eos", false),
                cacheKey(fields),
                keepOnDisk(fields),
                adapters(fields),
                fields.bool("stream", false),
                fields.has("stream_options") && fields.object("stream_options").bool("include_usage", false),
                fields.bool("return_progress", false));
    }

    private static int limit(Fields fields, int least, int otherwise) throws ApiException {
        for (String name : LIMITS) {
            if (fields.has(name)) {
                boolean endless = name.equals("n_predict") && fields.integer(name, 0, -1, Integer.MAX_VALUE) == -1;
                return endless ? Integer.MAX_VALUE : (int) fields.integer(name, 0, least, Integer.MAX_VALUE);
            }
        }
        return otherwise;
    }

    private static List<String> stops(Fields fields) throws ApiException {
        if (!fields.has("stop")) {
            return List.of();
        }
        List<String> stops = fields.get("stop") instanceof JsonArray
                ? fields.texts("stop", MAX_STOPS)
                : List.of(fields.text("stop"));
        if (stops.contains("")) {
            throw ApiException.invalid("\"stop\" must not have an empty text");
        }
        return stops;
    }

    private static @Nullable String cacheKey(Fields fields) throws ApiException {
        Optional<String> key = fields.optionalText("prompt_cache_key");
        if (key.isPresent() && (key.get().isEmpty() || key.get().length() > 200)) {
            throw ApiException.invalid("\"prompt_cache_key\" must have 1 to 200 characters");
        }
        return fields.bool("cache_prompt", true) ? key.orElse(null) : null;
    }

    private static boolean keepOnDisk(Fields fields) throws ApiException {
        return switch (fields.optionalText("prompt_cache_retention").orElse("in_memory")) {
            case "24h" -> true;
            case "in_memory", "in-memory" -> false;
            default -> throw ApiException.invalid("\"prompt_cache_retention\" must be in_memory or 24h");
        };
    }

    /**
     * llama-server names adapters by the order they were given at its start; here a request brings them, by their files. Only
     * programs of this user come so far: what is served to others passes through a door of its own, which lets none in.
     */
    private static List<AdapterUse> adapters(Fields fields) throws ApiException {
        List<AdapterUse> adapters = new ArrayList<>();
        if (!fields.has("lora")) {
            return adapters;
        }
        for (JsonElement element : fields.list("lora", MAX_ADAPTERS)) {
            Fields adapter = Fields.of(element, "an element of \"lora\"");
            if (adapter.has("id")) {
                throw ApiException.unsupported("\"lora\" by \"id\"");
            }
            adapter.requireOnly(Set.of("path", "sha256", "scale"), Set.of(), Set.of());
            try {
                Path file = Path.of(adapter.text("path"));
                if (!file.isAbsolute()) {
                    throw ApiException.invalid("\"path\" of an adapter must be absolute");
                }
                String sha256 = adapter.optionalText("sha256").orElse(null);
                if (sha256 != null && !SHA256.matcher(sha256).matches()) {
                    throw ApiException.invalid("\"sha256\" of an adapter must be 64 digits of 0 to 9 and a to f");
                }
                float scale = (float) adapter.number("scale", 1, -MAX_SCALE, MAX_SCALE);
                adapters.add(new AdapterUse(file, scale, sha256, null));
            } catch (InvalidPathException e) {
                throw ApiException.invalid("\"path\" of an adapter is no path");
            }
        }
        return adapters;
    }
}
