package koine.engine.llama.ffm;

/** The functions of {@code llama.h} about LoRA adapters. Addresses are as they come from C: 0 is NULL. */
public interface AdapterLibrary {
    /**
     * Reads an adapter's numbers to where the model's tensors lie. llama.cpp ends the process over metadata of another type
     * than it expects, and over shapes that do not go together: look at the file before.
     *
     * @param path as bytes, with no NUL
     * @return 0 when llama.cpp refuses; why stands in the log
     */
    long load(long model, byte[] path);

    /** Not while a context uses it, and before the model. */
    void free(long adapter);

    /**
     * What the context computes with from here on, in place of what it had.
     *
     * @param scales one for each adapter
     * @return 0 when that is so
     */
    int use(long context, long[] adapters, float[] scales);
}
