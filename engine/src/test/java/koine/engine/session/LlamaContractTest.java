package koine.engine.session;

import java.nio.file.Path;
import java.util.List;
import koine.engine.NativeKit;
import koine.engine.llama.ModelLoadException;

/** The contract with a native pack. */
class LlamaContractTest extends GeneratorContract {
    @Override
    Generator load(GeneratorOptions options, List<Double> progress) throws ModelLoadException {
        return LlamaGenerator.load(options, progress::add, () -> false);
    }

    @Override
    Path pack() {
        return NativeKit.pack();
    }
}
