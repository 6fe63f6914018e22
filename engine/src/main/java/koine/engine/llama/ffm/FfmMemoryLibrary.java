package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static koine.engine.llama.ffm.FfmLlamaLibrary.POINTER;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/** {@link MemoryLibrary} by method handles. */
final class FfmMemoryLibrary implements MemoryLibrary {
    private final NativeLog log;
    private final MethodHandle ofContext;
    private final MethodHandle remove;
    private final MethodHandle clear;
    private final MethodHandle firstPosition;
    private final MethodHandle lastPosition;
    private final MethodHandle stateSize;
    private final MethodHandle stateSave;
    private final MethodHandle stateLoad;
    private final MethodHandle stateSaveFile;
    private final MethodHandle stateLoadFile;

    FfmMemoryLibrary(LinkerHelper linker, NativeLog log) throws PackException {
        this.log = log;
        FunctionDescriptor position = FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT);
        FunctionDescriptor state = FunctionDescriptor.of(JAVA_LONG, POINTER, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT);
        ofContext = linker.downcall("llama_get_memory", FunctionDescriptor.of(POINTER, POINTER));
        remove = linker.downcall(
                "llama_memory_seq_rm", FunctionDescriptor.of(JAVA_BOOLEAN, POINTER, JAVA_INT, JAVA_INT, JAVA_INT));
        clear = linker.downcall("llama_memory_clear", FunctionDescriptor.ofVoid(POINTER, JAVA_BOOLEAN));
        firstPosition = linker.downcall("llama_memory_seq_pos_min", position);
        lastPosition = linker.downcall("llama_memory_seq_pos_max", position);
        stateSize = linker.downcall(
                "llama_state_seq_get_size_ext", FunctionDescriptor.of(JAVA_LONG, POINTER, JAVA_INT, JAVA_INT));
        stateSave = linker.downcall("llama_state_seq_get_data_ext", state);
        stateLoad = linker.downcall("llama_state_seq_set_data_ext", state);
        stateSaveFile = linker.downcall(
                "llama_state_seq_save_file",
                FunctionDescriptor.of(JAVA_LONG, POINTER, ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG));
        stateLoadFile = linker.downcall(
                "llama_state_seq_load_file",
                FunctionDescriptor.of(JAVA_LONG, POINTER, ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS));
    }

    @Override
    public long ofContext(long context) {
        try {
            return (long) ofContext.invokeExact(context);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public boolean remove(long memory, int sequence, int from, int to) {
        try {
            return (boolean) remove.invokeExact(memory, sequence, from, to);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public void clear(long memory, boolean data) {
        try {
            clear.invokeExact(memory, data);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public int firstPosition(long memory, int sequence) {
        try {
            return (int) firstPosition.invokeExact(memory, sequence);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public int lastPosition(long memory, int sequence) {
        try {
            return (int) lastPosition.invokeExact(memory, sequence);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long stateSize(long context, int sequence, int flags) {
        try {
            return (long) stateSize.invokeExact(context, sequence, flags);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long stateSave(long context, NativeBuffer into, int sequence, int flags) {
        try {
            return (long) stateSave.invokeExact(context, into.segment(), into.size(), sequence, flags);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long stateLoad(long context, NativeBuffer from, int sequence, int flags) {
        try {
            return (long) stateLoad.invokeExact(context, from.segment(), from.size(), sequence, flags);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    /** llama.cpp names a file that it cannot open. */
    private void hideFolder(byte[] path) {
        String text = new String(path, StandardCharsets.UTF_8);
        log.hide(text.substring(0, text.lastIndexOf(File.separatorChar) + 1));
    }

    @Override
    public long stateSaveFile(long context, byte[] path, int sequence, int[] tokens) {
        hideFolder(path);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment read = arena.allocateFrom(JAVA_INT, tokens);
            return (long) stateSaveFile.invokeExact(
                    context, NativePaths.allocate(arena, path), sequence, read, (long) tokens.length);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long stateLoadFile(long context, byte[] path, int sequence, int[] tokens) {
        hideFolder(path);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment read = arena.allocate(JAVA_INT, tokens.length);
            MemorySegment count = arena.allocate(JAVA_LONG);
            long bytes = (long) stateLoadFile.invokeExact(
                    context, NativePaths.allocate(arena, path), sequence, read, (long) tokens.length, count);
            if (count.get(JAVA_LONG, 0) != tokens.length) {
                return 0;
            }
            MemorySegment.copy(read, JAVA_INT, 0, tokens, 0, tokens.length);
            return bytes;
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }
}
