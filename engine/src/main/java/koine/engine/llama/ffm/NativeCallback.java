package koine.engine.llama.ffm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A Java function that C may call. Keep it open until nothing in C can call it any more. */
public final class NativeCallback implements AutoCloseable {
    private final Arena arena;
    private final MemorySegment stub;

    NativeCallback(Arena arena, MemorySegment stub) {
        this.arena = arena;
        this.stub = stub;
    }

    long address() {
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException("callback is closed");
        }
        return stub.address();
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
