package koine.engine.session;

import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import koine.engine.llama.Batch;
import koine.engine.llama.LlamaContext;
import koine.engine.llama.LlamaException;
import koine.engine.llama.LlamaModel;
import koine.engine.llama.Vocabulary;
import koine.engine.llama.ffm.AbortFlag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small model that writes ahead for a large one, which then looks at several tokens at once. It reads what the slots read,
 * each in the sequence of the same number, and catches up in pieces while the answer goes on without it: neither the answer
 * nor a newcomer waits for it. What fails in it ends the drafts, never an answer. Belongs to the generator's thread.
 *
 * @see <a href="https://arxiv.org/abs/2211.17192">Leviathan and others, Fast Inference from Transformers via Speculative
 *     Decoding</a>
 */
final class Drafter implements AutoCloseable {
    /** Tokens of an answer's first draft; what {@code num_assistant_tokens} of Hugging Face's transformers long was. */
    static final int FIRST = 5;

    /** After so many, an answer goes on without drafts if less than half of them were right. */
    static final int JUDGED = 32;

    /** Most tokens of a draft. */
    static final int MOST = 16;

    /**
     * A token less likely than this is not proposed. Looked at and found wrong it has cost nearly as much as one of the answer
     * where the processor, not its memory, is what is waited for; found right it has saved one. So it must be worth about an
     * even bet; {@code assistant_confidence_threshold} of Hugging Face's transformers is the same.
     */
    static final double LIKELY = 0.4;

    /** Tokens that it reads in one round. */
    static final int PIECE = 128;

    private static final Logger LOG = LoggerFactory.getLogger(Drafter.class);
    private static final int[] NONE = {};

    private final LlamaModel model;
    private final LlamaContext context;
    private final Vocabulary vocabulary;
    private final int contextTokens;
    private final int commonTokens;
    private final Rollback rollback;
    private final List<TokenList> read;
    private final Batch batch;
    private boolean ended;

    /**
     * @param model closed with this, as the context is
     * @param context with a sequence for each slot
     * @param contextTokens most of them to use: llama.cpp rounds up, beyond what a model may have positions for
     * @param tokens in the large model's vocabulary; those beyond are never proposed
     */
    Drafter(LlamaModel model, LlamaContext context, int contextTokens, int tokens) {
        this.model = model;
        this.context = context;
        this.contextTokens = Math.min(contextTokens, context.contextTokens());
        this.vocabulary = model.vocabulary();
        this.commonTokens = Math.min(tokens, vocabulary.size());
        this.rollback = Rollback.of(model);
        this.read = Stream.generate(TokenList::new).limit(context.sequences()).toList();
        this.batch = new Batch(Math.min(PIECE, context.batchTokens()));
    }

    /** Raised, it ends what is read. */
    AbortFlag abortFlag() {
        return context.abortFlag();
    }

    /**
     * The likeliest tokens after those of a slot, as far as they are likely at all.
     *
     * @param pending is read after the slot's tokens
     * @param most how many, 1 to {@link #MOST}
     * @param unwanted asked between two tokens
     * @param watch for what takes longer than a moment
     * @return none while it has not caught up, or cannot
     */
    int[] propose(Slot slot, int pending, int most, BooleanSupplier unwanted, Watch watch) {
        int sequence = slot.sequence();
        int room = Math.min(most, contextTokens - slot.length() - 1);
        if (ended || room < 1) {
            return NONE;
        }
        try {
            makeRoom(sequence, slot.length() + 1 + room);
            rollBack(sequence, read.get(sequence).shared(slot.tokens()));
            return readOn(slot, pending, watch) ? write(sequence, room, unwanted, watch) : NONE;
        } catch (LlamaException e) {
            end(String.valueOf(e.getMessage()));
            return NONE;
        }
    }

    /** All sequences share its memory as those of the slots do. What others have read goes: it can be read again. */
    private void makeRoom(int sequence, int wanted) {
        int held = read.stream().mapToInt(TokenList::length).sum();
        if (held - read.get(sequence).length() + wanted > contextTokens) {
            for (int other = 0; other < read.size(); other++) {
                if (other != sequence) {
                    forget(other);
                }
            }
        }
    }

    private void rollBack(int sequence, int wanted) {
        TokenList tokens = read.get(sequence);
        if (wanted == tokens.length()) {
            return;
        }
        if (rollback.possible(context, sequence, wanted)
                && context.keepFirst(sequence, wanted)
                && context.position(sequence) == wanted) {
            tokens.keepFirst(wanted);
        } else {
            forget(sequence);
        }
    }

    /** Reads a piece of what is missing. @return whether that was all, and the next token can be chosen */
    private boolean readOn(Slot slot, int pending, Watch watch) {
        int from = read.get(slot.sequence()).length();
        int missing = slot.length() + 1 - from;
        batch.clear();
        for (int at = from; at <= slot.length() && batch.room() > 0; at++) {
            boolean end = at == slot.length();
            int token = end ? pending : slot.tokens().at(at);
            if (token >= vocabulary.size()) {
                return false; // it has no such token, and so cannot read on
            }
            batch.add(token, at, slot.sequence(), end);
        }
        return compute(slot.sequence(), watch) && batch.size() == missing;
    }

    private int[] write(int sequence, int most, BooleanSupplier unwanted, Watch watch) {
        int[] drafted = new int[most];
        int count = 0;
        int row = batch.size() - 1;
        while (!unwanted.getAsBoolean()) {
            int token = context.likeliest(row);
            if (!context.isNumber(row, token)) {
                end("it computes no numbers");
                return NONE;
            }
            if (token >= commonTokens || vocabulary.word(token).end() || !context.isLikely(row, token, LIKELY)) {
                break;
            }
            drafted[count++] = token;
            if (count == most) {
                break;
            }
            batch.clear();
            row = batch.add(token, read.get(sequence).length(), sequence, true);
            if (!compute(sequence, watch)) {
                break;
            }
        }
        return Arrays.copyOf(drafted, count);
    }

    /** A few tokens are over in a moment, and not watched over. @return whether it was not broken off */
    private boolean compute(int sequence, Watch watch) {
        boolean watched = batch.size() > MOST + 1;
        if (watched) {
            watch.begin();
        }
        LlamaContext.Decoded how;
        try {
            how = context.decode(batch);
        } finally {
            if (watched) {
                watch.end();
            }
        }
        switch (how) {
            case DONE -> {
                for (int row = 0; row < batch.size(); row++) {
                    read.get(sequence).add(batch.token(row));
                }
            }
            case ABORTED -> forget(sequence);
            case NO_ROOM -> throw new LlamaException("there is no room for " + batch);
        }
        return how == LlamaContext.Decoded.DONE;
    }

    /** What was read of a slot that has forgotten it. */
    void forget(int sequence) {
        if (read.get(sequence).length() > 0) {
            read.get(sequence).keepFirst(0);
            context.clear(sequence);
        }
    }

    private void end(String why) {
        ended = true;
        LOG.warn("there are no more drafts: {}", why);
    }

    @Override
    public void close() {
        context.close();
        model.close();
    }
}
