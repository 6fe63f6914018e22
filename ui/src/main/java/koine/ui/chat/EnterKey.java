package koine.ui.chat;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Decides what an Enter in the composer means. One that confirms an input method's candidate belongs to the input
 * method; some platforms deliver it as a key press just after the text was committed.
 */
final class EnterKey {
    /** No person ends a composition with one key and presses Enter on purpose within this time. */
    static final Duration AFTER_COMMIT = Duration.ofMillis(80);

    private final LongSupplier nanoTime;
    private boolean composing;
    private boolean committed;
    private long committedAt;

    /** What to do. */
    enum Meaning {
        SEND,
        BREAK_LINE,
        CONFIRM_CANDIDATE
    }

    EnterKey(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** @param composedText whether the input method's event still holds text that is being composed */
    void composition(boolean composedText) {
        if (composing && !composedText) {
            committed = true;
            committedAt = nanoTime.getAsLong();
        }
        composing = composedText;
    }

    Meaning pressed(boolean shift) {
        boolean justCommitted = committed && nanoTime.getAsLong() - committedAt < AFTER_COMMIT.toNanos();
        committed = false;
        if (composing || justCommitted) {
            return Meaning.CONFIRM_CANDIDATE;
        }
        return shift ? Meaning.BREAK_LINE : Meaning.SEND;
    }
}
