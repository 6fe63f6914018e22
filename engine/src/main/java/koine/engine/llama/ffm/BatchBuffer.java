package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static koine.engine.llama.ffm.StructLayouts.BATCH;
import static koine.engine.llama.ffm.StructLayouts.offset;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A {@code llama_batch} and its arrays, kept from one decode to the next: to make them anew for every token costs more than
 * to fill them. Any thread, one at a time.
 */
public final class BatchBuffer implements AutoCloseable {
    private static final long COUNT = offset(BATCH, "n_tokens");

    private final Arena arena = Arena.ofShared();
    private final MemorySegment tokens;
    private final MemorySegment positions;
    private final MemorySegment sequences;
    private final MemorySegment outputs;
    private final MemorySegment batch;

    /** @param most tokens it has room for */
    BatchBuffer(int most) {
        tokens = arena.allocate(JAVA_INT, most);
        positions = arena.allocate(JAVA_INT, most);
        sequences = arena.allocate(JAVA_INT, most);
        outputs = arena.allocate(most);
        MemorySegment counts = arena.allocate(JAVA_INT, most);
        MemorySegment lists = arena.allocate(ADDRESS, most);
        for (int row = 0; row < most; row++) {
            counts.setAtIndex(JAVA_INT, row, 1);
            lists.setAtIndex(ADDRESS, row, sequences.asSlice(row * JAVA_INT.byteSize()));
        }
        batch = arena.allocate(BATCH);
        batch.set(ADDRESS, offset(BATCH, "token"), tokens);
        batch.set(ADDRESS, offset(BATCH, "pos"), positions);
        batch.set(ADDRESS, offset(BATCH, "n_seq_id"), counts);
        batch.set(ADDRESS, offset(BATCH, "seq_id"), lists);
        batch.set(ADDRESS, offset(BATCH, "logits"), outputs);
    }

    /** @throws IndexOutOfBoundsException when it has no room for so many */
    MemorySegment fill(int[] tokens, int[] positions, int[] sequences, byte[] outputs, int count) {
        MemorySegment.copy(tokens, 0, this.tokens, JAVA_INT, 0, count);
        MemorySegment.copy(positions, 0, this.positions, JAVA_INT, 0, count);
        MemorySegment.copy(sequences, 0, this.sequences, JAVA_INT, 0, count);
        MemorySegment.copy(outputs, 0, this.outputs, JAVA_BYTE, 0, count);
        batch.set(JAVA_INT, COUNT, count);
        return batch;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
