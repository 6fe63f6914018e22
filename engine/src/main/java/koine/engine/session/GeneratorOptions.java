package koine.engine.session;

import java.nio.file.Path;
import koine.engine.llama.ContextOptions;
import koine.engine.llama.KvType;
import koine.engine.llama.Offload;
import koine.engine.processor.Cores;
import koine.engine.speed.Speedup;
import org.jspecify.annotations.Nullable;

/**
 * How a model is to be loaded.
 *
 * @param pack folder of the native pack
 * @param model the GGUF file
 * @param contextTokens wanted context; 0 is what the model was trained for, at most 8192; never more than trained
 * @param threads of the processor; 0 is the engine's choice
 * @param slots how many requests are computed at a time
 * @param offload null for the processor alone
 * @param speedup what makes it write more quickly
 * @param snapshots folder for what conversations have read, null when nothing is to be kept
 * @param snapshotBytes most bytes in that folder
 * @param leftFree no snapshot is written that would leave fewer bytes on the disk
 */
public record GeneratorOptions(
        Path pack,
        Path model,
        int contextTokens,
        int threads,
        int slots,
        KvType kvType,
        @Nullable Offload offload,
        Speedup speedup,
        @Nullable Path snapshots,
        long snapshotBytes,
        long leftFree) {
    /** Four conversations at a time: a family's or a translator's, on one computer. */
    public static final int USUAL_SLOTS = 4;

    private static final int USUAL_CONTEXT = 8192;

    /** Never the disk's last space: a full disk loses what people write. */
    private static final long LEAVE_FREE = 1L << 30;

    /** @throws IllegalArgumentException for a negative number or no slot */
    public GeneratorOptions {
        if (contextTokens < 0 || threads < 0 || slots < 1 || snapshotBytes < 0) {
            throw new IllegalArgumentException(
                    "options: " + contextTokens + ", " + threads + ", " + slots + ", " + snapshotBytes);
        }
    }

    public GeneratorOptions(Path pack, Path model, int contextTokens) {
        this(pack, model, contextTokens, 0, USUAL_SLOTS, KvType.F16, null, Speedup.NONE, null, 0, LEAVE_FREE);
    }

    public GeneratorOptions withThreads(int count) {
        return new GeneratorOptions(
                pack, model, contextTokens, count, slots, kvType, offload, speedup, snapshots, snapshotBytes, leftFree);
    }

    public GeneratorOptions withSlots(int count) {
        return new GeneratorOptions(
                pack,
                model,
                contextTokens,
                threads,
                count,
                kvType,
                offload,
                speedup,
                snapshots,
                snapshotBytes,
                leftFree);
    }

    public GeneratorOptions withKvType(KvType type) {
        return new GeneratorOptions(
                pack, model, contextTokens, threads, slots, type, offload, speedup, snapshots, snapshotBytes, leftFree);
    }

    /** @param device null for the processor alone */
    public GeneratorOptions withOffload(@Nullable Offload device) {
        return new GeneratorOptions(
                pack,
                model,
                contextTokens,
                threads,
                slots,
                kvType,
                device,
                speedup,
                snapshots,
                snapshotBytes,
                leftFree);
    }

    public GeneratorOptions withSpeedup(Speedup how) {
        return new GeneratorOptions(
                pack, model, contextTokens, threads, slots, kvType, offload, how, snapshots, snapshotBytes, leftFree);
    }

    /** @param file null for none */
    public GeneratorOptions withDraft(@Nullable Path file) {
        return withSpeedup(speedup.withDraft(file));
    }

    public GeneratorOptions withSnapshots(Path folder, long bytes) {
        return new GeneratorOptions(
                pack, model, contextTokens, threads, slots, kvType, offload, speedup, folder, bytes, leftFree);
    }

    /** @param trained tokens the model was made for; 0 when not known */
    public int contextFor(int trained) {
        int asked = contextTokens == 0 ? USUAL_CONTEXT : Math.min(contextTokens, ContextOptions.MOST_CONTEXT_TOKENS);
        return trained == 0 ? asked : Math.min(asked, trained);
    }

    /** As wanted; else as many as this computer computes fastest with. */
    public int computingThreads() {
        return threads == 0 ? new Cores().threads() : threads;
    }

    /** @param bytes negative writes whatever the disk says */
    GeneratorOptions withLeftFree(long bytes) {
        return new GeneratorOptions(
                pack, model, contextTokens, threads, slots, kvType, offload, speedup, snapshots, snapshotBytes, bytes);
    }
}
