package koine.engine.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LargestTest {
    /** As llama.cpp's greedy sampler does it. */
    private static int plainly(float[] numbers) {
        int best = 0;
        for (int i = 1; i < numbers.length; i++) {
            if (numbers[i] > numbers[best]) {
                best = i;
            }
        }
        return best;
    }

    private static int index(float... numbers) {
        int[] bits = new int[numbers.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(numbers[i]);
        }
        return Largest.index(bits);
    }

    @Test
    void itIsTheOneThatComparingNumbersFinds() {
        Random random = new Random(11);
        for (int round = 0; round < 20_000; round++) {
            float[] numbers = new float[1 + random.nextInt(40)];
            float shift = round % 3 * -2f; // every third time hardly one is positive
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = random.nextInt(9) == 0 ? numbers[0] : (float) random.nextGaussian() + shift;
                if (random.nextInt(50) == 0) {
                    numbers[i] = random.nextBoolean() ? 0f : -0f;
                } else if (random.nextInt(50) == 0) {
                    numbers[i] = Float.NEGATIVE_INFINITY;
                }
            }
            assertEquals(plainly(numbers), index(numbers), "seed 11, round " + round);
        }
    }

    @Test
    void infinityIsLargerThanAllNumbers() {
        assertEquals(2, index(1, Float.MAX_VALUE, Float.POSITIVE_INFINITY, 3));
        assertEquals(0, index(Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY));
    }

    @Test
    void whatIsNoNumberIsFoundWhenNothingIsAboveIt() {
        for (int bits : new int[] {0x7fc00000, 0xffc00000, 0x7f800001}) {
            float none = Float.intBitsToFloat(bits);
            float[] numbers = {-1, -2, none, -3, -4, -5, -6, -7, -8};
            assertTrue(Float.isNaN(numbers[index(numbers)]), Integer.toHexString(bits));
        }
        assertEquals(1, index(2, Float.NaN, 3));
    }
}
