package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.BooleanSupplier;

/** Has llama.cpp ask Java after each operation whether to stop, so that a test can stop it after the very same one each time. */
public final class AbortQuestion {
    private AbortQuestion() {}

    /** In place of the context's flag, as long as the program runs. */
    public static void install(LlamaLibrary library, long context, BooleanSupplier stop)
            throws ReflectiveOperationException {
        MethodHandle question = MethodHandles.publicLookup()
                .findVirtual(BooleanSupplier.class, "getAsBoolean", MethodType.methodType(boolean.class))
                .bindTo(stop);
        MemorySegment stub = Linker.nativeLinker()
                .upcallStub(
                        MethodHandles.dropArguments(question, 0, MemorySegment.class),
                        FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS),
                        Arena.global());
        ((FfmLlamaLibrary) library).setAbortCallback(context, stub, MemorySegment.NULL);
    }
}
