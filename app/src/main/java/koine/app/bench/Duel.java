package koine.app.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.function.LongSupplier;
import koine.engine.client.EngineLease;
import koine.engine.speed.PairedRatio;
import koine.i18n.Problem;

/**
 * Two engines that write in turn, so that what else the computer does falls on both alike; each pair begins with the other
 * one. As many pairs as say something certain, or fewer where the model is slow.
 */
final class Duel {
    private static final int LEAST_PAIRS = 5;
    private static final int MOST_PAIRS = 31;
    private static final long ENOUGH_NANOS = TimeUnit.SECONDS.toNanos(90);

    /** The code of the problem when nobody waits any more. */
    static final String UNWANTED = "KOINE-E108";

    /** How an engine is made to write. */
    @FunctionalInterface
    interface Writer {
        /** @return tokens per second, from the first to the last; more than 0 */
        double write(EngineLease engine, int round) throws Problem;
    }

    /**
     * @param ratio of the challenger's speed to the champion's
     * @param champion its median, in tokens per second
     */
    record Outcome(PairedRatio ratio, double champion) {}

    private final Writer writer;
    private final LongSupplier nanos;
    private final BooleanSupplier unwanted;

    /** @param unwanted asked before each answer */
    Duel(Writer writer, LongSupplier nanos, BooleanSupplier unwanted) {
        this.writer = writer;
        this.nanos = nanos;
        this.unwanted = unwanted;
    }

    /** @param progress hears the share that is done, 0 to 1 */
    Outcome between(EngineLease champion, EngineLease challenger, DoubleConsumer progress) throws Problem {
        write(champion, 0); // the first of each is slower: pages come into memory, Java compiles
        write(challenger, 0);
        List<Double> ratios = new ArrayList<>();
        List<Double> speeds = new ArrayList<>();
        long begun = nanos.getAsLong();
        for (int round = 0; round < MOST_PAIRS; round++) {
            long gone = nanos.getAsLong() - begun;
            if (round >= LEAST_PAIRS && gone >= ENOUGH_NANOS) {
                break;
            }
            progress.accept(Math.max((double) round / MOST_PAIRS, Math.min(1, (double) gone / ENOUGH_NANOS)));
            boolean challengerFirst = round % 2 == 1;
            double first = write(challengerFirst ? challenger : champion, round);
            double second = write(challengerFirst ? champion : challenger, round);
            ratios.add(challengerFirst ? first / second : second / first);
            speeds.add(challengerFirst ? second : first);
        }
        Collections.sort(speeds);
        return new Outcome(PairedRatio.of(ratios), speeds.get(speeds.size() / 2));
    }

    private double write(EngineLease engine, int round) throws Problem {
        if (unwanted.getAsBoolean() || Thread.currentThread().isInterrupted()) {
            throw new Problem(UNWANTED, Map.of());
        }
        return writer.write(engine, round);
    }
}
