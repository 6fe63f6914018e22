package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** C's {@code _exit}. */
public final class ProcessEnd {
    private ProcessEnd() {}

    /**
     * Ends the process at once, without anything that Java does at its end: no shutdown hooks, no flushing. Returns when the
     * system has no such function.
     */
    public static void now(int exitCode) {
        Linker linker;
        try {
            linker = Linker.nativeLinker();
        } catch (UnsupportedOperationException e) {
            return;
        }
        MemorySegment function = linker.defaultLookup().find("_exit").orElse(MemorySegment.NULL);
        if (function.address() == 0) {
            return;
        }
        MethodHandle exit = linker.downcallHandle(function, FunctionDescriptor.ofVoid(JAVA_INT));
        try {
            exit.invokeExact(exitCode);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }
}
