package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Ends the process at once, without anything that Java or C does at its end: no shutdown hooks, no flushing, no waiting for
 * the loader of libraries. C's {@code _exit}; on Windows {@code TerminateProcess}, as {@code _exit} waits there.
 */
public final class ProcessEnd {
    private static final long THIS_PROCESS = -1; // what Windows' GetCurrentProcess returns

    private final @Nullable MethodHandle exit;
    private final boolean windows;

    private ProcessEnd(@Nullable MethodHandle exit, boolean windows) {
        this.exit = exit;
        this.windows = windows;
    }

    /** Bound now: while another thread is inside the system's loader, that could not be done. */
    public static ProcessEnd prepared() {
        boolean windows = System.getProperty("os.name").startsWith("Windows");
        try {
            Linker linker = Linker.nativeLinker();
            FunctionDescriptor descriptor = windows
                    ? FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT)
                    : FunctionDescriptor.ofVoid(JAVA_INT);
            MethodHandle exit = (windows
                            ? SymbolLookup.libraryLookup("kernel32", Arena.global())
                                    .find("TerminateProcess")
                            : linker.defaultLookup().find("_exit"))
                    .map(function -> linker.downcallHandle(function, descriptor))
                    .orElse(null);
            return new ProcessEnd(exit, windows);
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return new ProcessEnd(null, windows);
        }
    }

    /** Returns only when the system has no such function. */
    public static void now(int exitCode) {
        prepared().end(exitCode);
    }

    /** Returns only when the system has no such function. */
    public void end(int exitCode) {
        MethodHandle ending = exit;
        if (ending == null) {
            return;
        }
        try {
            if (windows) {
                int _ = (int) ending.invokeExact(THIS_PROCESS, exitCode);
            } else {
                ending.invokeExact(exitCode);
            }
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }
}
