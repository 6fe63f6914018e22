package koine.engine.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LargestTest {
    private static final int PART = 19;

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

    /** In parts; -1 when it is not known. */
    private static int index(float... numbers) {
        Largest largest = new Largest();
        for (int from = 0; from < numbers.length; from += PART) {
            int[] bits = new int[PART];
            int count = Math.min(PART, numbers.length - from);
            for (int i = 0; i < count; i++) {
                bits[i] = Float.floatToRawIntBits(numbers[from + i]);
            }
            largest.look(bits, count, from);
        }
        return largest.isKnown() ? largest.index() : -1;
    }

    @Test
    void itIsTheOneThatComparingNumbersFinds() {
        Random random = new Random(11);
        for (int round = 0; round < 20_000; round++) {
            float[] numbers = new float[1 + random.nextInt(60)];
            float shift = round % 3 * -2f; // every third time hardly one is positive
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = random.nextInt(9) == 0 ? numbers[0] : (float) random.nextGaussian() + shift;
                if (random.nextInt(50) == 0) {
                    numbers[i] = random.nextBoolean() ? 0f : -0f;
                } else if (random.nextInt(50) == 0) {
                    numbers[i] = Float.NEGATIVE_INFINITY;
                }
            }
            int best = plainly(numbers);
            assertEquals(numbers[best] > 0 ? best : -1, index(numbers), "seed 11, round " + round);
        }
    }

    @Test
    void infinityIsLargerThanAllNumbers() {
        assertEquals(2, index(1, Float.MAX_VALUE, Float.POSITIVE_INFINITY, 3));
        assertEquals(-1, index(Float.NEGATIVE_INFINITY, -0f, 0f, -1));
    }

    @Test
    void whatIsNoNumberIsNeverTakenForIt() {
        assertEquals(-1, index(1, Float.NaN, 3));
        assertEquals(2, index(1, Float.intBitsToFloat(0xffc0_0000), 3));
    }
}
