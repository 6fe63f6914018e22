package koine.engine.session;

import java.util.stream.IntStream;
import koine.engine.llama.LlamaContext;
import koine.engine.llama.LlamaException;
import koine.engine.session.Checkpoints.Checkpoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sequence of the context and what it holds: the conversation that last ran in it, so that its next turn does not
 * read everything again. Belongs to the generator's thread.
 */
final class Slot {
    private static final Logger LOG = LoggerFactory.getLogger(Slot.class);
    private static final long CHECKPOINT_BYTES = 256L << 20;

    private final int sequence;
    private final LlamaContext context;
    private final Rollback rollback;
    private final @Nullable Drafter drafter;
    private final TokenList tokens = new TokenList();
    private final Checkpoints checkpoints = new Checkpoints(CHECKPOINT_BYTES);
    private @Nullable String owner;
    private String layers = "";
    private boolean onDisk;
    private @Nullable Turn turn;
    private long lastUse;
    private long lastSaved = -1;

    /** @param drafter forgets what this forgets */
    Slot(int sequence, LlamaContext context, Rollback rollback, @Nullable Drafter drafter) {
        this.sequence = sequence;
        this.context = context;
        this.rollback = rollback;
        this.drafter = drafter;
    }

    int sequence() {
        return sequence;
    }

    boolean idle() {
        return turn == null;
    }

    boolean isOf(@Nullable String key) {
        return key != null && key.equals(owner);
    }

    /** Whether it holds what was read of the turn's conversation, with the same adapters. */
    boolean holds(Turn of) {
        return isOf(of.request().cacheKey()) && layers.equals(of.adapters().identity());
    }

    /** The identity of the adapters with which it was read. */
    String layers() {
        return layers;
    }

    @Nullable
    String owner() {
        return owner;
    }

    /** How many tokens it holds. */
    int length() {
        return tokens.length();
    }

    TokenList tokens() {
        return tokens;
    }

    Checkpoints checkpoints() {
        return checkpoints;
    }

    long lastUse() {
        return lastUse;
    }

    /** Whether what it holds may be written to disk and has changed since it was. */
    boolean unsaved() {
        return idle() && onDisk && owner != null && tokens.length() > 0 && lastSaved != lastUse;
    }

    void saved() {
        lastSaved = lastUse;
    }

    /**
     * Gives the sequence to a turn, with as much of its prompt as it holds already.
     *
     * @return how many tokens that is
     */
    int take(Turn taker, long time) {
        turn = taker;
        lastUse = time;
        String key = taker.request().cacheKey();
        int shared = holds(taker) && !taker.request().scorePrompt() ? tokens.shared(taker.tokens()) : 0;
        // the last token is read again in any case: what follows it is not kept
        int kept = keep(Math.min(shared, taker.tokens().length - 1));
        owner = key;
        layers = taker.adapters().identity();
        onDisk = taker.request().keepOnDisk();
        return kept;
    }

    /** The turn has left. What is nobody's is forgotten, so that others need not look past it. */
    void release(long time) {
        boolean forgotten = turn != null && turn.isForgotten();
        turn = null;
        lastUse = time;
        if (owner == null || forgotten) {
            clear();
        }
    }

    /** Reads its tokens from elsewhere, in place of what it holds. */
    void adopt(String key, String with, int[] restored) {
        forget();
        tokens.addAll(restored);
        owner = key;
        layers = with;
    }

    /** How many of so many first tokens it could {@link #keep}. */
    int reachable(int wanted) {
        boolean possible = wanted > 0 && rollback.possible(context, sequence, wanted);
        int[] places = checkpoints.all().stream().mapToInt(Checkpoint::tokens).toArray();
        return possible ? wanted : reachable(rollback, wanted, tokens.length(), places);
    }

    /** How many of so many first tokens could be kept; {@code held} is what a sequence with these checkpoints holds. */
    static int reachable(Rollback rollback, int wanted, int held, int... places) {
        if (!rollback.needsCheckpoints() || wanted == held) {
            return wanted;
        }
        return IntStream.of(places).filter(place -> place <= wanted).max().orElse(0);
    }

    /**
     * Rolls back to the first tokens, or as near before as this model's memory can.
     *
     * @return how many tokens are left
     */
    int keep(int wanted) {
        if (wanted >= tokens.length()) {
            return tokens.length();
        }
        if (wanted > 0 && rollback.possible(context, sequence, wanted) && context.keepFirst(sequence, wanted)) {
            return kept(wanted);
        }
        return restore(wanted);
    }

    private int restore(int wanted) {
        Checkpoint checkpoint = checkpoints.before(wanted);
        if (checkpoint != null
                && context.restore(sequence, checkpoint.state())
                && context.keepFirst(sequence, checkpoint.tokens())
                && context.position(sequence) == checkpoint.tokens()) {
            return kept(checkpoint.tokens());
        }
        clear();
        return 0;
    }

    /**
     * Of the last batch, what was not added to the tokens goes: drafts that were wrong. That is always possible: a batch takes
     * no place of what the token before it looks back at ({@code find_slot} and {@code apply_ubatch} in
     * {@code llama-kv-cache.cpp}), and a state that only goes forward has no drafts.
     *
     * @return false when llama.cpp refuses all the same: {@link #repair} then
     */
    boolean dropRest() {
        return context.keepFirst(sequence, tokens.length()) && context.position(sequence) == tokens.length();
    }

    /** A batch that was broken off may have left more than was there before, or a state in between. */
    void repair() {
        int trusted = tokens.length();
        boolean rolledBack = rollback.possible(context, sequence, trusted) && context.keepFirst(sequence, trusted);
        if (rolledBack && context.position(sequence) == trusted) {
            return;
        }
        String of = owner;
        restore(trusted);
        owner = of; // the turn may go on in it
    }

    private int kept(int count) {
        tokens.keepFirst(count);
        checkpoints.dropAfter(count);
        return count;
    }

    void clear() {
        context.clear(sequence);
        forget();
    }

    /** The context was cleared as a whole. */
    void forget() {
        tokens.keepFirst(0);
        checkpoints.clear();
        owner = null;
        if (drafter != null) {
            drafter.forget(sequence);
        }
    }

    /** Without one, the next prompt costs time; so a failure here is no failure of the answer. */
    void checkpoint() {
        if (rollback.needsCheckpoints()) {
            try {
                checkpoints.add(tokens.length(), context.save(sequence, true));
            } catch (LlamaException e) {
                LOG.warn("there is no checkpoint: {}", e.getMessage());
            }
        }
    }

    void close() {
        checkpoints.clear();
    }
}
