package koine.engine.llama.ffm;

/**
 * {@code llama_memory_*} and {@code llama_state_seq_*}: what a context remembers of its sequences, in C's own shape (see
 * {@link LlamaLibrary}).
 */
public interface MemoryLibrary {
    /** {@code LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY}: only what cannot be rolled back, recurrent state or sliding windows. */
    int PARTIAL_ONLY = 1;

    long ofContext(long context);

    /** @return false when this kind of memory cannot drop a part */
    boolean remove(long memory, int sequence, int from, int to);

    void clear(long memory, boolean data);

    /** @return -1 when the sequence is empty */
    int firstPosition(long memory, int sequence);

    /** @return -1 when the sequence is empty */
    int lastPosition(long memory, int sequence);

    /** @return bytes; 0 is a failure */
    long stateSize(long context, int sequence, int flags);

    /** @return bytes written; 0 is a failure */
    long stateSave(long context, NativeBuffer into, int sequence, int flags);

    /** @return bytes read; 0 is a failure, and the sequence is in no certain state */
    long stateLoad(long context, NativeBuffer from, int sequence, int flags);

    /** @return bytes written to the file, its head and the tokens with them; 0 is a failure */
    long stateSaveFile(long context, byte[] path, int sequence, int[] tokens);

    /**
     * @param tokens room for those in the file, which no more may be
     * @return bytes read; 0 is a failure, and the sequence is in no certain state
     */
    long stateLoadFile(long context, byte[] path, int sequence, int[] tokens);
}
