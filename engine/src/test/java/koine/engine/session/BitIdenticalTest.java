package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import koine.engine.NativeKit;
import koine.gguf.TinyFamily;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every logit of every row is the one a small C++ program gets that feeds the same batches to the same pack: nothing is
 * added, lost or changed on the way through Java, and sessions, caches and snapshots leave llama.cpp in no odd state.
 */
class BitIdenticalTest {
    private static final int SAID = 12;

    @TempDir
    static Path programs = Path.of("");

    private static @Nullable CppProgram replay;

    @TempDir
    Path folder = Path.of("");

    @BeforeAll
    static void compile() throws Exception {
        replay = CppProgram.compile("replay", programs);
    }

    static List<TinyFamily> families() {
        return Journey.families();
    }

    @Test
    void ofTheStarterModel() throws Exception {
        check(NativeKit.starterModel(), 2048);
    }

    @ParameterizedTest
    @MethodSource("families")
    void ofEveryArchitecture(TinyFamily family) throws Exception {
        Path file = folder.resolve(family.architecture() + ".gguf");
        family.model(NativeKit.templates()).write(file);
        check(file, 4096);
    }

    @Test
    void ofGemma() throws Exception {
        check(NativeKit.longTestModel(), 2048);
    }

    private void check(Path model, int contextTokens) throws Exception {
        GeneratorOptions options =
                Stage.options(model, contextTokens).withSnapshots(folder.resolve("snapshots"), 1L << 30);
        Recorder recorder;
        int slots;
        try (Stage stage = new Stage(options)) {
            Journey.whole(stage, SAID);
            recorder = stage.recorder;
            slots = stage.generator().model().slots();
        }
        assertEquals(slots, recorder.mostSequences(), "sequences in a batch");
        assertTrue(recorder.rows() > 20 * SAID, "rows: " + recorder.rows());
        assertTrue(
                recorder.results.stream().anyMatch(result -> result.matches("G [1-9][0-9]*")),
                "nothing was restored from the disk");
        List<String> same = Objects.requireNonNull(replay)
                .run(String.join("\n", recorder.script) + "\n", NativeKit.pack().toString(), model.toString());
        assertEquals(recorder.results.size(), same.size());
        for (int i = 0; i < same.size(); i++) {
            assertEquals(recorder.results.get(i), same.get(i), "result " + i + " of " + same.size());
        }
    }
}
