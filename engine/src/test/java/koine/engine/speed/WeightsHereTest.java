package koine.engine.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import koine.engine.llama.Weights;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightsHereTest {
    @TempDir
    Path root;

    private Path limits;
    private Path pages;

    @BeforeEach
    void folders() throws Exception {
        limits = Files.createDirectories(root.resolve("proc/self")).resolve("limits");
        pages = Files.createDirectories(root.resolve("sys/kernel/mm/transparent_hugepage"))
                .resolve("enabled");
    }

    private boolean allows(Weights way) {
        return new WeightsHere(root).allow(way, 100 << 20);
    }

    @Test
    void whereNothingIsToldOnlyMappingIsTried() {
        assertTrue(allows(Weights.MAPPED));
        assertFalse(allows(Weights.LOCKED));
        assertFalse(allows(Weights.LARGE_PAGES));
    }

    @ParameterizedTest
    @CsvSource({
        "always [madvise] never, true",
        "[always] madvise never, true",
        "always madvise [never], false",
        "'', false"
    })
    void largePagesAreThereWhereTheKernelGivesThem(String modes, boolean given) throws Exception {
        Files.writeString(pages, modes + "\n");
        assertEquals(given, allows(Weights.LARGE_PAGES));
    }

    @ParameterizedTest
    @CsvSource({"unlimited, true", "104857600, true", "104857599, false", "8388608, false", "many, false"})
    void weightsAreLockedWhereTheLimitIsNotBelowThem(String soft, boolean allowed) throws Exception {
        Files.writeString(limits, """
                Limit                     Soft Limit           Hard Limit           Units
                Max cpu time              unlimited            unlimited            seconds
                Max locked memory         %s              unlimited              bytes
                """.formatted(soft));
        assertEquals(allowed, allows(Weights.LOCKED));
    }

    @Test
    void mallocIsAskedForLargePagesBesideWhatAUserAskedItFor() {
        Map<String, String> plain = new HashMap<>();
        WeightsHere.prepare(plain, Weights.MAPPED);
        WeightsHere.prepare(plain, Weights.LOCKED);
        assertEquals(Map.of(), plain);
        WeightsHere.prepare(plain, Weights.LARGE_PAGES);
        assertEquals(Map.of("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1"), plain);
        Map<String, String> tuned = new HashMap<>(Map.of("GLIBC_TUNABLES", "glibc.malloc.check=1"));
        WeightsHere.prepare(tuned, Weights.LARGE_PAGES);
        assertEquals("glibc.malloc.check=1:glibc.malloc.hugetlb=1", tuned.get("GLIBC_TUNABLES"));
    }
}
