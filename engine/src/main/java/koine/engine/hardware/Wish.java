package koine.engine.hardware;

import org.jspecify.annotations.Nullable;

/**
 * What a person wants models to be computed with.
 *
 * @param device null for whatever does it best; {@link #PROCESSOR_WORD}; else a device by its maker's name
 */
public record Wish(@Nullable String device) {
    /** For settings. */
    public static final String PROCESSOR_WORD = "processor";

    public static final Wish BEST = new Wish(null);
    public static final Wish PROCESSOR = new Wish(PROCESSOR_WORD);

    /** Whether a device is named: then it is told each time when another computes. */
    public boolean names() {
        return device != null && !equals(PROCESSOR);
    }
}
