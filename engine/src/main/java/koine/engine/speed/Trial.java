package koine.engine.speed;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How much one thing changed the speed of writing, measured beside the same engine without it.
 *
 * @param draft file of the draft model; null for all else
 * @param ratio tokens per second with it to those without: the median of all pairs
 * @param low of the 95 % interval of that
 * @param high likewise
 * @param pairs that were measured; 0 when it could not be
 * @param obstacle why it could not be measured; null when it was
 * @param used whether engines are started with it from now on
 */
public record Trial(
        Kind kind,
        @Nullable String draft,
        double ratio,
        double low,
        double high,
        int pairs,
        @Nullable Obstacle obstacle,
        boolean used) {

    /** What is tried. */
    public enum Kind {
        /** The processor in the place of the device that computes the model. */
        PROCESSOR,
        /** Weights in pages of 2 MB instead of mapped: {@link koine.engine.llama.Weights#LARGE_PAGES}. */
        LARGE_PAGES,
        /** Weights that the system may not take away: {@link koine.engine.llama.Weights#LOCKED}. */
        LOCKED,
        /** A smaller model that writes ahead. */
        DRAFT,
        /** The KV cache in 8.5 bits a number; not to be quicker, but to hold more where memory is short. */
        QUANTIZED_CONTEXT
    }

    /** Why something cannot be measured here. */
    public enum Obstacle {
        /** The system does not allow it, or has no such thing. */
        NOT_HERE,
        /** Both engines together do not fit into memory. */
        MEMORY,
        /** The model cannot go back over what it has read, or the draft model does not go with it. */
        NOT_WITH_THIS_MODEL,
        /** The engine with it did not start or broke. */
        FAILED
    }

    public static Trial measured(Kind kind, @Nullable String draft, PairedRatio ratio, boolean used) {
        return new Trial(kind, draft, ratio.median(), ratio.low(), ratio.high(), ratio.pairs(), null, used);
    }

    public static Trial prevented(Kind kind, @Nullable String draft, Obstacle why) {
        return new Trial(kind, draft, 0, 0, 0, 0, why, false);
    }

    /** The same, used from now on. */
    public Trial asUsed() {
        return new Trial(kind, draft, ratio, low, high, pairs, obstacle, true);
    }

    /** Whether it is the trial of this. */
    public boolean isOf(Kind what, @Nullable String draftFile) {
        return kind == what && Objects.equals(draft, draftFile);
    }

    /** Whether it is quicker, and surely so. */
    public boolean isQuicker() {
        return pairs > 0 && new PairedRatio(ratio, low, high, pairs).isQuicker();
    }

    boolean makesSense() {
        return kind != null
                && pairs >= 0
                && (pairs > 0) == (obstacle == null)
                && (pairs == 0 || (low > 0 && low <= ratio && ratio <= high))
                && (kind == Kind.DRAFT) == (draft != null);
    }
}
