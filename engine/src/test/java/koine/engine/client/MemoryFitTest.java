package koine.engine.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import koine.engine.memory.MemoryNeed;
import koine.engine.memory.ModelShape;
import koine.engine.process.EngineOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryFitTest {
    private static final long MIB = 1 << 20;

    /** 4 GB of weights and half a megabyte a token at f16, as 7B models had before they shared heads. */
    private static final MemoryNeed SEVEN =
            new MemoryNeed(new ModelShape(4_000 * MIB, 0, 0, 32, 32_768, 32_000, 4096, 11_008, 262_144, 0, 0, 0, true));

    private static EngineOptions usual(int context) {
        return EngineOptions.DEFAULT.withContext(context);
    }

    @ParameterizedTest
    @CsvSource({
        "16000, 8192, f16, true, 600",
        "8600, 8192, f16, true, 120",
        "8300, 4096, f16, true, 600",
        "6400, 4096, f16, true, 120",
        "6200, 2048, f16, true, 120",
        "5200, 2048, q8_0, true, 120",
        "4700, 1024, q8_0, true, 120",
        "4000, 1024, q8_0, false, 120",
        "-5, 1024, q8_0, false, 120"
    })
    void makesTheContextSmallerThenItsNumbersRougherUntilItFits(
            long freeMib, int context, String kvType, boolean fits, int idleSeconds) {
        MemoryFit.Choice choice = MemoryFit.choose(SEVEN, usual(8192), freeMib * MIB, false);
        assertEquals(context, choice.options().contextTokens());
        assertEquals(kvType, choice.options().kvType());
        assertEquals(fits, choice.fits());
        assertEquals(idleSeconds, choice.options().idleSeconds());
        assertEquals(SEVEN.bytes(context, kvType, 0), choice.needBytes());
    }

    /** Where it was measured to cost no speed, twice the context in the same memory is the better choice. */
    @ParameterizedTest
    @CsvSource({
        "16000, 8192, f16, true",
        "8300, 8192, q8_0, true",
        "6200, 4096, q8_0, true",
        "5200, 2048, q8_0, true",
        "4700, 1024, q8_0, true",
        "4000, 1024, q8_0, false"
    })
    void makesItsNumbersRougherFirstWhereThatCostsNothing(long freeMib, int context, String kvType, boolean fits) {
        MemoryFit.Choice choice = MemoryFit.choose(SEVEN, usual(8192), freeMib * MIB, true);
        assertEquals(context, choice.options().contextTokens());
        assertEquals(kvType, choice.options().kvType());
        assertEquals(fits, choice.fits());
        MemoryNeed odd = new MemoryNeed(
                new ModelShape(4_000 * MIB, 0, 0, 32, 8192, 32_000, 4096, 11_008, 262_140, 0, 0, 0, false));
        assertEquals(
                EngineOptions.F16,
                MemoryFit.choose(odd, usual(8192), 5_000 * MIB, true).options().kvType());
    }

    @Test
    void leavesRoughNumbersToModelsThatCanHaveThem() {
        MemoryNeed odd = new MemoryNeed(
                new ModelShape(4_000 * MIB, 0, 0, 32, 8192, 32_000, 4096, 11_008, 262_140, 0, 0, 0, false));
        MemoryFit.Choice choice = MemoryFit.choose(odd, usual(8192), 5_000 * MIB, false);
        assertEquals(EngineOptions.F16, choice.options().kvType());
        assertEquals(1024, choice.options().contextTokens());
    }

    @Test
    void neverMakesAnythingLargerThanWanted() {
        for (int context : new int[] {1, 700, 1024, 2048, 3000, 5000, 100_000}) {
            for (long free = 0; free < 60_000; free += 500) {
                for (boolean quantized : new boolean[] {false, true}) {
                    MemoryFit.Choice choice = MemoryFit.choose(SEVEN, usual(context), free * MIB, quantized);
                    assertTrue(choice.options().contextTokens() <= context, context + " with " + free);
                    assertEquals(choice.needBytes() <= free * MIB, choice.fits());
                }
            }
        }
    }

    @Test
    void countsALayerWithAWindowOnlyAsFarAsItSees() {
        MemoryNeed windowed = new MemoryNeed(new ModelShape(0, 0, 0, 18, 8192, 0, 0, 0, 1536, 7680, 512, 0, true));
        // Gemma 3 270M at 8,192 tokens, as llama.cpp says: 24 MiB for the layers that see all, 15 MiB for the others
        assertEquals(39 * MIB, windowed.contextBytes(8192, EngineOptions.F16, 1));
        assertEquals(21 * MIB, windowed.contextBytes(2048, EngineOptions.F16, 1));
        assertEquals(24 * MIB + 75 * MIB / 2, windowed.contextBytes(8192, EngineOptions.F16, 4));
        assertEquals(39 * MIB / 32 * 17, windowed.contextBytes(8192, EngineOptions.Q8_0, 1));
        assertEquals(256 * (1536 + 7680) * 2, windowed.contextBytes(256, EngineOptions.F16, 1));
    }
}
