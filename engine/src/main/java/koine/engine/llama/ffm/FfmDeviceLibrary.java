package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static koine.engine.llama.ffm.FfmLlamaLibrary.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** {@link DeviceLibrary} by method handles. */
final class FfmDeviceLibrary implements DeviceLibrary {
    private final MethodHandle count;
    private final MethodHandle get;
    private final MethodHandle name;
    private final MethodHandle description;
    private final MethodHandle type;
    private final MethodHandle registry;
    private final MethodHandle registryName;
    private final MethodHandle memory;
    private final MethodHandle start;
    private final MethodHandle free;

    FfmDeviceLibrary(LinkerHelper linker) throws PackException {
        count = linker.downcall("ggml_backend_dev_count", FunctionDescriptor.of(JAVA_LONG));
        get = linker.downcall("ggml_backend_dev_get", FunctionDescriptor.of(POINTER, JAVA_LONG));
        name = linker.downcall("ggml_backend_dev_name", FunctionDescriptor.of(ADDRESS, POINTER));
        description = linker.downcall("ggml_backend_dev_description", FunctionDescriptor.of(ADDRESS, POINTER));
        type = linker.downcall("ggml_backend_dev_type", FunctionDescriptor.of(JAVA_INT, POINTER));
        registry = linker.downcall("ggml_backend_dev_backend_reg", FunctionDescriptor.of(POINTER, POINTER));
        registryName = linker.downcall("ggml_backend_reg_name", FunctionDescriptor.of(ADDRESS, POINTER));
        memory = linker.downcall("ggml_backend_dev_memory", FunctionDescriptor.ofVoid(POINTER, ADDRESS, ADDRESS));
        start = linker.downcall("ggml_backend_dev_init", FunctionDescriptor.of(POINTER, POINTER, ADDRESS));
        free = linker.downcall("ggml_backend_free", FunctionDescriptor.ofVoid(POINTER));
    }

    @Override
    public int count() {
        try {
            return Math.toIntExact((long) count.invokeExact());
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long get(int index) {
        try {
            return (long) get.invokeExact((long) index);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public String name(long device) {
        try {
            return text((MemorySegment) name.invokeExact(device));
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public String description(long device) {
        try {
            return text((MemorySegment) description.invokeExact(device));
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public int type(long device) {
        try {
            return (int) type.invokeExact(device);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public String backend(long device) {
        try {
            long backend = (long) registry.invokeExact(device);
            return backend == 0 ? "" : text((MemorySegment) registryName.invokeExact(backend));
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public Memory memory(long device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment freeBytes = arena.allocate(JAVA_LONG);
            MemorySegment totalBytes = arena.allocate(JAVA_LONG);
            memory.invokeExact(device, freeBytes, totalBytes);
            return new Memory(freeBytes.get(JAVA_LONG, 0), totalBytes.get(JAVA_LONG, 0));
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public boolean starts(long device) {
        try {
            long backend = (long) start.invokeExact(device, MemorySegment.NULL);
            if (backend == 0) {
                return false;
            }
            free.invokeExact(backend);
            return true;
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    private static String text(MemorySegment text) {
        return text.address() == 0 ? "" : text.reinterpret(Long.MAX_VALUE).getString(0);
    }
}
