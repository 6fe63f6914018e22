package koine.engine.session;

import java.nio.file.Path;
import java.util.List;
import koine.engine.jllama.JllamaGenerator;
import koine.engine.llama.ModelLoadException;
import org.junit.jupiter.api.io.TempDir;

/** The contract with java-llama.cpp, unpacked under a path with blanks and Arabic in it. */
class JllamaContractTest extends GeneratorContract {
    @TempDir
    static Path home = Path.of("");

    @Override
    Generator load(GeneratorOptions options, List<Double> progress) throws ModelLoadException {
        return JllamaGenerator.load(options, progress::add, () -> false);
    }

    @Override
    Path pack() {
        return home.resolve("my engines محركاتي").resolve("jllama");
    }
}
