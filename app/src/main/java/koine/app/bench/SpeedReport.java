package koine.app.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a speed test found; the speeds are medians of its repeats.
 *
 * @param promptTokensPerSecond read, all parallel streams together
 * @param generationTokensPerSecond written, all parallel streams together
 * @param firstTokenMillis from a request to its first token, with the prompt of the test
 * @param peakMemoryBytes of the engine's process and those below it, since it began; null where the system does not tell
 * @param pack id of the native pack
 * @param device the processor's name
 * @param offloaded layers on another device; null when the processor computed all of them
 * @param repeats each measured round, in order
 */
public record SpeedReport(
        double promptTokensPerSecond,
        double generationTokensPerSecond,
        double firstTokenMillis,
        @Nullable Long peakMemoryBytes,
        String pack,
        String device,
        @Nullable Offloaded offloaded,
        String model,
        SpeedTest.Options options,
        List<Round> repeats) {
    /**
     * @param device as the pack names it
     * @param all layers the model has
     */
    public record Offloaded(String device, int layers, int all) {}

    /** One round: the prompt, then the generation. */
    public record Round(double promptTokensPerSecond, double generationTokensPerSecond, double firstTokenMillis) {}

    static SpeedReport of(
            List<Round> rounds,
            @Nullable Long peakMemoryBytes,
            String pack,
            String device,
            @Nullable Offloaded offloaded,
            String model,
            SpeedTest.Options options) {
        return new SpeedReport(
                median(rounds, Round::promptTokensPerSecond),
                median(rounds, Round::generationTokensPerSecond),
                median(rounds, Round::firstTokenMillis),
                peakMemoryBytes,
                pack,
                device,
                offloaded,
                model,
                options,
                List.copyOf(rounds));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
        double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
