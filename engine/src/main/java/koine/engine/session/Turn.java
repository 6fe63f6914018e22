package koine.engine.session;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import koine.engine.llama.Batch;
import koine.engine.llama.LlamaContext;
import koine.engine.llama.LlamaException;
import koine.engine.llama.LlamaSampler;
import koine.engine.llama.Vocabulary;
import koine.engine.llama.Vocabulary.Word;
import koine.engine.session.Generator.Cancel;
import koine.engine.session.Generator.Finish;
import koine.engine.session.Generator.Outcome;
import koine.engine.session.Generator.Request;
import koine.engine.session.Generator.Sink;
import org.jspecify.annotations.Nullable;

/**
 * One prompt and its answer. Each round it puts what it wants read into the batch, and afterwards goes on from there. What
 * its sink throws ends this turn and no other.
 */
final class Turn implements AutoCloseable {
    /** Rows with logits are large: prompts whose tokens are scored are read in smaller parts. */
    private static final int SCORED_PART = 32;

    private static final int[] NONE = {};

    private final Request request;
    private final Cancel cancel;
    private final Sink sink;
    private final Vocabulary vocabulary;
    private final LlamaSampler sampler;
    private final AdapterSet adapters;
    private final Scores scores;
    private final int promptTokens;
    private final int lasting;
    private final Set<Integer> visible = new HashSet<>();
    private final Utf8Assembler characters = new Utf8Assembler();
    private final StopScanner scanner;

    /** What is to be read before the next token can be chosen: the prompt; after an interruption, the answer so far too. */
    private int[] tokens;

    private @Nullable Slot slot;
    private boolean reading = true;
    private boolean resumed;
    private int cached;
    private int scored = 1;
    private int answerTokens;
    private int pending;
    private int firstRow;
    private int rows;
    private int[] drafted = NONE;
    private int ahead = Drafter.FIRST;
    private int draftedTokens;
    private int draftedKept;
    private long planned;
    private long start;
    private long first;
    private long last;
    private @Nullable RuntimeException broken;
    private @Nullable Finish finish;
    private boolean forgotten;

    /**
     * @param adapters closed with the turn, as the sampler is
     * @param tokens of the prompt
     * @param lasting how many of them the next prompt will begin with, most likely
     */
    Turn(
            Request request,
            Cancel cancel,
            Sink sink,
            Vocabulary vocabulary,
            LlamaSampler sampler,
            AdapterSet adapters,
            int[] tokens,
            int lasting) {
        this.request = request;
        this.cancel = cancel;
        this.sink = sink;
        this.vocabulary = vocabulary;
        this.sampler = sampler;
        this.adapters = adapters;
        this.scores = new Scores(vocabulary, request.alternatives());
        this.tokens = tokens;
        this.promptTokens = tokens.length;
        this.lasting = lasting;
        this.scanner = new StopScanner(request.stop());
        for (String name : request.visibleControls()) {
            int[] control = vocabulary.tokenize(name, true);
            if (control.length == 1) {
                visible.add(control[0]);
            }
        }
        sampler.remember(tokens);
    }

    Request request() {
        return request;
    }

    int[] tokens() {
        return tokens;
    }

    AdapterSet adapters() {
        return adapters;
    }

    /** When it last had a place in a batch. */
    long planned() {
        return planned;
    }

    boolean isOf(String key) {
        return key.equals(request.cacheKey());
    }

    /** Whether nothing of it may be kept when it ends. */
    boolean isForgotten() {
        return forgotten;
    }

    void forget() {
        forgotten = true;
    }

    boolean isCancelled() {
        return broken != null || cancel.isCancelled();
    }

    boolean isReading() {
        return reading;
    }

    /** Whether it has ended, well or not. */
    boolean isOver() {
        return finish != null || broken != null;
    }

    /** @return how many tokens it and its answer may still want of the context, as far as one plans ahead */
    int wants(int ahead) {
        int answer = request.maxTokens() < 0 ? ahead : Math.min(ahead, request.maxTokens() - answerTokens);
        int held = slot == null ? 0 : slot.length();
        return Math.max(0, tokens.length - held) + Math.max(0, answer);
    }

