package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Ends a computation on the processor. After each of its operations, some hundred for a token, llama.cpp asks a function
 * whether to stop; a function of Java's would cost a fortieth of the speed of a small model. So it asks C's own
 * {@code strlen} about a text that is empty until the flag is raised: 0 or 1, which C's {@code bool} reads in the same byte
 * on every platform that has a pack. Any thread. Close it after the context.
 */
public final class AbortFlag implements AutoCloseable {
    private static final byte STOP = 1;

    private final Arena arena;
    private final MemorySegment text;

    private AbortFlag(Arena arena) {
        this.arena = arena;
        this.text = arena.allocate(Long.BYTES); // zeros
    }

    @SuppressWarnings("MustBeClosed") // the flag owns the arena
    static AbortFlag create() {
        return new AbortFlag(Arena.ofShared());
    }

    /** The computation that runs, and those that follow, end soon. */
    public void raise() {
        set(STOP);
    }

    /** Computations run again. */
    public void lower() {
        set((byte) 0);
    }

    private synchronized void set(byte first) {
        if (arena.scope().isAlive()) {
            text.set(JAVA_BYTE, 0, first);
        }
    }

    MemorySegment text() {
        return text;
    }

    @Override
    public synchronized void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
