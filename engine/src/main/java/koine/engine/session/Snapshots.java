package koine.engine.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import koine.engine.llama.LlamaContext;
import koine.engine.llama.LlamaException;
import koine.engine.llama.SequenceState;
import koine.engine.session.SnapshotFile.Head;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what conversations have read over the end of the process, so that a long one that is opened again answers at once.
 * Written in quiet moments only, used only when loading is quicker than reading the prompt again. A failure here costs
 * time, never an answer: it is logged and forgotten. Belongs to the generator's thread.
 */
final class Snapshots {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    /** Reading so long again is not worth a file. */
    private static final double WORTH_SECONDS = 0.25;

    /** Never the disk's last space: a full disk loses what people write. */
    private static final long LEAVE_FREE = 1L << 30;

    private final LlamaContext context;
    private final @Nullable SnapshotFolder folder;
    private final WeightsHash weights;
    private final String engine;
    private final long mostBytes;
    private double promptTokensPerSecond;
    /** Of this disk; a guess until something was read. */
    private double bytesPerSecond = 500e6;

    /**
     * @param folder null when nothing is to be kept
     * @param engine all but the weights that must be equal for a snapshot to be of use
     * @param mostBytes of all snapshots together
     */
    Snapshots(LlamaContext context, @Nullable SnapshotFolder folder, Path model, String engine, long mostBytes) {
        this.context = context;
        this.folder = folder;
        this.weights = new WeightsHash(folder == null ? new SnapshotFolder(Path.of("")) : folder, model);
        this.engine = engine;
        this.mostBytes = mostBytes;
    }

    /** Hears how long a prompt took, to judge what a snapshot saves. */
    void promptRead(int tokens, long nanos) {
        if (tokens >= 32 && nanos > 0) {
            double speed = tokens * 1e9 / nanos;
            promptTokensPerSecond = promptTokensPerSecond == 0 ? speed : (promptTokensPerSecond + speed) / 2;
        }
    }

    /** Puts the conversation's snapshot into the slot if that saves time. @param evict makes room, if it can */
    void bringBack(Slot slot, Turn turn, BooleanSupplier evict) {
        String key = turn.request().cacheKey();
        if (folder == null
                || key == null
                || !turn.request().keepOnDisk()
                || turn.request().scorePrompt()) {
            return;
        }
        try {
            String hash = weights.known();
            Path file = hash == null ? null : folder.file(key, hash + "|" + engine);
            if (file == null || !Files.isRegularFile(file)) {
                return;
            }
            if (!tryRestore(file, slot, turn, key, evict)) {
                LOG.info("a snapshot was not used");
            }
        } catch (IOException | LlamaException e) {
            LOG.warn("a snapshot could not be read: {}", e.getClass().getSimpleName());
        }
    }

    private boolean tryRestore(Path file, Slot slot, Turn turn, String key, BooleanSupplier evict) throws IOException {
        Head head = SnapshotFile.readHead(file);
        if (head == null) {
            Files.deleteIfExists(file);
            return false;
        }
        int held = slot.isOf(key) ? slot.tokens().shared(turn.tokens()) : 0;
        int gain = shared(head.tokens(), turn.tokens()) - held;
        double speed = promptTokensPerSecond == 0 ? head.tokensPerSecond() : promptTokensPerSecond;
        if (gain <= 0 || gain / speed <= head.stateBytes() / bytesPerSecond) {
            return false;
        }
        long start = System.nanoTime();
        try (SequenceState state = SnapshotFile.readState(file)) {
            if (state == null) {
                LOG.warn("a damaged snapshot is deleted");
                Files.deleteIfExists(file);
                return false;
            }
            slot.clear();
            while (!context.restore(slot.sequence(), state)) {
                if (!evict.getAsBoolean()) {
                    return false;
                }
            }
        }
        bytesPerSecond = head.stateBytes() * 1e9 / Math.max(1, System.nanoTime() - start);
        if (context.position(slot.sequence()) != head.tokens().length) {
            slot.clear();
            return false;
        }
        slot.adopt(key, head.tokens());
        return true;
    }

    private static int shared(int[] one, int[] other) {
        int mismatch = Arrays.mismatch(one, other);
        return mismatch < 0 ? one.length : mismatch;
    }

    /** Writes what the slot holds, if that is worth it. @param wanted whether there is something more urgent */
    void save(Slot slot, BooleanSupplier wanted) {
        String key = slot.owner();
        double seconds = promptTokensPerSecond == 0 ? 0 : slot.length() / promptTokensPerSecond;
        if (folder == null || key == null || seconds < WORTH_SECONDS) {
            slot.saved();
            return;
        }
        try {
            folder.create();
            if (!weights.compute(wanted)) {
                return;
            }
            Path file = folder.file(key, weights.known() + "|" + engine);
            try (SequenceState state = context.save(slot.sequence(), false)) {
                boolean fits = state.bytes() <= mostBytes / 2 && folder.free() - state.bytes() > LEAVE_FREE;
                boolean saves = seconds > state.bytes() / bytesPerSecond;
                Head head = new Head(slot.tokens().toArray(), state.bytes(), promptTokensPerSecond);
                if (!fits || !saves || SnapshotFile.write(folder, file, head, state, wanted)) {
                    slot.saved();
                }
            }
            folder.limit(mostBytes);
        } catch (IOException | LlamaException e) {
            slot.saved(); // not tried again before the conversation goes on
            LOG.warn("a snapshot could not be written: {}", e.getClass().getSimpleName());
        }
    }

    /** Deletes what is kept of a conversation. */
    void forget(String key) throws IOException {
        if (folder != null) {
            folder.forget(key);
        }
    }
}
