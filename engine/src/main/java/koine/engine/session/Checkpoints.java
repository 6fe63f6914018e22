package koine.engine.session;

import java.util.ArrayList;
import java.util.List;
import koine.engine.llama.SequenceState;
import org.jspecify.annotations.Nullable;

/**
 * States of one sequence at places where later prompts are likely to part from it. Recurrent state and sliding windows
 * cannot be rolled back, so without one the whole prompt would be read again. Few and bounded in memory: when there are
 * too many, the one that leaves the smallest gap goes.
 */
final class Checkpoints {
    private static final int MOST = 8;

    private final long mostBytes;
    private final List<Checkpoint> kept = new ArrayList<>();

    /** @param tokens how many tokens had been read */
    record Checkpoint(int tokens, SequenceState state) {}

    /** @param mostBytes of all states together; one is kept in any case */
    Checkpoints(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    void add(int tokens, SequenceState state) {
        dropAfter(tokens - 1);
        kept.add(new Checkpoint(tokens, state));
        while (kept.size() > 1 && (kept.size() > MOST || bytes() > mostBytes)) {
            kept.remove(leastMissed()).state().close();
        }
    }

    /** Not the last one: that is where the next prompt most likely parts. */
    private int leastMissed() {
        int least = 0;
        int leastGap = Integer.MAX_VALUE;
        for (int i = 0; i < kept.size() - 1; i++) {
            int before = i == 0 ? 0 : kept.get(i - 1).tokens();
            int gap = kept.get(i + 1).tokens() - before;
            if (gap < leastGap) {
                least = i;
                leastGap = gap;
            }
        }
        return least;
    }

    /** The last one at or before so many tokens. */
    @Nullable
    Checkpoint before(int tokens) {
        Checkpoint best = null;
        for (Checkpoint checkpoint : kept) {
            if (checkpoint.tokens() <= tokens) {
                best = checkpoint;
            }
        }
        return best;
    }

    void dropAfter(int tokens) {
        kept.removeIf(checkpoint -> {
            if (checkpoint.tokens() <= tokens) {
                return false;
            }
            checkpoint.state().close();
            return true;
        });
    }

    void clear() {
        dropAfter(-1);
    }

    List<Checkpoint> all() {
        return List.copyOf(kept);
    }

    private long bytes() {
        return kept.stream().mapToLong(checkpoint -> checkpoint.state().bytes()).sum();
    }
}
