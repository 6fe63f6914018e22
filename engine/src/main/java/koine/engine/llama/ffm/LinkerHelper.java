package koine.engine.llama.ffm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** The one place that links: C functions to method handles, method handles to C function pointers. */
final class LinkerHelper {
    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup symbols;

    LinkerHelper(SymbolLookup symbols) {
        this.symbols = symbols;
    }

    /** @throws PackException when the pack does not export the function */
    MethodHandle downcall(String function, FunctionDescriptor descriptor) throws PackException {
        MemorySegment address =
                symbols.find(function).orElseThrow(() -> new PackException("the pack has no function " + function));
        return downcall(address, descriptor);
    }

    /** @throws PackException when this system's C library has no such function */
    MemorySegment systemFunction(String function) throws PackException {
        return linker.defaultLookup()
                .find(function)
                .orElseThrow(() -> new PackException("the system has no function " + function));
    }

    MethodHandle downcall(MemorySegment function, FunctionDescriptor descriptor) {
        return linker.downcallHandle(function, descriptor);
    }

    MemorySegment upcall(MethodHandle target, FunctionDescriptor descriptor, Arena arena) {
        return linker.upcallStub(target, descriptor, arena);
    }

    /** A downcall declares nothing; what arrives here is a bug in the binding or an {@link Error}. */
    static RuntimeException unexpected(Throwable thrown) {
        if (thrown instanceof RuntimeException exception) {
            return exception;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
        throw new AssertionError("a foreign call threw a checked exception", thrown);
    }
}
