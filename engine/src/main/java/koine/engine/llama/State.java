package koine.engine.llama;

import java.util.Set;
import koine.engine.llama.Plausibility.Numbers;
import org.jspecify.annotations.Nullable;

/** What llama.cpp takes for granted of the recurrent state of architectures that have one. */
final class State {
    private static final long MOST = 1 << 20;

    /** Their state is cut into heads, and the heads into groups. */
    private static final Set<String> IN_HEADS = Set.of(
            "falcon-h1",
            "granitehybrid",
            "mamba2",
            "nemotron_h",
            "nemotron_h_moe",
            "plamo2",
            "qwen35",
            "qwen35moe",
            "qwen3next");

    private static final Set<String> WITHOUT_GROUPS = Set.of("plamo2");

    private State() {}

    static @Nullable String implausible(Numbers numbers) {
        if (!IN_HEADS.contains(numbers.architecture())) {
            return null;
        }
        for (String name : new String[] {"inner_size", "conv_kernel", "state_size", "time_step_rank", "group_count"}) {
            long least = name.equals("group_count") && WITHOUT_GROUPS.contains(numbers.architecture()) ? 0 : 1;
            long value = numbers.of("ssm." + name, least);
            if (value < least || value > MOST) {
                return numbers.key("ssm." + name);
            }
        }
        long heads = numbers.of("ssm.time_step_rank", 1);
        if (numbers.of("ssm.inner_size", 0) % heads != 0) {
            return numbers.key("ssm.time_step_rank");
        }
        long groups = Math.max(1, numbers.of("ssm.group_count", 1));
        return heads % groups == 0 ? null : numbers.key("ssm.group_count");
    }
}
