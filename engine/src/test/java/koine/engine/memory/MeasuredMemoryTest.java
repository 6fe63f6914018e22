package koine.engine.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeasuredMemoryTest {
    private static final long MIB = 1 << 20;
    private static final String OPTIONS = "8192/f16/4/0";
    private static final Path PACK = Path.of("packs", "linux-x64-3.22.1");

    @TempDir
    Path folder;

    private MeasuredMemory memories;
    private Path model;

    @BeforeEach
    void write() throws Exception {
        memories = new MeasuredMemory(folder);
        model = Files.writeString(folder.resolve("m.gguf"), "weights");
    }

    @Test
    void knowsNothingAtFirstAndTheLastMeasurementAfterwards() {
        assertEquals(0, memories.correction(model, PACK, OPTIONS));
        memories.remember(model, PACK, OPTIONS, 500, 700);
        memories.remember(model, PACK, OPTIONS, 500, 450);
        assertEquals(-50, new MeasuredMemory(folder).correction(model, PACK, OPTIONS));
    }

    @Test
    void isOfOneFileOnOnePackAndNamesNeither() throws Exception {
        memories.remember(model, PACK, OPTIONS, 500, 700);
        assertEquals(0, memories.correction(model, Path.of("packs", "another"), OPTIONS));
        assertEquals(0, memories.correction(model, PACK, "1024/f16/4/0"));
        String kept = Files.readString(folder.resolve("measured-memory"));
        assertFalse(kept.contains("gguf") || kept.contains(folder.toString()), kept);
        Files.writeString(model, "other weights");
        assertEquals(0, memories.correction(model, PACK, OPTIONS));
        Files.delete(model);
        assertEquals(0, memories.correction(model, PACK, OPTIONS));
    }

    @Test
    void forgetsTheOldest() throws Exception {
        for (int i = 0; i < 70; i++) {
            Path one = Files.writeString(folder.resolve(i + ".gguf"), "weights");
            memories.remember(one, PACK, OPTIONS, 500, 600);
        }
        assertEquals(0, memories.correction(folder.resolve("5.gguf"), PACK, OPTIONS));
        assertEquals(100, memories.correction(folder.resolve("6.gguf"), PACK, OPTIONS));
        assertEquals(100, memories.correction(folder.resolve("69.gguf"), PACK, OPTIONS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "not JSON",
                "{\"format\":1}",
                "{\"format\":2}",
                "{\"format\":2,\"entries\":[]}",
                "{\"format\":[2],\"entries\":{}}",
                "{\"format\":1,\"entries\":{KEY:{\"estimated\":5,\"measured\":9}}}",
                "{\"format\":2,\"entries\":{KEY:null}}",
                "{\"format\":2,\"entries\":{KEY:7}}",
                "{\"format\":2,\"entries\":{KEY:{\"estimated\":5}}}",
                "{\"format\":2,\"entries\":{KEY:{\"estimated\":\"five\",\"measured\":9}}}"
            })
    void isAsIfItWereNotThereWhenItMakesNoSense(String content) throws Exception {
        Path file = folder.resolve("measured-memory");
        memories.remember(model, PACK, OPTIONS, 500, 900);
        String key = JsonParser.parseString(Files.readString(file))
                .getAsJsonObject()
                .getAsJsonObject("entries")
                .keySet()
                .iterator()
                .next();
        Files.writeString(file, content.replace("KEY", "\"" + key + "\""));
        assertEquals(0, memories.correction(model, PACK, OPTIONS));
        memories.remember(model, PACK, OPTIONS, 500, 700);
        assertEquals(200, memories.correction(model, PACK, OPTIONS));
    }

    @Test
    void correctsWhatIsGuessedAndNeverWhatIsCounted() {
        MemoryNeed need = new MemoryNeed(
                new ModelShape(4_000 * MIB, 0, 0, 32, 32_768, 32_000, 4096, 11_008, 262_144, 0, 0, 0, true));
        long estimate = need.bytes(4096, "f16", 1);
        long guessed = estimate - 4_000 * MIB - need.contextBytes(4096, "f16", 1);
        assertEquals(estimate + 30 * MIB, need.corrected(30 * MIB).bytes(4096, "f16", 1));
        assertEquals(estimate - 20 * MIB, need.corrected(-20 * MIB).bytes(4096, "f16", 1));
        assertEquals(
                estimate - (guessed - guessed / 2), need.corrected(-3_000 * MIB).bytes(4096, "f16", 1));
        assertEquals(estimate + guessed, need.corrected(4_000 * MIB).bytes(4096, "f16", 1), "its weights count twice");
    }
}
