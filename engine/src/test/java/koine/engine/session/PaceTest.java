package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
    private final Pace pace = new Pace();

    @Test
    void nothingIsKnownBeforeATokenWasWritten() {
        assertFalse(pace.isOverInAMoment(1, 1));
        pace.computed(512, 1, 1);
        assertFalse(pace.isOverInAMoment(1, 1), "a prompt that was read says nothing of tokens");
    }

    @Test
    void quickTokensAreOverInAMomentAndSlowOnesAreNot() {
        pace.computed(1, 1, TimeUnit.MILLISECONDS.toNanos(30));
        assertTrue(pace.isOverInAMoment(1, 1));
        assertTrue(pace.isOverInAMoment(3, 4), "four answers, one of them waits");
        pace.computed(1, 1, TimeUnit.MILLISECONDS.toNanos(400));
        assertFalse(pace.isOverInAMoment(1, 1));
    }

    @Test
    void aPromptIsWatchedHoweverQuickTheTokensAre() {
        pace.computed(2, 2, 1);
        assertFalse(pace.isOverInAMoment(3, 2));
    }

    @Test
    void aLongerDraftMayTakeLongerInProportion() {
        pace.computed(2, 2, TimeUnit.MILLISECONDS.toNanos(30));
        assertTrue(pace.isOverInAMoment(6, 6), "three times as long");
        assertFalse(pace.isOverInAMoment(8, 8), "four times as long");
        assertTrue(pace.isOverInAMoment(1, 1), "not half as long, but no longer either");
    }

    @Test
    void itIsNotKnownAnyMoreAfterARest() {
        pace.computed(1, 1, 1);
        pace.forget();
        assertFalse(pace.isOverInAMoment(1, 1));
    }
}
