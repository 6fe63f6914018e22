package koine.gguf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * All that the inspector shows of a model file. Numbers the file does not give are 0.
 *
 * @param bytes length of this file
 * @param heads attention heads of the layer that has most
 * @param keyValueHeads heads that keep keys and values, of the layer that has most
 * @param slidingWindow tokens that layers with a window look back; 0 where all look back to the beginning
 * @param keyValueBytesPerToken estimate of what the context takes for each token, with keys and values as f16 and no window
 * @param chatTemplate null when the file has none
 * @param tensorTypes with most bytes first
 */
public record ModelDetails(
        ModelFacts facts,
        long bytes,
        long layers,
        long embeddingLength,
        long heads,
        long keyValueHeads,
        long slidingWindow,
        long keyValueBytesPerToken,
        Vocabulary vocabulary,
        @Nullable ChatTemplate chatTemplate,
        List<TensorTypeShare> tensorTypes) {
    private static final long MOST_LAYERS = 512;
    private static final long MOST_WIDTH = 1 << 20;
    private static final int F16_BYTES = 2;
    private static final Set<String> RECURRENT_LAYERS_DO_NOT_ATTEND = Set.of("qwen35", "qwen35moe", "qwen3next");
    private static final int USUAL_INTERVAL = 4;

    /** @param kind {@code tokenizer.ggml.model}, null when there is none. @param tokens how many */
    public record Vocabulary(@Nullable String kind, long tokens) {}

    /**
     * @param family whose turns it writes, as its tokens show; null for one that is not known, or too long to be looked at
     * @param thinking whether it knows of thoughts before an answer
     */
    public record ChatTemplate(@Nullable String family, boolean thinking) {}

    /** How much of the file is stored in one way. */
    public record TensorTypeShare(String type, long tensors, long bytes) {}

    /** Blocks on the disk. @throws GgufException when the content is no GGUF that Koine reads */
    public static ModelDetails read(Path file) throws IOException {
        return of(GgufReader.read(file));
    }

    public static ModelDetails of(GgufFile file) {
        ModelFacts facts = ModelFacts.of(file);
        String prefix = facts.architecture() + ".";
        return new ModelDetails(
                facts,
                file.bytes(),
                positive(file, prefix + "block_count"),
                positive(file, prefix + "embedding_length"),
                most(file, prefix + "attention.head_count"),
                keyValueHeads(file, prefix),
                positive(file, prefix + "attention.sliding_window"),
                keyValueBytes(file, prefix),
                new Vocabulary(
                        ModelFacts.clean(file.text("tokenizer.ggml.model")),
                        file.metadata().get("tokenizer.ggml.tokens") instanceof GgufValue.Array tokens
                                ? tokens.count()
                                : 0),
                template(file),
                types(file));
    }

    private static long positive(GgufFile file, String key) {
        return Math.max(0, file.integer(key).orElse(0));
    }

    private static List<Long> each(GgufFile file, String key) {
        return switch (file.metadata().get(key)) {
            case GgufValue.Int number -> List.of(number.value());
            case GgufValue.Array array ->
                array.items().stream()
                        .filter(GgufValue.Int.class::isInstance)
                        .map(item -> ((GgufValue.Int) item).value())
                        .toList();
            case null, default -> List.of();
        };
    }

    private static long most(GgufFile file, String key) {
        return each(file, key).stream().mapToLong(Long::longValue).max().orElse(0);
    }

    private static long keyValueHeads(GgufFile file, String prefix) {
        String key = prefix + "attention.head_count_kv";
        return each(file, key).isEmpty() ? most(file, prefix + "attention.head_count") : most(file, key);
    }

    private static long keyValueBytes(GgufFile file, String prefix) {
        long layers = Math.min(positive(file, prefix + "block_count"), MOST_LAYERS);
        long heads = most(file, prefix + "attention.head_count");
        if (heads < 1) {
            return 0;
        }
        long usual = positive(file, prefix + "embedding_length") / heads;
        long width;
        if (positive(file, prefix + "attention.key_length_mla") > 0) {
            width = within(file, prefix + "attention.key_length", usual); // values are part of the keys
        } else {
            width = within(file, prefix + "attention.key_length", usual)
                    + within(file, prefix + "attention.value_length", usual);
        }
        List<Long> sharing = each(file, prefix + "attention.head_count_kv");
        long all = LongStream.range(0, layers)
                .filter(layer -> attends(file, prefix, layer))
                .map(layer -> sharing.isEmpty() ? heads : sharing.get((int) Math.min(layer, (long) sharing.size() - 1)))
                .filter(count -> count >= 0 && count <= MOST_WIDTH)
                .sum();
        return all * width * F16_BYTES;
    }

    private static long within(GgufFile file, String key, long otherwise) {
        return Math.clamp(file.integer(key).orElse(otherwise), 0, MOST_WIDTH);
    }

    private static boolean attends(GgufFile file, String prefix, long layer) {
        if (!RECURRENT_LAYERS_DO_NOT_ATTEND.contains(prefix.substring(0, prefix.length() - 1))) {
            return true;
        }
        List<Long> recurrent = each(file, prefix + "attention.recurrent_layers");
        if (layer < recurrent.size()) {
            return recurrent.get((int) layer) == 0;
        }
        long interval =
                Math.max(1, file.integer(prefix + "full_attention_interval").orElse(USUAL_INTERVAL));
        return (layer + 1) % interval == 0;
    }

    private static @Nullable ChatTemplate template(GgufFile file) {
        return switch (file.metadata().get("tokenizer.chat_template")) {
            case GgufValue.Text(String text) -> TemplateFamilies.of(text);
            case GgufValue.LongText _ -> new ChatTemplate(null, false);
            case null, default -> null;
        };
    }

    private static List<TensorTypeShare> types(GgufFile file) {
        Map<GgufTensorType, TensorTypeShare> shares = new EnumMap<>(GgufTensorType.class);
        for (GgufTensor tensor : file.tensors()) {
            shares.merge(
                    tensor.type(),
                    new TensorTypeShare(tensor.type().name(), 1, tensor.bytes()),
                    (a, b) -> new TensorTypeShare(a.type(), a.tensors() + b.tensors(), a.bytes() + b.bytes()));
        }
        return shares.values().stream()
                .sorted(Comparator.comparingLong(TensorTypeShare::bytes).reversed())
                .toList();
    }

    /** Whose turns a template writes, by the tokens it names. */
    private static final class TemplateFamilies {
        private static final Map<String, String> FAMILIES = new LinkedHashMap<>();
        private static final List<String> THOUGHTS =
                List.of("enable_thinking", "<think>", "[THINK]", "<|START_THINKING|>", "<|think|>", "reasoning_effort");

        static {
            FAMILIES.put("<|im_start|>", "ChatML");
            FAMILIES.put("<|start_header_id|>", "Llama 3");
            FAMILIES.put("<start_of_turn>", "Gemma");
            FAMILIES.put("<|START_OF_TURN_TOKEN|>", "Command");
            FAMILIES.put("[INST]", "Mistral");
            FAMILIES.put("<｜User｜>", "DeepSeek");
            FAMILIES.put("<|channel|>", "Harmony");
            FAMILIES.put("<|start_of_role|>", "Granite");
            FAMILIES.put("<|Bot|>", "Spark");
            FAMILIES.put("[gMASK]", "GLM");
            FAMILIES.put("<|role_end|>", "Ling");
            FAMILIES.put("<|end|>", "Phi");
            FAMILIES.put("<|user|>", "Zephyr");
            FAMILIES.put("Assistant:", "User and Assistant");
        }

        static ChatTemplate of(String template) {
            String family = FAMILIES.entrySet().stream()
                    .filter(known -> template.contains(known.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(null);
            return new ChatTemplate(family, THOUGHTS.stream().anyMatch(template::contains));
        }
    }
}
