package koine.app.conversations;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was chosen with a question and holds for its conversation from then on, and what its answer is written with.
 *
 * @param contextTokens 0 leaves the conversation its own
 * @param layers each with the hash of its file; none is the model alone, null leaves the conversation its own
 * @param used the layers of this answer: those that were chosen, else what the conversation had when they were looked at
 */
public record TurnChoices(int contextTokens, @Nullable List<Layer> layers, List<Layer> used) {
    public static final TurnChoices NONE = new TurnChoices(0, null, List.of());
}
