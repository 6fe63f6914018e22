package koine.engine.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import koine.engine.llama.LlamaContext;
import koine.engine.llama.SequenceState;
import koine.engine.session.Checkpoints.Checkpoint;
import koine.engine.session.SnapshotFile.Content;
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
    private static final double WORTH_SECONDS = 1;

    /** So many of the last places where the next prompt may part from what was read. */
    private static final int CHECKPOINTS = 2;

    /** llama.cpp writes a state in one go: so long a question that comes just then may have to wait. */
    private static final double MOST_SECONDS = 1;

    private final LlamaContext context;
    private final Rollback rollback;
    private final @Nullable SnapshotFolder folder;
    private final WeightsHash weights;
    private final String engine;
    private final long mostBytes;
    private final long leftFree;
    private double promptTokensPerSecond;
    /** Of this disk; guesses until something was read or written. */
    private double bytesPerSecond = 500e6;

    private double writtenPerSecond = 500e6;

    /**
     * @param folder null when nothing is to be kept
     * @param engine all but the weights that must be equal for a snapshot to be of use
     * @param mostBytes of all snapshots together
     * @param leftFree bytes of the disk that they never take
     */
    Snapshots(
            LlamaContext context,
            Rollback rollback,
            @Nullable SnapshotFolder folder,
            Path model,
            String engine,
            long mostBytes,
            long leftFree) {
        this.context = context;
        this.rollback = rollback;
        this.folder = folder;
        this.weights = new WeightsHash(folder == null ? new SnapshotFolder(Path.of("")) : folder, model);
        this.engine = engine;
        this.mostBytes = mostBytes;
        this.leftFree = leftFree;
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
            String of = of(hash, turn.adapters().identity());
            Path file = hash == null ? null : folder.file(key, of);
            if (file == null || !Files.isRegularFile(file)) {
                return;
            }
            if (!tryRestore(file, SnapshotFolder.identity(key, of), slot, turn, key, evict)) {
                LOG.info("a snapshot was not used");
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("a snapshot could not be read: {}", e.getClass().getSimpleName());
        }
    }

    private boolean tryRestore(Path file, byte[] identity, Slot slot, Turn turn, String key, BooleanSupplier evict)
            throws IOException {
        Head head = SnapshotFile.readHead(file, identity);
        if (head == null) {
            Files.deleteIfExists(file);
            return false;
        }
        int gain = gain(head, slot, turn);
        double speed = promptTokensPerSecond == 0 ? head.tokensPerSecond() : promptTokensPerSecond;
        if (gain <= 0 || gain / speed <= head.bytes() / bytesPerSecond) {
            return false;
        }
        long start = System.nanoTime();
        try (Content content = SnapshotFile.read(file, identity)) {
            if (content == null) {
                LOG.warn("a damaged snapshot is deleted");
                Files.deleteIfExists(file);
                return false;
            }
            int[] tokens = content.head().tokens();
            slot.clear();
            while (!context.restore(slot.sequence(), file, tokens)) {
                if (!Files.exists(file) || !evict.getAsBoolean()) {
                    return false;
                }
            }
            bytesPerSecond = head.bytes() * 1e9 / Math.max(1, System.nanoTime() - start);
            if (context.position(slot.sequence()) != tokens.length) {
                slot.clear();
                return false;
            }
            slot.adopt(key, turn.adapters().identity(), tokens);
            List<SequenceState> checkpoints = content.takeCheckpoints();
            for (int i = 0; i < checkpoints.size(); i++) {
                slot.checkpoints().add(content.head().places()[i + 1], checkpoints.get(i));
            }
            return true;
        }
    }

    /** How many tokens of the prompt need not be read when the snapshot is used, that would have to be without it. */
    private int gain(Head head, Slot slot, Turn turn) {
        int last = turn.tokens().length - 1;
        int held =
                slot.holds(turn) ? slot.reachable(Math.min(last, slot.tokens().shared(turn.tokens()))) : 0;
        int kept = Math.min(last, shared(head.tokens(), turn.tokens()));
        return Slot.reachable(rollback, kept, head.tokens().length, head.places()) - held;
    }

    private static int shared(int[] one, int[] other) {
        int mismatch = Arrays.mismatch(one, other);
        return mismatch < 0 ? one.length : mismatch;
    }

    private String of(@Nullable String hash, String layers) {
        return hash + "|" + engine + (layers.isEmpty() ? "" : "|" + layers);
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
            String of = of(weights.known(), slot.layers());
            if (write(folder, folder.file(key, of), SnapshotFolder.identity(key, of), slot, seconds, wanted)) {
                slot.saved();
            }
            folder.limit(mostBytes);
        } catch (IOException | RuntimeException e) {
            slot.saved(); // not tried again before the conversation goes on
            LOG.warn("a snapshot could not be written: {}", e.getClass().getSimpleName());
        }
    }

    /** @return false when there was something more urgent */
    private boolean write(
            SnapshotFolder folder, Path file, byte[] identity, Slot slot, double seconds, BooleanSupplier wanted)
            throws IOException {
        List<Checkpoint> checkpoints = slot.checkpoints().all().stream()
                .filter(checkpoint -> checkpoint.tokens() < slot.length())
                .toList();
        List<Checkpoint> last = checkpoints.subList(Math.max(0, checkpoints.size() - CHECKPOINTS), checkpoints.size());
        List<SequenceState> states = last.stream().map(Checkpoint::state).toList();
        Head head = new Head(
                identity,
                promptTokensPerSecond,
                slot.tokens().toArray(),
                IntStream.concat(IntStream.of(slot.length()), last.stream().mapToInt(Checkpoint::tokens))
                        .toArray(),
                LongStream.concat(
                                LongStream.of(context.stateBytes(slot.sequence())),
                                states.stream().mapToLong(SequenceState::bytes))
                        .toArray());
        boolean quick = head.bytes() / writtenPerSecond <= MOST_SECONDS;
        boolean fits = head.bytes() <= mostBytes / 2 && folder.free() - head.bytes() > leftFree;
        boolean saves = seconds > head.bytes() / bytesPerSecond;
        if (!quick || !fits || !saves) {
            return true;
        }
        long start = System.nanoTime();
        boolean written = SnapshotFile.write(folder, file, head, context, slot.sequence(), states, wanted);
        if (written) {
            writtenPerSecond = head.bytes() * 1e9 / Math.max(1, System.nanoTime() - start);
        }
        return written;
    }

    /** Deletes what is kept of a conversation. */
    void forget(String key) throws IOException {
        if (folder != null) {
            folder.forget(key);
        }
    }
}
