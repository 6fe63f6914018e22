package koine.engine.template;

/**
 * How much work one rendering may cause: templates come with model files from strangers.
 *
 * @param steps evaluated nodes and what weighs as much, such as eight characters looked at; grows by 16 for each
 *     character of the input
 * @param textChars longest text, the output included, in UTF-16 units
 * @param memory all that is ever created, in units of about two bytes; grows by 256 for each character of the input,
 *     because honest templates build long texts piece by piece
 * @param depth nesting of the evaluation: statements, expressions and macro calls
 */
public record Limits(long steps, int textChars, long memory, int depth) {
    /** Ends a hostile template within seconds and within the engine's small heap. */
    public static final Limits DEFAULT = new Limits(20_000_000, 8_000_000, 64_000_000, 500);
}
