package koine.engine.session;

import java.util.concurrent.TimeUnit;

/**
 * How quickly answers are written, as far as that is known: whether the next batch is over in a moment. Belongs to the
 * generator's thread.
 */
final class Pace {
    private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private long tokenNanos = Long.MAX_VALUE;

    /** Of a batch that reads a prompt it is never known. */
    boolean isOverInAMoment(int tokens, int turns) {
        return isWriting(tokens, turns) && tokenNanos <= MOMENT_NANOS;
    }

    /** A batch came to its end in this time. */
    void computed(int tokens, int turns, long nanos) {
        if (isWriting(tokens, turns)) {
            tokenNanos = nanos;
        }
    }

    /** Time has passed: the weights may have left the memory. */
    void forget() {
        tokenNanos = Long.MAX_VALUE;
    }

    /** One token for each turn at most. */
    private static boolean isWriting(int tokens, int turns) {
        return tokens <= turns;
    }
}
