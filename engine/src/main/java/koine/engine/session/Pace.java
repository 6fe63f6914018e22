package koine.engine.session;

import java.util.concurrent.TimeUnit;

/**
 * How quickly answers are written, as far as that is known: whether the next batch is over in a moment. Belongs to the
 * generator's thread.
 */
final class Pace {
    private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private long lastNanos = Long.MAX_VALUE;
    private int lastTokens = 1;

    /**
     * Of a batch that reads a prompt it is never known. A larger batch than the last one may take longer in proportion.
     *
     * @param writing how many tokens it has if all of them are of answers: one for each turn, and what was drafted
     */
    boolean isOverInAMoment(int tokens, int writing) {
        int times = Math.max(1, Math.ceilDiv(tokens, lastTokens));
        return tokens <= writing && lastNanos <= MOMENT_NANOS / times;
    }

    /** A batch came to its end in this time. */
    void computed(int tokens, int writing, long nanos) {
        if (tokens <= writing) {
            lastNanos = nanos;
            lastTokens = tokens;
        }
    }

    /** Time has passed: the weights may have left the memory. */
    void forget() {
        lastNanos = Long.MAX_VALUE;
    }
}
