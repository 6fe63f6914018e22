package koine.engine.llama;

import java.util.Set;
import koine.engine.llama.Plausibility.Numbers;
import org.jspecify.annotations.Nullable;

/** What llama.cpp takes for granted of the numbers of experts. */
final class Experts {
    /** {@code LLAMA_MAX_EXPERTS}. */
    private static final long MOST = 1024;

    private static final long MOST_GATING = 4;

    /** These have no gating function of their own where the file names none. */
    private static final Set<String> GATED = Set.of(
            "bailingmoe2",
            "bailingmoe3",
            "deepseek32",
            "dots1",
            "exaone-moe",
            "kimi-linear",
            "lfm2moe",
            "minimax-m2",
            "smallthinker");

    private static final Set<String> ONE_IS_NONE = Set.of("hunyuan-dense", "hunyuan-vl");

    private Experts() {}

    static @Nullable String implausible(Numbers numbers) {
        long count = numbers.of("expert_count", 0);
        long used = numbers.most("expert_used_count");
        long groups = numbers.of("expert_group_count", 0);
        if (ONE_IS_NONE.contains(numbers.architecture()) && count <= 1) {
            count = 0;
            used = 0;
        }
        if (count < 0 || count > MOST) {
            return numbers.key("expert_count");
        }
        if (used > count || (count > 0 && used < 1)) {
            return numbers.key("expert_used_count");
        }
        long gating = numbers.of("expert_gating_func", 0);
        boolean gated = numbers.has("expert_gating_func") && GATED.contains(numbers.architecture());
        if (gating > MOST_GATING || gating < (gated ? 1 : 0)) {
            return numbers.key("expert_gating_func");
        }
        return groups(numbers, count, groups);
    }

    private static @Nullable String groups(Numbers numbers, long count, long groups) {
        if (groups < 0 || groups > Math.max(0, count - 1) || (groups > 1 && count % groups != 0)) {
            return numbers.key("expert_group_count");
        }
        long used = numbers.of("expert_group_used_count", 0);
        return groups > 1 && (used < 1 || used >= groups) ? numbers.key("expert_group_used_count") : null;
    }
}
