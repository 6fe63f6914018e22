package koine.engine.process;

import koine.engine.session.LlamaGenerator;

/** Main class of the engine process; started by {@code koine.engine.client.EngineBroker}, never by hand. */
public final class EngineMain {
    private EngineMain() {}

    public static void main(String[] arguments) {
        int code = EngineProcess.run(System.in, LlamaGenerator::load);
        // halt, not exit: by now all is closed, and a native call that hangs must not keep the process
        Runtime.getRuntime().halt(code);
    }
}
