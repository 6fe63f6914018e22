package koine.engine.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import koine.engine.Eventually;
import koine.engine.NativeKit;
import koine.engine.session.GeneratorOptions;
import koine.engine.session.LlamaGenerator;
import koine.net.LoopbackAddress;

/** An engine's server over the starter model, in this process. */
final class RealServer implements AutoCloseable {
    static final String TOKEN = "0123456789abcdef";
    static final String MODEL = "starter";

    private final GeneratorThread generator;
    private final EngineServer server;
    private final LoopbackAddress address;

    private RealServer(Path folder, GeneratorOptions options) throws IOException {
        generator = new GeneratorThread(LlamaGenerator::load, options, () -> {});
        server = new EngineServer(
                TOKEN, MODEL, folder, generator, new Leases(Duration.ofHours(1), Duration.ofSeconds(1)));
        address = server.start();
        generator.start();
    }

    static RealServer start(Path folder, int contextTokens, int slots) throws Exception {
        GeneratorOptions options = new GeneratorOptions(NativeKit.pack(), NativeKit.starterModel(), contextTokens)
                .withSlots(slots)
                .withThreads(1); // several would wait for each other at every step when the machine is busy
        RealServer server = new RealServer(folder, options);
        Eventually.within(
                Duration.ofMinutes(1),
                "the model is loaded",
                () -> server.generator.state() instanceof ModelState.Ready);
        return server;
    }

    LoopbackAddress address() {
        return address;
    }

    int embeddingSize() throws ApiException {
        return generator.ready().prompts().model().embeddingSize();
    }

    @Override
    public void close() {
        generator.close();
        server.close();
        assertTrue(generator.awaitEnd(Duration.ofSeconds(10)), "the generator's thread ended");
    }
}
