package koine.engine.llama;

import java.util.List;
import java.util.Set;
import koine.engine.llama.Plausibility.Numbers;
import org.jspecify.annotations.Nullable;

/** What llama.cpp takes for granted of attention heads and of the positions turned into them. */
final class Heads {
    private static final long MOST = 1 << 16;

    /** Keys as wide as values. */
    private static final Set<String> SQUARE = Set.of(
            "afmoe",
            "apertus",
            "arcee",
            "arctic",
            "baichuan",
            "bailingmoe2",
            "bitnet",
            "bloom",
            "chameleon",
            "chatglm",
            "codeshell",
            "cohere2",
            "command-r",
            "dbrx",
            "deci",
            "deepseek",
            "dots1",
            "dream",
            "ernie4_5",
            "ernie4_5-moe",
            "exaone",
            "exaone-moe",
            "exaone4",
            "falcon",
            "falcon-h1",
            "gemma",
            "gemma2",
            "gemma3",
            "glm4",
            "glm4moe",
            "gpt2",
            "gptneox",
            "granite",
            "granitemoe",
            "grok",
            "hunyuan-dense",
            "hunyuan-moe",
            "internlm2",
            "jais",
            "jais2",
            "llada",
            "llada-moe",
            "llama",
            "llama4",
            "minimax-m2",
            "mistral3",
            "mpt",
            "nemotron",
            "olmo",
            "olmo2",
            "olmoe",
            "openelm",
            "orion",
            "phi2",
            "phi3",
            "plamo",
            "plamo2",
            "qwen",
            "qwen2",
            "qwen2moe",
            "qwen2vl",
            "qwen3",
            "qwen35",
            "qwen35moe",
            "qwen3moe",
            "qwen3next",
            "qwen3vl",
            "qwen3vlmoe",
            "refact",
            "seed_oss",
            "smallthinker",
            "smollm3",
            "spark2_5",
            "stablelm",
            "starcoder",
            "starcoder2",
            "xverse");

    /** Every number of a head is turned. */
    private static final Set<String> TURNED_WHOLE = Set.of(
            "apertus",
            "arcee",
            "arctic",
            "baichuan",
            "chameleon",
            "codeshell",
            "dbrx",
            "deci",
            "deepseek",
            "dots1",
            "dream",
            "ernie4_5",
            "ernie4_5-moe",
            "exaone",
            "exaone-moe",
            "exaone4",
            "falcon",
            "granite",
            "granitemoe",
            "grok",
            "hunyuan-dense",
            "hunyuan-moe",
            "internlm2",
            "jais2",
            "llada",
            "llada-moe",
            "llama",
            "llama4",
            "minimax-m2",
            "mistral3",
            "nemotron",
            "olmo",
            "olmo2",
            "olmoe",
            "orion",
            "plamo",
            "qwen2",
            "qwen2moe",
            "qwen2vl",
            "qwen3",
            "qwen3moe",
            "qwen3vl",
            "qwen3vlmoe",
            "seed_oss",
            "smallthinker",
            "smollm3",
            "starcoder2",
            "xverse");

    /** Heads of sliding-window layers may have a size of their own. */
    private static final Set<String> TWO_SIZES = Set.of("gemma4", "laguna", "maple", "spark2_5", "step35");

    /** Positions of several dimensions. */
    private static final Set<String> IN_SECTIONS = Set.of("qwen2vl", "qwen3vl", "qwen3vlmoe", "qwen35", "qwen35moe");

    private Heads() {}

    static @Nullable String implausible(Numbers numbers) {
        String count = counts(numbers);
        if (count != null) {
            return count;
        }
        long heads = numbers.most("attention.head_count");
        if (heads < 1) {
            return null;
        }
        long whole = numbers.of("embedding_length", 0) / heads;
        long keys = numbers.of("attention.key_length", whole);
        long values = numbers.of("attention.value_length", whole);
        long turned = numbers.of("rope.dimension_count", keys);
        String size = sizes(numbers, "", keys, values, turned);
        if (size != null) {
            return size;
        }
        long windowKeys = numbers.of("attention.key_length_swa", keys);
        long windowValues = numbers.of("attention.value_length_swa", values);
        long windowTurned = numbers.of("rope.dimension_count_swa", turned);
        if (!TWO_SIZES.contains(numbers.architecture())) {
            if (windowKeys != keys) {
                return numbers.key("attention.key_length_swa");
            }
            if (windowValues != values) {
                return numbers.key("attention.value_length_swa");
            }
            if (windowTurned != turned) {
                return numbers.key("rope.dimension_count_swa");
            }
        }
        size = sizes(numbers, "_swa", windowKeys, windowValues, windowTurned);
        return size != null ? size : sections(numbers, Math.min(keys, windowKeys));
    }

    private static @Nullable String counts(Numbers numbers) {
        List<Long> heads = numbers.each("attention.head_count");
        List<Long> sharing = numbers.each("attention.head_count_kv");
        boolean attends = numbers.hasTensor(".attn_q.") || numbers.hasTensor(".attn_qkv.");
        if (heads.stream().anyMatch(head -> head < 0 || head > MOST)
                || (attends && numbers.most("attention.head_count") < 1)) {
            return numbers.key("attention.head_count");
        }
        int layers = Math.max(heads.size(), sharing.size());
        for (int layer = 0; layer < layers && !heads.isEmpty() && !sharing.isEmpty(); layer++) {
            long own = heads.get(Math.min(layer, heads.size() - 1));
            long shared = sharing.get(Math.min(layer, sharing.size() - 1));
            if (shared < 0 || shared > MOST || (shared > 0 && own % shared != 0)) {
                return numbers.key("attention.head_count_kv");
            }
        }
        return null;
    }

    private static @Nullable String sizes(Numbers numbers, String suffix, long keys, long values, long turned) {
        if (keys < 1 || keys > MOST) {
            return numbers.key("attention.key_length" + suffix);
        }
        if (values < 1 || values > MOST || (SQUARE.contains(numbers.architecture()) && values != keys)) {
            return numbers.key("attention.value_length" + suffix);
        }
        boolean given = numbers.has("rope.dimension_count" + suffix);
        if ((given && (turned < 0 || turned > keys || turned % 2 != 0))
                || (TURNED_WHOLE.contains(numbers.architecture()) && turned != keys)) {
            return numbers.key("rope.dimension_count" + suffix);
        }
        return null;
    }

    private static @Nullable String sections(Numbers numbers, long keys) {
        List<Long> sections = numbers.each("rope.dimension_sections");
        long sum = sections.stream().mapToLong(Long::longValue).sum();
        boolean wrong = sections.stream().anyMatch(section -> section < 0 || section > MOST)
                || sum > keys
                || (sum == 0 && IN_SECTIONS.contains(numbers.architecture()) && !sections.isEmpty());
        return wrong ? numbers.key("rope.dimension_sections") : null;
    }
}
