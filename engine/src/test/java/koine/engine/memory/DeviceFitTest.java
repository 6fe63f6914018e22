package koine.engine.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DeviceFitTest {
    private static final long MIB = 1 << 20;

    /** 31 layers and the output; 3,200 MiB of weights, 1,024 MiB of context: 132 MiB a layer. */
    private static final DeviceFit FIT = new DeviceFit(
            new MemoryNeed(new ModelShape(3_200 * MIB, 31, 32_768, 32_000, 4096, 11_008, 65_536, 0, 0, 0, true)),
            8192,
            "f16",
            1);

    /** 128 tokens at a time: 4 × 4,096 + 3 × 11,008 + 32,000 numbers of 4 bytes each, and 2 bytes for each pair with a cell. */
    private static final long COMPUTING = 128L * (4 * 4096 + 3 * 11_008 + 32_000) * 4 + 128L * 8192 * 2;

    @Test
    void aLayerTakesItsShareOfWeightsAndContext() {
        assertEquals(32, FIT.all());
        assertEquals(132 * MIB, FIT.bytes(2) - FIT.bytes(1));
        assertEquals(4_224 * MIB + COMPUTING, FIT.bytes(32));
    }

    @Test
    void whatIsLeftFreeIsNotTaken() {
        long whole = FIT.wholeBytes();
        assertEquals(4_224 * MIB + COMPUTING + 256 * MIB, whole);
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
        MemoryNeed need =
                new MemoryNeed(new ModelShape(3_200 * MIB, 31, 32_768, 32_000, 4096, 11_008, 65_536, 0, 0, 0, true));
        long free = 3_000 * MIB;
        assertTrue(new DeviceFit(need, 8192, "q8_0", 1).layers(free) > FIT.layers(free));
        assertTrue(new DeviceFit(need, 2048, "f16", 1).layers(free) > FIT.layers(free));
    }
}
