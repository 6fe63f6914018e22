package koine.gguf;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufFuzzTest {
    private static final long SEED = 20_261_122;
    private static final int MUTATIONS = 5_000;
    /** Values that sit on the edges of counts, lengths and offsets. */
    private static final long[] EDGES = {
        0,
        1,
        -1,
        2,
        7,
        8,
        9,
        31,
        32,
        63,
        64,
        0x7FFF,
        0x8000,
        0xFFFF,
        0x7FFFFFFF,
        0x80000000L,
        0xFFFFFFFFL,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        1L << 40
    };

    @TempDir
    Path folder;

    @Test
    void a_mutated_file_is_read_or_refused_and_nothing_else() throws IOException {
        Path original = folder.resolve("original.gguf");
        new GgufWriter()
                .put("general.architecture", "llama")
                .put("general.alignment", GgufValue.uint32(32))
                .put("general.file_type", GgufValue.uint32(0))
                .put("general.languages", GgufValue.texts(List.of("en", "hi")))
                .put("llama.context_length", GgufValue.uint32(64))
                .put("tokenizer.chat_template", "{{ messages }}")
                .put("list", GgufValue.array(GgufType.FLOAT32, List.of(GgufValue.float32(1), GgufValue.float32(2))))
                .tensor("a", List.of(8L, 2L), new float[16])
                .tensor("b", List.of(4L), new float[4])
                .write(original);
        byte[] bytes = Files.readAllBytes(original);
        System.out.println("seed: " + SEED);
        Random random = new Random(SEED);
        Path mutated = folder.resolve("mutated.gguf");
        int refused = assertTimeoutPreemptively(
                Duration.ofMinutes(1),
                () -> {
                    int count = 0;
                    for (int i = 0; i < MUTATIONS; i++) {
                        Files.write(mutated, mutation(bytes, random));
                        count += refuses(mutated, "mutation " + i + " of seed " + SEED) ? 1 : 0;
                    }
                    return count;
                },
                "a mutation of seed " + SEED + " hangs");
        assertTrue(refused > MUTATIONS / 3 && refused < MUTATIONS, refused + " refused: the mutations are no test");
    }

    private static boolean refuses(Path file, String which) {
        try {
            ModelFacts.read(file);
            return false;
        } catch (GgufException expected) {
            return true;
        } catch (IOException | RuntimeException | Error e) {
            return fail(which + " ended in " + e, e);
        }
    }

    private static byte[] mutation(byte[] original, Random random) {
        byte[] bytes = original.clone();
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> put(bytes, at, EDGES[random.nextInt(EDGES.length)], 4);
                case 3 -> put(bytes, at, EDGES[random.nextInt(EDGES.length)], 8);
                default -> bytes = Arrays.copyOf(bytes, 1 + at);
            }
        }
        return bytes;
    }

    private static void put(byte[] bytes, int at, long value, int width) {
        for (int i = 0; i < width && at + i < bytes.length; i++) {
            bytes[at + i] = (byte) (value >>> (8 * i));
        }
    }
}
