package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Threads that compute for a context as long as it lives. A context without them starts and ends threads for every token,
 * which costs a twelfth of the speed on two idle cores and half of it on busy ones.
 */
final class ThreadPools {
    private static final int PROCESSOR = 0; // GGML_BACKEND_DEVICE_TYPE_CPU

    /** More than {@code ggml_threadpool_params} has in any release: 512 flags and five numbers. */
    private static final long PARAMS_BYTES = 1024;

    private final MethodHandle paramsInit;
    private final MethodHandle attach;
    private final @Nullable MethodHandle create;
    private final @Nullable MethodHandle free;

    /** After the pack's backends were loaded: the functions are the processor's backend's own. */
    ThreadPools(LinkerHelper linker) throws PackException {
        paramsInit = linker.downcall("ggml_threadpool_params_init", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));
        attach = linker.downcall("llama_attach_threadpool", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG));
        MethodHandle byType = linker.downcall("ggml_backend_dev_by_type", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
        MethodHandle registry =
                linker.downcall("ggml_backend_dev_backend_reg", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
        MethodHandle find = linker.downcall(
                "ggml_backend_reg_get_proc_address", FunctionDescriptor.of(ADDRESS, JAVA_LONG, ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            long device = (long) byType.invokeExact(PROCESSOR);
            long backend = device == 0 ? 0 : (long) registry.invokeExact(device);
            MemorySegment creates = MemorySegment.NULL;
            MemorySegment frees = MemorySegment.NULL;
            if (backend != 0) {
                creates = (MemorySegment) find.invokeExact(backend, arena.allocateFrom("ggml_threadpool_new"));
                frees = (MemorySegment) find.invokeExact(backend, arena.allocateFrom("ggml_threadpool_free"));
            }
            boolean known = creates.address() != 0 && frees.address() != 0;
            create = known ? linker.downcall(creates, FunctionDescriptor.of(JAVA_LONG, ADDRESS)) : null;
            free = known ? linker.downcall(frees, FunctionDescriptor.ofVoid(JAVA_LONG)) : null;
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    /** @return 0 when there is none to be had: the context then does as it would without */
    long create(int threads) {
        MethodHandle creating = create;
        if (creating == null || threads < 2) {
            return 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = arena.allocate(PARAMS_BYTES, Long.BYTES);
            paramsInit.invokeExact(params, threads);
            // as usual they spin for some milliseconds before they sleep: to be woken for each token costs a twentieth
            return (long) creating.invokeExact(params);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    void attach(long context, long pool) {
        try {
            attach.invokeExact(context, pool, 0L);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    void free(long pool) {
        MethodHandle freeing = free;
        if (freeing == null) {
            return;
        }
        try {
            freeing.invokeExact(pool);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }
}
