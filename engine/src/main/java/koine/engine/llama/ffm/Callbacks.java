package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Java functions in the shape C calls them. The {@code void *} of the C side is dropped: each stub knows its object. An
 * exception that reached the C frame would end the process, so none leaves here.
 */
final class Callbacks {
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

    /** {@code llama_progress_callback}. */
    static final FunctionDescriptor PROGRESS = FunctionDescriptor.of(JAVA_BOOLEAN, JAVA_FLOAT, ADDRESS);

    /** {@code ggml_log_callback}. */
    static final FunctionDescriptor LOG_LINE = FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, ADDRESS);

    private Callbacks() {}

    static MethodHandle progress(LoadProgress progress) {
        return bind("onProgress", progress, LoadProgress.class, boolean.class, float.class);
    }

    static MethodHandle log(NativeLog log) {
        return bind("onLog", log, NativeLog.class, void.class, int.class, MemorySegment.class);
    }

    private static MethodHandle bind(
            String function, Object target, Class<?> type, Class<?> result, Class<?>... parameters) {
        MethodType signature = MethodType.methodType(result, parameters).insertParameterTypes(0, type);
        try {
            MethodHandle handle = MethodHandles.lookup()
                    .findStatic(Callbacks.class, function, signature)
                    .bindTo(target);
            return MethodHandles.dropArguments(handle, parameters.length, MemorySegment.class);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no callback " + function, e);
        }
    }

    static boolean onProgress(LoadProgress progress, float fraction) {
        try {
            return progress.onProgress(fraction);
        } catch (Throwable thrown) {
            LOG.warn("a load listener failed, so the load ends", thrown);
            return false;
        }
    }

    static void onLog(NativeLog log, int level, MemorySegment text) {
        try {
            if (text.address() != 0) {
                log.append(level, text.reinterpret(Long.MAX_VALUE).getString(0));
            }
        } catch (Throwable thrown) {
            LOG.debug("a native log line was lost", thrown);
        }
    }
}
