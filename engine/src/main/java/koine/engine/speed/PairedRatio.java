package koine.engine.speed;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * What pairs of measurements say, each pair taken one after the other so that both had the same noise: the median of their
 * ratios, with a 95 % interval by bootstrap (percentiles of the medians of samples drawn with replacement; B. Efron, 1979).
 * The dice always fall alike, so the same pairs always say the same.
 *
 * @param low 2.5 % of the medians are below
 * @param high 2.5 % of the medians are above
 */
public record PairedRatio(double median, double low, double high, int pairs) {
    private static final int SAMPLES = 2000;
    private static final double OUTSIDE = 0.025;

    /** Less than a hundredth is not worth a change. */
    private static final double LEAST_GAIN = 1.01;

    /** Fewer pairs say nothing certain, whatever their interval. */
    private static final int LEAST_PAIRS = 5;

    /** @throws IllegalArgumentException without a ratio, or for one that is no number above 0 */
    public static PairedRatio of(List<Double> ratios) {
        double[] all = ratios.stream().mapToDouble(Double::doubleValue).toArray();
        if (all.length == 0 || Arrays.stream(all).anyMatch(one -> !(one > 0 && one < Double.POSITIVE_INFINITY))) {
            throw new IllegalArgumentException("ratios: " + ratios);
        }
        RandomGenerator dice = RandomGeneratorFactory.of("L64X128MixRandom").create(42);
        double[] medians = new double[SAMPLES];
        double[] sample = new double[all.length];
        for (int i = 0; i < SAMPLES; i++) {
            for (int j = 0; j < sample.length; j++) {
                sample[j] = all[dice.nextInt(all.length)];
            }
            medians[i] = median(sample);
        }
        Arrays.sort(medians);
        int outside = (int) (SAMPLES * OUTSIDE);
        return new PairedRatio(median(all), medians[outside], medians[SAMPLES - 1 - outside], all.length);
    }

    /** Whether it is quicker, and surely so. */
    public boolean isQuicker() {
        return pairs >= LEAST_PAIRS && median >= LEAST_GAIN && low > 1;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
