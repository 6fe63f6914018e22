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

    private final Arena arena = Arena.ofShared();
    private final MemorySegment data;
    private final MemorySegment array;

    public Candidates(int most) {
        data = arena.allocate(TOKEN_DATA, most);
        array = arena.allocate(TOKEN_DATA_ARRAY);
    }

    /** One token, as likely as any. */
    public void set(int token) {
        put(0, token, 1);
        begin(1);
    }

    /** All tokens with their logits. */
    public void set(float[] logits) {
        for (int token = 0; token < logits.length; token++) {
            put(token, token, logits[token]);
        }
        begin(logits.length);
    }

    private void put(int index, int token, float logit) {
        data.set(JAVA_INT, index * STRIDE, token);
        data.set(JAVA_FLOAT, index * STRIDE + LOGIT, logit);
    }

    private void begin(int size) {
        array.set(ADDRESS, offset(TOKEN_DATA_ARRAY, "data"), data);
        array.set(JAVA_LONG, offset(TOKEN_DATA_ARRAY, "size"), size);
        array.set(JAVA_LONG, offset(TOKEN_DATA_ARRAY, "selected"), -1);
        array.set(JAVA_BOOLEAN, offset(TOKEN_DATA_ARRAY, "sorted"), false);
    }

    /** Whether any is left that was not ruled out. */
    public boolean anyLeft() {
        long size = array.get(JAVA_LONG, offset(TOKEN_DATA_ARRAY, "size"));
        for (long i = 0; i < size; i++) {
            if (data.get(JAVA_FLOAT, i * STRIDE + LOGIT) != Float.NEGATIVE_INFINITY) {
                return true;
            }
        }
        return false;
    }

    /** The chosen token, -1 when none was. */
    public int selected() {
        long selected = array.get(JAVA_LONG, offset(TOKEN_DATA_ARRAY, "selected"));
        long size = array.get(JAVA_LONG, offset(TOKEN_DATA_ARRAY, "size"));
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
