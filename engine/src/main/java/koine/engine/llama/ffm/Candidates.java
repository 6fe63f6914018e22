package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static koine.engine.llama.ffm.StructLayouts.TOKEN_DATA;
import static koine.engine.llama.ffm.StructLayouts.TOKEN_DATA_ARRAY;
import static koine.engine.llama.ffm.StructLayouts.offset;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A {@code llama_token_data_array}: the tokens samplers choose from. Not thread-safe. */
public final class Candidates implements AutoCloseable {
    private static final long STRIDE = TOKEN_DATA.byteSize();
    private static final long LOGIT = offset(TOKEN_DATA, "logit");

    private static final long DATA = offset(TOKEN_DATA_ARRAY, "data");
    private static final long SIZE = offset(TOKEN_DATA_ARRAY, "size");
    private static final long SELECTED = offset(TOKEN_DATA_ARRAY, "selected");
    private static final long SORTED = offset(TOKEN_DATA_ARRAY, "sorted");

    /** Id, logit and probability, 32 bits each; the test compares their places with a C compiler's. */
    private static final int FIELDS = 3;

    /** Tokens at once: the vocabulary is as large as a quarter of a million, and a look at each by itself is slow. */
    private static final int PART = 4096;

    /** Bits of negative infinity. */
    public static final int RULED_OUT = 0xff80_0000;

    private final int[] part = new int[FIELDS * PART];
    private final Arena arena = Arena.ofShared();
    private final MemorySegment data;
    private final MemorySegment array;

    public Candidates(int most) {
        data = arena.allocate(TOKEN_DATA, most);
        array = arena.allocate(TOKEN_DATA_ARRAY);
    }

    /** One token, as likely as any. */
    public void set(int token) {
        data.set(JAVA_INT, 0, token);
        data.set(JAVA_FLOAT, LOGIT, 1);
        begin(1);
    }

    /** @param bits of the logits of all tokens */
    public void set(int[] bits) {
        for (int from = 0; from < bits.length; from += PART) {
            int count = Math.min(PART, bits.length - from);
            for (int i = 0, at = 0; i < count; i++, at += FIELDS) {
                part[at] = from + i;
                part[at + 1] = bits[from + i];
            }
            MemorySegment.copy(part, 0, data, JAVA_INT, from * STRIDE, count * FIELDS);
        }
        begin(bits.length);
    }

    private void begin(int size) {
        array.set(ADDRESS, DATA, data);
        array.set(JAVA_LONG, SIZE, size);
        array.set(JAVA_LONG, SELECTED, -1);
        array.set(JAVA_BOOLEAN, SORTED, false);
    }

    /** Whether any is left that was not ruled out. */
    public boolean anyLeft() {
        long size = array.get(JAVA_LONG, SIZE);
        for (long from = 0; from < size; from += PART) {
            int count = (int) Math.min(PART, size - from);
            MemorySegment.copy(data, JAVA_INT, from * STRIDE, part, 0, count * FIELDS);
            for (int at = 1; at < count * FIELDS; at += FIELDS) {
                if (part[at] != RULED_OUT) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The chosen token, -1 when none was. */
    public int selected() {
        long selected = array.get(JAVA_LONG, SELECTED);
        long size = array.get(JAVA_LONG, SIZE);
        return selected < 0 || selected >= size ? -1 : data.get(JAVA_INT, selected * STRIDE);
    }

    MemorySegment array() {
        return array;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
