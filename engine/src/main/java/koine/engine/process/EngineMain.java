package koine.engine.process;

import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import koine.engine.jllama.JllamaGenerator;
import koine.engine.llama.ModelLoadException;
import koine.engine.packs.BuiltInEngine;
import koine.engine.session.Generator;
import koine.engine.session.GeneratorOptions;
import koine.engine.session.LlamaGenerator;

/** Main class of the engine process; started by {@code koine.engine.client.EngineBroker}, never by hand. */
public final class EngineMain {
    private EngineMain() {}

    public static void main(String[] arguments) {
        int code = EngineProcess.run(System.in, EngineMain::load);
        // halt, not exit: all is closed; a native call that hangs, or a library's own thread, must not keep the process
        Runtime.getRuntime().halt(code);
    }

    /** The second one's classes are loaded only where it is wanted. */
    private static Generator load(GeneratorOptions options, DoubleConsumer progress, BooleanSupplier cancelled)
            throws ModelLoadException {
        return BuiltInEngine.isIn(options.pack())
                ? JllamaGenerator.load(options, progress, cancelled)
                : LlamaGenerator.load(options, progress, cancelled);
    }
}
