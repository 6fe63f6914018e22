package koine.engine.session;

import koine.engine.llama.LlamaContext;
import koine.engine.llama.LlamaModel;

/**
 * What a model's memory can undo.
 *
 * @param recurrent whether some of it is a state that only goes forward
 * @param slidingWindow how many tokens layers with a window look back; what has left it is gone; 0 when there are none
 */
record Rollback(boolean recurrent, int slidingWindow) {
    static Rollback of(LlamaModel model) {
        return new Rollback(model.hasRecurrentState(), model.slidingWindow());
    }

    boolean needsCheckpoints() {
        return recurrent || slidingWindow > 0;
    }

    /** Whether all that the next token looks back at would still be there. */
    boolean possible(LlamaContext context, int sequence, int tokens) {
        if (recurrent) {
            return false;
        }
        return slidingWindow == 0 || context.firstPosition(sequence) <= Math.max(0, tokens - slidingWindow);
    }
}
