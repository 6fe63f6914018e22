package koine.app.conversations;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was chosen with a question and holds for its conversation from then on.
 *
 * @param contextTokens 0 leaves the conversation its own
 * @param layers each with the hash of its file; none is the model alone, null leaves the conversation its own
 */
public record TurnChoices(int contextTokens, @Nullable List<Layer> layers) {
    public static final TurnChoices NONE = new TurnChoices(0, null);
}
