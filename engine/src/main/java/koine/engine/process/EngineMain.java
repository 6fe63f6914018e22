package koine.engine.process;

import koine.engine.server.GeneratorFactory;
import koine.engine.session.LlamaGenerator;

/** Main class of the engine process; started by {@code koine.engine.client.EngineBroker}, never by hand. */
public final class EngineMain {
    private EngineMain() {}

    public static void main(String[] arguments) {
        int code = EngineProcess.run(System.in, EngineMain::generator);
        // halt, not exit: by now all is closed, and a native call that hangs must not keep the process
        Runtime.getRuntime().halt(code);
    }

    private static GeneratorFactory generator(EngineStart start) {
        return (pack, model, contextTokens, progress, cancelled) ->
                LlamaGenerator.load(pack, model, contextTokens, start.threads(), progress, cancelled);
    }
}
