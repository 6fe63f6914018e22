package koine.engine.reasoning;

import org.jspecify.annotations.Nullable;

/**
 * Takes a model's words as they come and tells thoughts from answer. What it gives depends on the words alone, never on
 * how they are cut into pieces. A text that may become a tag is held back until that is known; all else passes at once.
 * White space around thoughts, and before an answer that follows them, is left out. Thoughts that never end stay
 * thoughts. One thread.
 */
public final class ReasoningSplitter {
    private final LayoutReader reader;

    private ReasoningSplitter(LayoutReader reader) {
        this.reader = reader;
    }

    /**
     * @param prompt what the model continues, from its begin or only its end: it tells whether the thoughts have been
     *     opened already, or opened and closed
     * @param lastMessage text of the last message, as it was given to the template: a tag that the person typed there
     *     opens nothing; null when it is no text
     */
    public static ReasoningSplitter forPrompt(ReasoningFormat format, String prompt, @Nullable String lastMessage) {
        LayoutReader reader = LayoutReader.of(format.layout());
        reader.begin(prompt, lastMessage == null ? "" : lastMessage);
        return new ReasoningSplitter(reader);
    }

    /** @param text the next words; with the names of {@link ReasoningFormat#controlTokens()} where these were generated */
    public Piece feed(String text) {
        reader.pending.add(text);
        reader.read(false);
        return reader.take();
    }

    /** Gives what was held back. To be called once, after the last words. */
    public Piece finish() {
        reader.read(true);
        return reader.take();
    }

    /** Whether what comes next is thoughts, as far as is known. */
    public boolean isThinking() {
        return reader.isThinking();
    }
}
