package koine.engine.llama;

import java.nio.ByteBuffer;
import koine.engine.llama.ffm.NativeBuffer;

/**
 * What a context remembers of a sequence, or the part of it that cannot be rolled back. Only for a context of the same
 * model, pack, backend, KV type and attention. Made by {@link LlamaContext#save}, or read from a file that is known to be
 * whole: llama.cpp trusts it.
 */
public final class SequenceState implements AutoCloseable {
    private final NativeBuffer buffer;
    private final boolean partial;

    SequenceState(NativeBuffer buffer, boolean partial) {
        this.buffer = buffer;
        this.partial = partial;
    }

    /**
     * Room for a state of so many bytes, to be filled through {@link #slice}.
     *
     * @throws LlamaException when the system has no memory for it
     */
    public static SequenceState ofSize(long bytes, boolean partial) {
        try {
            return new SequenceState(NativeBuffer.allocate(bytes), partial);
        } catch (OutOfMemoryError e) {
            throw new LlamaException("no memory for a state of " + bytes + " bytes");
        }
    }

    public long bytes() {
        return buffer.size();
    }

    /** Whether it holds only recurrent state or sliding windows. */
    public boolean partial() {
        return partial;
    }

    /** A window of at most 2 GB, valid until {@link #close}. */
    public ByteBuffer slice(long from, int length) {
        return buffer.slice(from, length);
    }

    NativeBuffer buffer() {
        return buffer;
    }

    @Override
    public void close() {
        buffer.close();
    }
}
