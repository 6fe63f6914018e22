package koine.engine.session;

import koine.engine.llama.LlamaContext;
import koine.engine.session.Checkpoints.Checkpoint;
import org.jspecify.annotations.Nullable;

/**
 * One sequence of the context and what it holds: the conversation that last ran in it, so that its next turn does not
 * read everything again. Belongs to the generator's thread.
 */
final class Slot {
    private static final long CHECKPOINT_BYTES = 256L << 20;

    private final int sequence;
    private final LlamaContext context;
    private final Rollback rollback;
    private final TokenList tokens = new TokenList();
    private final Checkpoints checkpoints = new Checkpoints(CHECKPOINT_BYTES);
    private @Nullable String owner;
    private boolean onDisk;
    private @Nullable Turn turn;
    private long lastUse;
    private long lastSaved = -1;

    Slot(int sequence, LlamaContext context, Rollback rollback) {
        this.sequence = sequence;
        this.context = context;
        this.rollback = rollback;
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
        int shared = isOf(key) && !taker.request().scorePrompt() ? tokens.shared(taker.tokens()) : 0;
        // the last token is read again in any case: what follows it is not kept
        int kept = keep(Math.min(shared, taker.tokens().length - 1));
        owner = key;
        onDisk = taker.request().keepOnDisk();
        return kept;
    }

    /** The turn has left. What is nobody's is forgotten, so that others need not look past it. */
    void release(long time) {
        turn = null;
        lastUse = time;
        if (owner == null) {
            clear();
        }
    }

    /** Reads its tokens from elsewhere, in place of what it holds. */
    void adopt(String key, int[] restored) {
        tokens.keepFirst(0);
        tokens.addAll(restored);
        checkpoints.clear();
        owner = key;
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

    /** A batch that was broken off may have left more than was there before, or a state in between. */
    void repair() {
        int trusted = tokens.length();
        boolean rolledBack = rollback.possible(context, sequence, trusted) && context.keepFirst(sequence, trusted);
        if (rolledBack && context.position(sequence) == trusted) {
            return;
        }
        restore(trusted);
    }

    private int kept(int count) {
        tokens.keepFirst(count);
        checkpoints.dropAfter(count);
        return count;
    }

    void clear() {
        context.clear(sequence);
        tokens.keepFirst(0);
        checkpoints.clear();
        owner = null;
    }

    /** The context was cleared as a whole. */
    void forget() {
        tokens.keepFirst(0);
        checkpoints.clear();
        owner = null;
    }

    void checkpoint() {
        if (rollback.needsCheckpoints()) {
            checkpoints.add(tokens.length(), context.save(sequence, true));
        }
    }

    void close() {
        checkpoints.clear();
    }
}
