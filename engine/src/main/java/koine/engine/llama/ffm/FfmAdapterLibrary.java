package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static koine.engine.llama.ffm.FfmLlamaLibrary.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/** {@link AdapterLibrary} by method handles. */
final class FfmAdapterLibrary implements AdapterLibrary {
    private final NativeLog log;
    private final MethodHandle load;
    private final MethodHandle free;
    private final MethodHandle use;

    FfmAdapterLibrary(LinkerHelper linker, NativeLog log) throws PackException {
        this.log = log;
        load = linker.downcall("llama_adapter_lora_init", FunctionDescriptor.of(POINTER, POINTER, ADDRESS));
        free = linker.downcall("llama_adapter_lora_free", FunctionDescriptor.ofVoid(POINTER));
        use = linker.downcall(
                "llama_set_adapters_lora", FunctionDescriptor.of(JAVA_INT, POINTER, ADDRESS, JAVA_LONG, ADDRESS));
    }

    @Override
    public long load(long model, byte[] path) {
        log.hide(new String(path, StandardCharsets.UTF_8));
        try (Arena arena = Arena.ofConfined()) {
            return (long) load.invokeExact(model, NativePaths.allocate(arena, path));
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public void free(long adapter) {
        try {
            free.invokeExact(adapter);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public int use(long context, long[] adapters, float[] scales) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment addresses = arena.allocate(JAVA_LONG, Math.max(1, adapters.length));
            MemorySegment factors = arena.allocate(JAVA_FLOAT, Math.max(1, scales.length));
            MemorySegment.copy(adapters, 0, addresses, JAVA_LONG, 0, adapters.length);
            MemorySegment.copy(scales, 0, factors, JAVA_FLOAT, 0, scales.length);
            return (int) use.invokeExact(context, addresses, (long) adapters.length, factors);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }
}
