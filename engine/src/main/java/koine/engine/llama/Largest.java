package koine.engine.llama;

/**
 * The largest of many floating point numbers, by their bits: a vocabulary has up to a quarter of a million tokens, and the
 * processor's own order of floating point numbers takes several times as long. Bits of numbers that are not negative are in
 * the order of the numbers (IEEE 754), and what is no number lies above or below all.
 */
final class Largest {
    private static final int STRIDE = 8;

    private Largest() {}

    /** The index of the largest number, of equal ones the first; what is no number may be taken for it. */
    static int index(int[] bits) {
        int best = 0;
        int most = bits[0];
        int whole = bits.length - bits.length % STRIDE;
        for (int i = 0; i < whole; i += STRIDE) {
            if (bits[i] > most
                    || bits[i + 1] > most
                    || bits[i + 2] > most
                    || bits[i + 3] > most
                    || bits[i + 4] > most
                    || bits[i + 5] > most
                    || bits[i + 6] > most
                    || bits[i + 7] > most) {
                for (int k = i; k < i + STRIDE; k++) {
                    if (bits[k] > most) {
                        most = bits[k];
                        best = k;
                    }
                }
            }
        }
        for (int i = whole; i < bits.length; i++) {
            if (bits[i] > most) {
                most = bits[i];
                best = i;
            }
        }
        return most > 0 ? best : ofNoneAboveZero(bits);
    }

    /** Rare: the slow way, by the numbers. */
    private static int ofNoneAboveZero(int[] bits) {
        int best = 0;
        for (int i = 0; i < bits.length; i++) {
            float number = Float.intBitsToFloat(bits[i]);
            if (Float.isNaN(number)) {
                return i;
            }
            if (number > Float.intBitsToFloat(bits[best])) {
                best = i;
            }
        }
        return best;
    }
}
