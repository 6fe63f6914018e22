package koine.engine.llama.ffm;

/**
 * The functions of {@code ggml-backend.h} about what a pack can compute with, in C's own shape: addresses are as they come
 * from C. A driver may crash in any of them, so they are called in a process of their own first.
 */
public interface DeviceLibrary {
    int count();

    /** @param index from 0 to {@link #count} - 1 */
    long get(int index);

    /** For example {@code Vulkan0}. */
    String name(long device);

    /** For example the card's name. */
    String description(long device);

    /** {@code enum ggml_backend_dev_type}. */
    int type(long device);

    /** Name of the backend it belongs to, for example {@code Vulkan}. */
    String backend(long device);

    /** @return bytes that are free, and all */
    Memory memory(long device);

    /** Makes it ready to compute, and lets it go again. @return whether it can */
    boolean starts(long device);

    /** In bytes; 0 when the driver does not tell. */
    record Memory(long free, long total) {}
}
