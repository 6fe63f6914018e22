package koine.engine.llama.ffm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Memory outside the Java heap, for states of gigabytes. Any thread, one at a time; freed by {@link #close}. */
public final class NativeBuffer implements AutoCloseable {
    private final Arena arena;
    private final MemorySegment segment;

    private NativeBuffer(Arena arena, MemorySegment segment) {
        this.arena = arena;
        this.segment = segment;
    }

    /** @throws OutOfMemoryError when the system refuses so much */
    @SuppressWarnings("MustBeClosed") // the buffer owns the arena
    public static NativeBuffer allocate(long bytes) {
        Arena arena = Arena.ofShared();
        try {
            return new NativeBuffer(arena, arena.allocate(bytes, Long.BYTES));
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    public long size() {
        return segment.byteSize();
    }

    /** A window of at most 2 GB, valid until the buffer is closed. */
    public ByteBuffer slice(long from, int length) {
        Objects.checkFromIndexSize(from, length, segment.byteSize());
        return segment.asSlice(from, length).asByteBuffer();
    }

    MemorySegment segment() {
        return segment;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
