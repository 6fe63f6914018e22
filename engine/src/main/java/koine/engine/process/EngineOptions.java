package koine.engine.process;

import java.nio.file.Path;
import koine.engine.llama.Offload;
import koine.engine.speed.Speedup;
import org.jspecify.annotations.Nullable;

/**
 * How an engine process is to hold its model.
 *
 * @param contextTokens most tokens of a conversation; 0 is the engine's choice
 * @param threads of the processor; 0 is the engine's choice
 * @param kvType how the context is kept: {@link #F16} or {@link #Q8_0}
 * @param slots conversations computed at the same time; 0 is the engine's choice
 * @param idleSeconds without a request for so long, the process ends and its memory is free
 * @param offload null for the processor alone
 * @param speedup null is whatever was measured to be quicker here, decided when it starts
 * @param brief for one answer and no more: nothing that makes the load longer
 * @param snapshotFolder where what was read of conversations may be kept; null is a folder beside the
 *     broker file
 */
public record EngineOptions(
        int contextTokens,
        int threads,
        String kvType,
        int slots,
        int idleSeconds,
        @Nullable Offload offload,
        @Nullable Speedup speedup,
        boolean brief,
        @Nullable Path snapshotFolder) {
    /** Two bytes a number: as llama.cpp does by itself. */
    public static final String F16 = "f16";

    /** 34 bytes for 32 numbers. */
    public static final String Q8_0 = "q8_0";

    /** What an engine's own choice is, for models that were made for as much. */
    public static final int USUAL_CONTEXT = 8192;

    /** Ten minutes. */
    public static final int IDLE_SECONDS = 600;

    public static final EngineOptions DEFAULT = new EngineOptions(0, 0, F16, 0, IDLE_SECONDS, null, null, false, null);

    public EngineOptions {
        if (contextTokens < 0
                || threads < 0
                || slots < 0
                || idleSeconds < 1
                || !(kvType.equals(F16) || kvType.equals(Q8_0))) {
            throw new IllegalArgumentException("not the options of an engine");
        }
    }

    public EngineOptions withContext(int tokens) {
        return new EngineOptions(tokens, threads, kvType, slots, idleSeconds, offload, speedup, brief, snapshotFolder);
    }

    /** What the memory of an engine depends on beside its model and pack. */
    public String ofMemory() {
        return contextTokens + "/" + kvType + "/" + slots + "/" + threads;
    }

    public EngineOptions withThreads(int count) {
        return new EngineOptions(
                contextTokens, count, kvType, slots, idleSeconds, offload, speedup, brief, snapshotFolder);
    }

    public EngineOptions withKvType(String type) {
        return new EngineOptions(
                contextTokens, threads, type, slots, idleSeconds, offload, speedup, brief, snapshotFolder);
    }

    public EngineOptions withSlots(int count) {
        return new EngineOptions(
                contextTokens, threads, kvType, count, idleSeconds, offload, speedup, brief, snapshotFolder);
    }

    /** @param device null for the processor alone */
    public EngineOptions withOffload(@Nullable Offload device) {
        return new EngineOptions(
                contextTokens, threads, kvType, slots, idleSeconds, device, speedup, brief, snapshotFolder);
    }

    public EngineOptions withIdleSeconds(int seconds) {
        return new EngineOptions(
                contextTokens, threads, kvType, slots, seconds, offload, speedup, brief, snapshotFolder);
    }

    /** @param wanted in any case; null for what was measured */
    public EngineOptions withSpeedup(@Nullable Speedup wanted) {
        return new EngineOptions(
                contextTokens, threads, kvType, slots, idleSeconds, offload, wanted, brief, snapshotFolder);
    }

    public EngineOptions withBrief(boolean oneAnswer) {
        return new EngineOptions(
                contextTokens, threads, kvType, slots, idleSeconds, offload, speedup, oneAnswer, snapshotFolder);
    }
}
