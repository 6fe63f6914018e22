package koine.ui.chat;

import static koine.ui.chat.EnterKey.Meaning.BREAK_LINE;
import static koine.ui.chat.EnterKey.Meaning.CONFIRM_CANDIDATE;
import static koine.ui.chat.EnterKey.Meaning.SEND;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EnterKeyTest {
    private long now;
    private final EnterKey enter = new EnterKey(() -> now);

    private void pass(long millis) {
        now += Duration.ofMillis(millis).toNanos();
    }

    @Test
    void enterSendsAndWithShiftItBreaksTheLine() {
        assertEquals(SEND, enter.pressed(false));
        assertEquals(BREAK_LINE, enter.pressed(true));
    }

    @Test
    void enterWhileComposingBelongsToTheInputMethod() {
        enter.composition(true);
        assertEquals(CONFIRM_CANDIDATE, enter.pressed(false));
        assertEquals(CONFIRM_CANDIDATE, enter.pressed(true));
    }

    @Test
    void theKeyPressThatArrivesJustAfterItsCommitBelongsToTheInputMethod() {
        enter.composition(true);
        enter.composition(false);
        pass(5);
        assertEquals(CONFIRM_CANDIDATE, enter.pressed(false));
        assertEquals(SEND, enter.pressed(false));
    }

    @Test
    void aPersonsEnterAfterTheCommitSends() {
        enter.composition(true);
        enter.composition(false);
        pass(200);
        assertEquals(SEND, enter.pressed(false));
    }

    @Test
    void anInputMethodThatCommitsWithoutComposingDoesNotHoldEnterBack() {
        enter.composition(false);
        assertEquals(SEND, enter.pressed(false));
    }
}
