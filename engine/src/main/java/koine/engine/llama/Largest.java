package koine.engine.llama;

/**
 * The largest of many floating point numbers, by their bits: a vocabulary has up to a quarter of a million tokens, and to
 * compare numbers as numbers takes twice as long. The bits of positive numbers are in the order of the numbers (IEEE 754),
 * and all others lie below them, but for what is no number; so it knows the largest only if that is above zero.
 */
final class Largest {
    private static final int STRIDE = 8;
    private static final int INFINITY = 0x7f80_0000;

    private int index;
    private int most;

    /** Whether the largest is a number above zero; else it is not known. */
    boolean isKnown() {
        return most > 0 && most <= INFINITY;
    }

    /** Where the largest was; of equal ones the first. */
    int index() {
        return index;
    }

    /**
     * @param bits of numbers
     * @param count how many of them
     * @param offset of the first one's index
     */
    void look(int[] bits, int count, int offset) {
        int best = most;
        int at = -1;
        int whole = count - count % STRIDE;
        for (int i = 0; i < whole; i += STRIDE) {
            if (bits[i] > best
                    || bits[i + 1] > best
                    || bits[i + 2] > best
                    || bits[i + 3] > best
                    || bits[i + 4] > best
                    || bits[i + 5] > best
                    || bits[i + 6] > best
                    || bits[i + 7] > best) {
                for (int k = i; k < i + STRIDE; k++) {
                    if (bits[k] > best) {
                        best = bits[k];
                        at = k;
                    }
                }
            }
        }
        for (int i = whole; i < count; i++) {
            if (bits[i] > best) {
                best = bits[i];
                at = i;
            }
        }
        if (at >= 0) {
            most = best;
            index = offset + at;
        }
    }
}
