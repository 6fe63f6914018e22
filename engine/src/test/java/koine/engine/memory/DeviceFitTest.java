package koine.engine.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DeviceFitTest {
    private static final long MIB = 1 << 20;

    /** 31 layers of 2,900 MiB, an output of 300, 200 for the tokens' vectors; 1,024 MiB of context: 126.6 MiB a layer. */
    private static final DeviceFit FIT = new DeviceFit(
            new MemoryNeed(new ModelShape(
                    3_400 * MIB, 300 * MIB, 200 * MIB, 31, 32_768, 32_000, 4096, 11_008, 65_536, 0, 0, 0, true)),
            8192,
            "f16",
            1);

    /** 128 tokens at a time: 4 × 4,096 + 3 × 11,008 + 32,000 numbers of 4 bytes each, and 2 bytes for each pair with a cell. */
    private static final long COMPUTING = 128L * (4 * 4096 + 3 * 11_008 + 32_000) * 4 + 128L * 8192 * 2;

    @Test
    void aLayerTakesItsShareOfWeightsAndContext() {
        assertEquals(32, FIT.all());
        long each = Math.ceilDiv((2_900 + 1_024) * MIB, 31);
        assertEquals(COMPUTING, FIT.bytes(0));
        assertEquals(300 * MIB + COMPUTING, FIT.bytes(1), "the output goes first");
        assertEquals(each, FIT.bytes(2) - FIT.bytes(1));
        assertEquals(300 * MIB + 31 * each + COMPUTING, FIT.bytes(32));
    }

    @Test
    void anOutputThatIsTheTokensVectorsTooIsThereTwice() {
        DeviceFit tied = new DeviceFit(
                new MemoryNeed(new ModelShape(
                        3_100 * MIB, 200 * MIB, 200 * MIB, 31, 32_768, 32_000, 4096, 11_008, 65_536, 0, 0, 0, true)),
                8192,
                "f16",
                1);
        assertEquals(200 * MIB + COMPUTING, tied.bytes(1));
        assertEquals(Math.ceilDiv((2_900 + 1_024) * MIB, 31), tied.bytes(2) - tied.bytes(1));
    }

    @Test
    void whatIsLeftFreeIsNotTaken() {
        long whole = FIT.wholeBytes();
        assertEquals(FIT.bytes(32) + 256 * MIB, whole);
        assertEquals(32, FIT.layers(whole));
        assertEquals(31, FIT.layers(whole - 1));
        assertEquals(32, FIT.layers(Long.MAX_VALUE));
    }

    @Test
    void whereNotOneFitsThereIsNone() {
        assertEquals(1, FIT.layers(FIT.bytes(1) + 256 * MIB));
        assertEquals(0, FIT.layers(FIT.bytes(1) + 256 * MIB - 1));
        assertEquals(0, FIT.layers(0));
    }

    @Test
    void aSmallerCacheLeavesRoomForMoreLayers() {
        MemoryNeed need = new MemoryNeed(new ModelShape(
                3_400 * MIB, 300 * MIB, 200 * MIB, 31, 32_768, 32_000, 4096, 11_008, 65_536, 0, 0, 0, true));
        long free = 3_000 * MIB;
        assertTrue(new DeviceFit(need, 8192, "q8_0", 1).layers(free) > FIT.layers(free));
        assertTrue(new DeviceFit(need, 2048, "f16", 1).layers(free) > FIT.layers(free));
    }
}
