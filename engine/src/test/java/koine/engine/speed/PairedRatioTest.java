package koine.engine.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PairedRatioTest {
    private static final int ROUNDS = 400;

    /** Ratios with a noise of a tenth around the truth. */
    private static List<Double> noisy(double truth, int pairs, Random dice) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < pairs; i++) {
            ratios.add(truth * Math.exp(0.1 * dice.nextGaussian()));
        }
        return ratios;
    }

    @Test
    void isTheMedianWithinItsInterval() {
        PairedRatio ratio = PairedRatio.of(List.of(1.0, 1.3, 1.1, 9.0, 1.2));
        assertEquals(1.2, ratio.median());
        assertTrue(ratio.low() >= 1 && ratio.low() <= 1.2, ratio.toString());
        assertTrue(ratio.high() >= 1.2 && ratio.high() <= 9, ratio.toString());
        assertEquals(5, ratio.pairs());
        assertEquals(1.15, PairedRatio.of(List.of(1.0, 1.3)).median(), 1e-12);
        assertEquals(ratio, PairedRatio.of(List.of(1.0, 1.3, 1.1, 9.0, 1.2)), "the dice always fall alike");
    }

    /** Where nothing is gained, hardly ever is a gain seen; where a fifth is, nearly always. */
    @Test
    void seesAGainAndSeldomOneThatIsNone() {
        Random dice = new Random(7);
        int wrongly = 0;
        int rightly = 0;
        for (int i = 0; i < ROUNDS; i++) {
            wrongly += PairedRatio.of(noisy(1, 15, dice)).isQuicker() ? 1 : 0;
            rightly += PairedRatio.of(noisy(1.2, 15, dice)).isQuicker() ? 1 : 0;
        }
        assertTrue(wrongly <= ROUNDS * 0.06, wrongly + " of " + ROUNDS + " were no gains");
        assertTrue(rightly >= ROUNDS * 0.97, rightly + " of " + ROUNDS + " gains were seen");
    }

    @Test
    void isNoGainFromFewPairsOrOfLessThanAHundredth() {
        assertFalse(PairedRatio.of(Collections.nCopies(4, 1.5)).isQuicker());
        assertTrue(PairedRatio.of(Collections.nCopies(5, 1.5)).isQuicker());
        assertFalse(PairedRatio.of(Collections.nCopies(15, 1.009)).isQuicker());
        assertFalse(PairedRatio.of(Collections.nCopies(15, 0.8)).isQuicker());
    }

    @Test
    void isOfNumbersAboveZero() {
        assertThrows(IllegalArgumentException.class, () -> PairedRatio.of(List.of()));
        for (double wrong : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> PairedRatio.of(List.of(1.0, wrong)));
        }
    }
}
