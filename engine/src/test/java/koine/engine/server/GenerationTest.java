package koine.engine.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import koine.engine.llama.SamplerOptions;
import koine.engine.session.Generator;
import koine.engine.session.Generator.Finish;
import koine.engine.session.Generator.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationTest {
    private final Generation generation =
            new Generation("r1", new Generator.Request("words", SamplerOptions.greedy(), 4, List.of(), null));

    private Generation.Update seen() {
        try {
            return generation.next(0);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Who asks again at once, under the same name, must not be told that it is still running. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void isForgottenBeforeItsClientHearsOfTheEnd(boolean fails) {
        List<Generation.Update> then = new ArrayList<>();
        generation.whenOver(outcome -> then.add(seen()));
        if (fails) {
            generation.onFailure(new IllegalStateException("broken"));
        } else {
            generation.onEnd(new Outcome(Finish.STOP, 9, 4, 2, 1, 1, null));
        }
        assertEquals(1, then.size());
        assertNull(then.getFirst().outcome());
        assertNull(then.getFirst().failure());
        Generation.Update after = seen();
        assertNotNull(fails ? after.failure() : after.outcome());
    }

    @Test
    void tellsHowItEnded() {
        List<Outcome> told = new ArrayList<>();
        generation.whenOver(told::add);
        Outcome end = new Outcome(Finish.LENGTH, 9, 4, 2, 1, 1, null);
        generation.onEnd(end);
        assertEquals(List.of(end), told);
    }
}