    void take(Slot given, long time) {
        int kept = given.take(this, time);
        slot = given;
        planned = time; // who came later waits longer
        if (!resumed) {
            start = System.nanoTime();
            cached = kept;
            reportPrompt();
            if (request.scorePrompt()) {
                guard(() -> sink.onPromptToken(scores.unscored(tokens[0])));
            }
        }
    }

    /** Leaves the slot; what it held is forgotten and will be read again. */
    void suspend(long time) {
        Slot left = slot();
        readAgain();
        left.clear();
        left.release(time);
        slot = null;
    }

    /** The slot is about to lose what was read. */
    private void readAgain() {
        if (!reading) {
            tokens = Arrays.copyOf(slot().tokens().toArray(), slot().length() + 1);
            tokens[tokens.length - 1] = pending;
            reading = true;
        }
        resumed = true;
    }

    Slot slot() {
        return Objects.requireNonNull(slot);
    }

    /**
     * Has the next tokens drafted, which come into its next batch.
     *
     * @param room for them
     * @param watch for what takes long
     */
    void draft(Drafter drafter, int room, Watch watch) {
        int left = request.maxTokens() < 0 ? room : Math.min(room, request.maxTokens() - answerTokens - 1);
        int most = reading ? 0 : Math.min(ahead, left);
        drafted = most < 1 ? NONE : drafter.propose(slot(), pending, most, this::isCancelled, watch);
    }

    /** How many tokens of its batch are drafted. */
    int drafted() {
        return drafted.length;
    }

    /** There is no room for them: it goes on as if there were no drafts. */
    void endDrafts() {
        drafted = NONE;
        ahead = 0;
    }

    /** It has no place in this batch. */
    void waitForNext() {
        rows = 0;
    }

    /** Puts what it wants read into the batch, at most so many tokens. */
    void plan(Batch batch, int most, long time) {
        planned = time;
        firstRow = batch.size();
        int sequence = slot().sequence();
        int at = slot().length();
        if (!reading) {
            batch.add(pending, at, sequence, true);
            for (int token : drafted) {
                batch.add(token, ++at, sequence, true);
            }
            rows = 1 + drafted.length;
            return;
        }
        rows = Math.min(most, tokens.length - at);
        if (request.scorePrompt()) {
            rows = Math.min(rows, SCORED_PART);
        }
        if (at < lasting) {
            rows = Math.min(rows, lasting - at);
        }
        for (int i = 0; i < rows; i++) {
            boolean end = at + i == tokens.length - 1;
            batch.add(tokens[at + i], at + i, sequence, request.scorePrompt() || (end && request.maxTokens() != 0));
        }
    }

    /**
     * Goes on after the batch was read.
     *
     * @throws LlamaException when no token can be chosen
     * @throws NoNumbersException when the model computes no numbers any more
     */
    void proceed(LlamaContext context, Batch batch) {
        if (rows == 0) {
            return; // the batch was full
        }
        if (!reading) {
            goOn(context);
            return;
        }
        for (int row = firstRow; row < firstRow + rows; row++) {
            slot().tokens().add(batch.token(row));
        }
        if (readOn(context)) {
            answerOn(context, firstRow + rows - 1);
        }
    }

    /** A drafted token is only kept where the sampler chooses the same, so the answer is the one without drafts. */
    private void goOn(LlamaContext context) {
        int kept = 0;
        try {
            slot().tokens().add(pending);
            answerOn(context, firstRow);
            while (kept < drafted.length && !isOver() && !isCancelled() && drafted[kept] == pending) {
                slot().tokens().add(pending);
                kept++;
                answerOn(context, firstRow + kept);
            }
        } finally {
            settle(kept);
        }
    }

    /**
     * How many are drafted next: two more when all were right, else one fewer, as {@code num_assistant_tokens_schedule} =
     * "heuristic" of Hugging Face's transformers has it.
     */
    private void settle(int kept) {
        int wrong = drafted.length - kept;
        if (drafted.length > 0) {
            draftedTokens += drafted.length;
            draftedKept += kept;
            ahead = wrong == 0 ? Math.min(Drafter.MOST, ahead + 2) : Math.max(1, ahead - 1);
            if (draftedTokens >= Drafter.JUDGED && draftedKept * 2 < draftedTokens) {
                ahead = 0; // it guesses badly at what is written here
            }
        }
        drafted = NONE;
        if (wrong > 0 && !slot().dropRest()) {
            readAgain();
            slot().repair();
        }
    }

