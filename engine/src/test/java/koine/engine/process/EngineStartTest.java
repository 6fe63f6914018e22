package koine.engine.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import koine.engine.llama.Offload;
import koine.engine.llama.Weights;
import koine.engine.speed.Speedup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EngineStartTest {
    private static final String TOKEN = "a-token-that-is-long-enough";

    private static EngineStart start(EngineOptions options) {
        return new EngineStart(
                TOKEN,
                Path.of("/models/نموذج m.gguf"),
                Path.of("/packs/p"),
                options,
                3_000,
                2_000,
                1_000,
                Path.of("/run/e.json"));
    }

    @ParameterizedTest
    @EnumSource(Weights.class)
    void saysTheSameAfterItsLine(Weights weights) {
        EngineOptions options = EngineOptions.DEFAULT
                .withContext(4096)
                .withThreads(3)
                .withKvType(EngineOptions.Q8_0)
                .withSlots(2)
                .withIdleSeconds(77)
                .withOffload(new Offload("Vulkan0", "card", 12, 0))
                .withSpeedup(new Speedup(weights, Path.of("/models/مسودة d.gguf")));
        assertEquals(start(options), EngineStart.parse(start(options).toJson()));
    }

    @Test
    void whatIsNotSaidIsTheUsual() {
        EngineStart parsed = EngineStart.parse("{\"token\":\"" + TOKEN
                + "\",\"model\":\"/m\",\"pack\":\"/p\",\"contextTokens\":0,\"brokerFile\":\"/b\"}");
        assertEquals(EngineOptions.DEFAULT.withSpeedup(Speedup.NONE), parsed.options());
        assertEquals(
                EngineOptions.DEFAULT.withSpeedup(Speedup.NONE),
                EngineStart.parse(start(EngineOptions.DEFAULT).toJson()).options(),
                "what to do with it is decided before");
    }

    @Test
    void aLineThatMakesNoSenseIsRefusedAndNotQuoted() {
        String line = start(EngineOptions.DEFAULT).toJson().replace("\"mapped\"", "\"knitted\"");
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> EngineStart.parse(line));
        assertFalse(String.valueOf(refused.getMessage()).contains(TOKEN));
        assertThrows(IllegalArgumentException.class, () -> EngineStart.parse("{}"));
    }

    @Test
    void itsTextHasNeitherTokenNorFolders() {
        String text = start(EngineOptions.DEFAULT).toString();
        assertFalse(text.contains(TOKEN) || text.contains("/models"), text);
    }
}
