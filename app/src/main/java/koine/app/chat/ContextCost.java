package koine.app.chat;

import java.io.IOException;
import java.nio.file.Path;

/** What a context costs. */
@FunctionalInterface
public interface ContextCost {
    /**
     * Memory of a context, beside the model's own. Blocks on the disk.
     *
     * @param tokens its room
     * @return bytes; an upper bound where the model looks back only so far
     * @throws IOException when the model's header cannot be read
     */
    long bytes(Path model, int tokens) throws IOException;
}