    /** @return whether the prompt is read and an answer wanted */
    private boolean readOn(LlamaContext context) {
        scorePrompt(context);
        int at = slot().length();
        if (at == lasting) {
            slot().checkpoint();
        }
        reportPrompt();
        if (at < tokens.length) {
            return false;
        }
        reading = false;
        if (request.maxTokens() == 0) {
            finish = Finish.LENGTH;
            return false;
        }
        return true;
    }

    private void scorePrompt(LlamaContext context) {
        if (!request.scorePrompt()) {
            return;
        }
        int next = slot().length() - rows + 1;
        for (int row = firstRow; row < firstRow + rows && next < promptTokens; row++, next++) {
            if (next == scored) { // else it was told before this turn had to wait
                TokenScore score = scores.of(tokens[next], context.logits(row));
                scored++;
                guard(() -> sink.onPromptToken(score));
            }
        }
    }

    private void answerOn(LlamaContext context, int row) {
        int token = context.sample(sampler, row);
        if (!context.isNumber(row, token)) {
            throw new NoNumbersException();
        }
        last = System.nanoTime();
        if (first == 0) {
            first = last;
        }
        Word word = vocabulary.word(token);
        boolean end = word.end();
        if (request.alternatives() >= 0 && (!end || request.ignoreEnd())) {
            TokenScore score = scores.of(token, context.logits(row));
            guard(() -> sink.onToken(score));
        }
        if (end && !request.ignoreEnd()) {
            finish = Finish.STOP;
            return;
        }
        answerTokens++;
        emit(scanner.accept(text(word)));
        pending = token;
        if (scanner.stopped()) {
            finish = Finish.STOP;
        } else if (slot().length() == context.contextTokens() || answerTokens == request.maxTokens()) {
            finish = Finish.LENGTH;
        }
    }

    private String text(Word word) {
        String whole = word.text();
        boolean shown = visible.contains(word.token());
        if (shown || whole == null || characters.isHolding()) {
            return characters.accept(vocabulary.piece(word.token(), shown));
        }
        return whole;
    }

    /** How many tokens were read before the first of the answer. */
    int tokensRead() {
        return promptTokens - cached;
    }

    /** How long that took; it may have shared its time with others. */
    long readNanos() {
        return System.nanoTime() - start;
    }

    private void reportPrompt() {
        if (!resumed) {
            int processed = slot().length();
            guard(() -> sink.onPromptProgress(processed, cached, promptTokens));
        }
    }

    private void emit(String text) {
        if (!text.isEmpty()) {
            guard(() -> sink.onText(text));
        }
    }

    private void guard(Runnable call) {
        if (broken != null) {
            return;
        }
        try {
            call.run();
        } catch (RuntimeException e) {
            broken = e;
        }
    }

    /** Tells the end and frees what it holds; the slot keeps what was read. */
    void end(long time) {
        leave(time);
        if (finish == null) {
            finish = Finish.CANCELLED;
        }
        emit(scanner.finish());
        Finish how = finish;
        guard(() -> sink.onEnd(outcome(how)));
        if (broken != null) {
            sink.fail(broken);
        }
    }

    void fail(RuntimeException why, long time) {
        leave(time);
        sink.fail(broken == null ? why : broken);
    }

    private void leave(long time) {
        if (slot != null) {
            slot.release(time);
            slot = null;
        }
        close();
    }

    private Outcome outcome(Finish how) {
        if (first == 0) {
            first = System.nanoTime();
            last = first;
        }
        double read = start == 0 ? 0 : millis(first - start);
        return new Outcome(
                how,
                promptTokens,
                cached,
                answerTokens,
                read,
                millis(last - first),
                scanner.found(),
                draftedTokens,
                draftedKept);
    }

    private static double millis(long nanos) {
        return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    @Override
    public void close() {
        sampler.close();
        adapters.close();
    }
}
