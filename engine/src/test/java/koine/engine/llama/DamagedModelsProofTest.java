package koine.engine.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import koine.engine.NativeKit;
import koine.gguf.TinyFamily;
import koine.gguf.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged models through the code that an engine loads them with: each is refused with its reason or survived, within ten
 * seconds, and the process lives. All of it, a thousand seeds, with {@code -Dkoine.long=true}; other seeds from
 * {@code -Dkoine.seed=N} on, more of them with {@code -Dkoine.seeds=N}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamagedModelsProofTest {
    private static final int SOME = 40;
    private static final int ALL = 1000;

    @TempDir
    Path folder = Path.of("");

    @Test
    void fortyDamagedModelsAreRefusedOrSurvived() throws Exception {
        prove(Long.getLong("koine.seed", 1), SOME);
    }

    @Test
    void aThousandDamagedModelsAreRefusedOrSurvived() throws Exception {
        assumeTrue(Boolean.getBoolean("koine.long"), "takes minutes: run with -Dkoine.long=true");
        prove(Long.getLong("koine.seed", 1), Integer.getInteger("koine.seeds", ALL));
    }

    private void prove(long first, int count) throws Exception {
        Map<Path, GgufFields> models = models();
        List<Path> files = new ArrayList<>(models.keySet());
        Map<String, Integer> outcomes = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        long most = 0;
        String slowest = "";
        try (TrialProcess trials = new TrialProcess(folder)) {
            for (Path file : files) {
                String outcome = trials.attempt(file);
                assertEquals("answered", outcome.split(" ", 2)[0], file + " undamaged: " + outcome);
            }
            for (long seed = first; seed < first + count; seed++) {
                Path file = files.get((int) (seed % files.size()));
                ModelDamage damage = new ModelDamage(file, models.getOrDefault(file, new GgufFields(file)), seed);
                damage.apply();
                long start = System.nanoTime();
                String outcome = trials.attempt(file);
                long millis = (System.nanoTime() - start) / 1_000_000;
                damage.undo();
                if (millis > most) {
                    most = millis;
                    slowest = millis + " ms, seed " + seed + ", " + damage;
                }
                String kind = outcome.split(" ", 2)[0];
                outcomes.merge(kind, 1, Integer::sum);
                boolean refused = kind.equals("refused") || kind.equals("failed");
                // numbers that are none show in the answer only: it ends with a typed error, and the engine lives
                boolean noNumbers = outcome.endsWith("the model computes no numbers");
                boolean right = kind.equals("answered") || noNumbers || (refused && !damage.dataOnly());
                if (!right) {
                    wrong.add("seed " + seed + ", " + damage + ": " + outcome);
                }
            }
        }
        System.out.println("damaged models from seed " + first + ": " + outcomes);
        System.out.println("slowest: " + slowest);
        assertEquals("", String.join("\n", wrong));
    }

    /** Each architecture, both common kinds of vocabulary, and one real model. */
    private Map<Path, GgufFields> models() throws IOException {
        Map<Path, GgufFields> models = new LinkedHashMap<>();
        for (TinyFamily family : TinyFamily.all()) {
            Path file = folder.resolve(family.architecture() + ".gguf");
            family.model(NativeKit.templates()).write(file);
            models.put(file, new GgufFields(file));
        }
        Path pieces = folder.resolve("sentencepiece.gguf");
        TinyModel.of("llama").sentencePiece().write(pieces);
        models.put(pieces, new GgufFields(pieces));
        Path starter = Files.copy(NativeKit.starterModel(), folder.resolve("starter.gguf"));
        models.put(starter, new GgufFields(starter));
        return models;
    }
}
