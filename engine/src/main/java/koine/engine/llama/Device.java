package koine.engine.llama;

import koine.engine.llama.ffm.DeviceLibrary;

/**
 * Something a pack can compute with.
 *
 * @param name the pack's own, for example {@code Vulkan0}
 * @param description the maker's, for example of a card
 * @param backend for example {@code Vulkan}
 * @param totalBytes its memory, 0 when the driver does not tell; of a processor, the computer's
 * @param freeBytes as much of it as is free, as the driver says
 * @param starts whether it could be made ready to compute
 */
public record Device(
        String name, String description, String backend, Kind kind, long totalBytes, long freeBytes, boolean starts) {

    /** {@code enum ggml_backend_dev_type}. */
    public enum Kind {
        PROCESSOR,
        /** A graphics card with memory of its own. */
        GRAPHICS,
        /** Graphics that share the processor's memory. */
        SHARED_GRAPHICS,
        /** Helps the processor. */
        ACCELERATOR,
        OTHER;

        static Kind of(int type) {
            return switch (type) {
                case 0 -> PROCESSOR;
                case 1 -> GRAPHICS;
                case 2 -> SHARED_GRAPHICS;
                case 3 -> ACCELERATOR;
                default -> OTHER;
            };
        }

        public boolean isGraphics() {
            return this == GRAPHICS || this == SHARED_GRAPHICS;
        }
    }

    /** What the pack says of a device, before it is tried. */
    static Device of(DeviceLibrary library, long device) {
        DeviceLibrary.Memory memory = library.memory(device);
        return new Device(
                library.name(device),
                library.description(device),
                library.backend(device),
                Kind.of(library.type(device)),
                memory.total(),
                memory.free(),
                false);
    }

    Device withStart(boolean did) {
        return new Device(name, description, backend, kind, totalBytes, freeBytes, did);
    }
}
