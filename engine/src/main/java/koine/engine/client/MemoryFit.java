package koine.engine.client;

import java.util.ArrayList;
import java.util.List;
import koine.engine.memory.MemoryNeed;
import koine.engine.process.EngineOptions;

/**
 * Chooses how an engine holds its model in the memory there is: first the context is made smaller, then its numbers are
 * stored in fewer bits. Without state.
 */
final class MemoryFit {
    /** With less than this a conversation is over before it has begun. */
    static final int LEAST_CONTEXT = 1024;
    /** Until here a smaller context is better than rougher numbers. */
    static final int LEAST_FINE_CONTEXT = 2048;
    /** Where so little is left beside the model, it leaves sooner when it is not used. */
    static final long TIGHT_BYTES = 1L << 30;
    /** Two minutes. */
    static final int TIGHT_IDLE_SECONDS = 120;

    private MemoryFit() {}

    /** @param needBytes what the engine is expected to take that way */
    public record Choice(EngineOptions options, long needBytes, boolean fits) {}

    /**
     * @param wanted its context is at least 1
     * @param freeBytes what the engine may take
     * @param quantized whether q8_0 was measured to cost hardly any speed here: then it comes before a smaller context
     * @return the first that fits of: as wanted; half the context, and so on down to 2,048 tokens; 2,048 and 1,024 tokens
     *     as q8_0, for models that can have that; with {@code quantized} all of these as q8_0. When nothing fits, the smallest of these, with {@code fits} false
     */
    public static Choice choose(MemoryNeed need, EngineOptions wanted, long freeBytes, boolean quantized) {
        Choice last = null;
        for (EngineOptions options : ladder(need, wanted, quantized)) {
            long bytes = need.bytes(options.contextTokens(), options.kvType(), options.slots());
            boolean tight = freeBytes - bytes < TIGHT_BYTES;
            EngineOptions timed =
                    tight ? options.withIdleSeconds(Math.min(options.idleSeconds(), TIGHT_IDLE_SECONDS)) : options;
            last = new Choice(timed, bytes, bytes <= freeBytes);
            if (last.fits) {
                return last;
            }
        }
        if (last == null) {
            throw new IllegalStateException("the ladder has no step");
        }
        return last;
    }

    private static List<EngineOptions> ladder(MemoryNeed need, EngineOptions wanted, boolean quantized) {
        List<EngineOptions> steps = new ArrayList<>();
        steps.add(wanted);
        boolean quantizable = need.shape().blockRows() && wanted.kvType().equals(EngineOptions.F16);
        if (quantized && quantizable) {
            for (int context = wanted.contextTokens(); context >= LEAST_CONTEXT; context = powerBelow(context)) {
                steps.add(wanted.withContext(context).withKvType(EngineOptions.Q8_0));
            }
            return steps;
        }
        for (int context = powerBelow(wanted.contextTokens()); context >= LEAST_FINE_CONTEXT; context /= 2) {
            steps.add(wanted.withContext(context));
        }
        if (quantizable) {
            for (int context = LEAST_FINE_CONTEXT; context >= LEAST_CONTEXT; context /= 2) {
                steps.add(wanted.withContext(Math.min(context, wanted.contextTokens()))
                        .withKvType(EngineOptions.Q8_0));
            }
        } else if (wanted.contextTokens() > LEAST_CONTEXT) {
            steps.add(wanted.withContext(LEAST_CONTEXT));
        }
        return steps;
    }

    /** The largest power of two that is smaller. */
    private static int powerBelow(int tokens) {
        return Integer.highestOneBit(Math.max(1, tokens - 1));
    }
}
