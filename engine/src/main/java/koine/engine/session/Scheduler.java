package koine.engine.session;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import koine.engine.llama.Batch;
import koine.engine.llama.LlamaContext;
import koine.engine.llama.LlamaException;
import org.jspecify.annotations.Nullable;

/**
 * Continuous batching: each round, one token of every answer and as much of the prompts as fits go into one batch, so a
 * newcomer does not wait for the others to end. All sequences share one memory; when it is full, what idle conversations
 * left there goes first, the longest unused before the others; then the newest turn waits and is read again later.
 * Belongs to the generator's thread.
 */
final class Scheduler {
    /** Of a prompt in one round while others are answered: they should not stand still for long. */
    private static final int SHARED_PART = 256;

    /** Tokens of an answer for which there should be room before another turn is let in. */
    private static final int AHEAD = 256;

    /** Answers with the same adapters go on for so long while others wait. */
    private static final long TOGETHER_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final LlamaContext context;
    private final @Nullable Drafter drafter;
    private final boolean onDevice;
    private final Snapshots snapshots;
    private final List<Slot> slots;
    private final Batch batch;
    private final Deque<Turn> waiting = new ArrayDeque<>();
    private final List<Turn> running = new ArrayList<>();
    private final Watch watch;
    private final Pace pace = new Pace();
    private long clock;
    private AdapterSet adapters = AdapterSet.none();
    private long adaptersSince;

    /**
     * @param drafter null for none
     * @param onDevice whether a device computes: one that fails once may fail at everything from there on
     */
    Scheduler(
            LlamaContext context, Rollback rollback, Snapshots snapshots, @Nullable Drafter drafter, boolean onDevice) {
        this.context = context;
        this.drafter = drafter;
        this.onDevice = onDevice;
        this.snapshots = snapshots;
        this.slots = IntStream.range(0, context.sequences())
                .mapToObj(sequence -> new Slot(sequence, context, rollback, drafter))
                .toList();
        this.batch = new Batch(context.batchTokens());
        this.watch = Watch.start(
                this::allCancelled,
                drafter == null ? List.of(context.abortFlag()) : List.of(context.abortFlag(), drafter.abortFlag()));
    }

    void add(Turn turn) {
        waiting.add(turn);
    }

    /** Asked by the watch while this thread computes. */
    private boolean allCancelled() {
        for (Turn turn : running) {
            if (!turn.isCancelled()) {
                return false;
            }
        }
        return true;
    }

    /** @return whether there is more to do */
    boolean step() {
        endCancelled();
        admit();
        if (!running.isEmpty()) {
            compute();
        }
        return !running.isEmpty() || !waiting.isEmpty();
    }

    private void endCancelled() {
        endWhere(running, Turn::isCancelled);
        endWhere(waiting, Turn::isCancelled);
    }

    private void endWhere(Iterable<Turn> turns, Predicate<Turn> over) {
        for (Iterator<Turn> each = turns.iterator(); each.hasNext(); ) {
            Turn turn = each.next();
            if (over.test(turn)) {
                each.remove();
                turn.end(++clock);
            }
        }
    }

    private void admit() {
        while (!waiting.isEmpty()) {
            Turn turn = waiting.element();
            Slot slot = chooseSlot(turn);
            if (slot == null || !fitsBeside(turn)) {
                return;
            }
            waiting.remove();
            if (running.isEmpty()) {
                pace.forget();
            }
            snapshots.bringBack(slot, turn, this::evict);
            turn.take(slot, ++clock);
            running.add(turn);
            if (running.size() == 1 && slot.length() == 0 && turn.request().isGreedy()) {
                beginAfresh();
            }
        }
    }

    /**
     * Who asks for the likeliest words wants the same ones every time. Where in the memory a sequence lies decides in which
     * order numbers are added, and so the last digits: what idle conversations left there goes.
     */
    private void beginAfresh() {
        context.clear();
        slots.stream().filter(Slot::idle).forEach(Slot::forget);
    }

    /** The conversation's own slot with the same adapters, else an empty one, else the longest unused. */
    private @Nullable Slot chooseSlot(Turn turn) {
        return slots.stream()
                .filter(Slot::idle)
                .min(Comparator.comparing((Slot slot) -> !slot.holds(turn))
                        .thenComparing(slot -> slot.length() > 0)
                        .thenComparingLong(Slot::lastUse))
                .orElse(null);
    }

    private boolean fitsBeside(Turn turn) {
        if (running.isEmpty()) {
            return true;
        }
        long wanted = turn.wants(AHEAD);
        for (Turn other : running) {
            wanted += other.slot().length() + other.wants(AHEAD);
        }
        return wanted <= context.contextTokens();
    }

    private void compute() {
        draft();
        if (drafter != null && allCancelled()) {
            return;
        }
        plan();
        while (used() + batch.size() > context.contextTokens()) {
            if (!evict() && !suspendNewest()) {
                break;
            }
            plan();
        }
        try {
            context.use(adapters.adapters());
            switch (decode()) {
                case DONE -> proceed();
                case ABORTED -> running.forEach(turn -> turn.slot().repair());
                case NO_ROOM -> {
                    if (drafted() > 0) {
                        running.forEach(Turn::endDrafts);
                    } else if (!evict() && !suspendNewest()) {
                        breakAll(new GenerationException("llama_decode finds no room for the batch"));
                    }
                }
            }
        } catch (LlamaException e) {
            if (onDevice) {
                throw new DeviceLostException(String.valueOf(e.getMessage()), e);
            }
            breakAll(new GenerationException(String.valueOf(e.getMessage())));
        }
    }

    /**
     * One who writes alone leaves the processor waiting for memory: a few tokens more cost little to look at. With several,
     * a batch serves all of them already. Nobody is sent away for a draft.
     */
    private void draft() {
        if (drafter != null && running.size() == 1) {
            int room = Math.min(context.batchTokens(), context.contextTokens() - used()) - 1;
            running.getFirst().draft(drafter, room, watch);
        }
    }

    private int drafted() {
        return running.stream().mapToInt(Turn::drafted).sum();
    }

    /** A moment is not watched over: to be woken in the middle of it costs more than a cancel that is seen after it. */
    private LlamaContext.Decoded decode() {
        int writing = running.size() + drafted();
        boolean watched = !pace.isOverInAMoment(batch.size(), writing);
        long begun = System.nanoTime();
        if (watched) {
            watch.begin();
        }
        try {
            LlamaContext.Decoded how = context.decode(batch);
            if (how == LlamaContext.Decoded.DONE) {
                pace.computed(batch.size(), writing, System.nanoTime() - begun);
            }
            return how;
        } finally {
            if (watched) {
                watch.end();
            }
        }
    }

    /**
     * Whose turn it is: a context computes with one set of adapters at a time, and to change it costs some milliseconds. So
     * those with the same set go on together for a while, then the others that have waited longest.
     */
    private void chooseAdapters() {
        boolean here = false;
        Turn other = null;
        for (Turn turn : running) {
            if (turn.adapters().isSameAs(adapters)) {
                here = true;
            } else if (other == null || turn.planned() < other.planned()) {
                other = turn;
            }
        }
        if (other != null && (!here || System.nanoTime() - adaptersSince >= TOGETHER_NANOS)) {
            adapters = other.adapters();
            adaptersSince = System.nanoTime();
        }
    }

    private void plan() {
        batch.clear();
        chooseAdapters();
        clock++;
        List<Turn> readers = new ArrayList<>();
        for (Turn turn : running) {
            if (!turn.adapters().isSameAs(adapters)) {
                turn.waitForNext();
            } else if (turn.isReading()) {
                readers.add(turn);
            } else {
                turn.plan(batch, 1, clock);
            }
        }
        boolean alone = running.size() == 1;
        for (Turn turn : readers) {
            int most = batch.room();
            if (alone) {
                // parts end at multiples of the batch size, so a prompt read alone is always parted in the same way
                most = context.batchTokens() - turn.slot().length() % context.batchTokens();
            } else {
                most = Math.min(most, SHARED_PART);
            }
            turn.plan(batch, most, clock);
        }
    }

    private int used() {
        int tokens = 0;
        for (Slot slot : slots) {
            tokens += slot.length();
        }
        return tokens;
    }

    /** Forgets what the longest unused conversation left. @return whether there was one */
    private boolean evict() {
        Slot oldest = slots.stream()
                .filter(slot -> slot.idle() && slot.length() > 0)
                .min(Comparator.comparingLong(Slot::lastUse))
                .orElse(null);
        if (oldest == null) {
            return false;
        }
        oldest.clear();
        return true;
    }

    private boolean suspendNewest() {
        if (running.size() < 2) {
            return false;
        }
        Turn newest = running.removeLast();
        newest.suspend(++clock);
        waiting.addFirst(newest);
        return true;
    }

    private void proceed() {
        boolean wipe = false;
        for (Turn turn : List.copyOf(running)) {
            try {
                boolean wasReading = turn.isReading();
                turn.proceed(context, batch);
                if (wasReading && !turn.isReading()) {
                    snapshots.promptRead(turn.tokensRead(), turn.readNanos());
                }
                if (turn.isOver()) {
                    running.remove(turn);
                    turn.end(++clock);
                }
            } catch (LlamaException | NoNumbersException e) {
                wipe |= e instanceof NoNumbersException;
                running.remove(turn);
                turn.fail(new GenerationException(String.valueOf(e.getMessage())), ++clock);
            }
        }
        if (wipe) {
            wipe();
        }
    }

    /** What is no number spreads to other conversations through the memory they share: the others are read again. */
    private void wipe() {
        while (!running.isEmpty()) {
            Turn turn = running.removeLast();
            turn.suspend(++clock);
            waiting.addFirst(turn);
        }
        context.wipe();
        slots.forEach(Slot::forget);
    }

    private void breakAll(GenerationException why) {
        context.clear();
        slots.forEach(Slot::forget);
        for (Turn turn : running) {
            turn.fail(why, ++clock);
        }
        running.clear();
    }

    /** Saves what should outlive the process. @return whether there is more to save */
    boolean rest(BooleanSupplier wanted) {
        List<Slot> unsaved = slots.stream()
                .filter(Slot::unsaved)
                .sorted(Comparator.comparingLong(Slot::lastUse))
                .toList();
        for (Slot slot : unsaved) {
            if (wanted.getAsBoolean()) {
                return true;
            }
            snapshots.save(slot, wanted);
        }
        return slots.stream().anyMatch(Slot::unsaved);
    }

    Snapshots snapshots() {
        return snapshots;
    }

    /** Forgets a conversation, here and on disk; what is being answered goes when it ends. */
    void forget(String key) throws IOException {
        Stream.concat(running.stream(), waiting.stream())
                .filter(turn -> turn.isOf(key))
                .forEach(Turn::forget);
        slots.stream().filter(slot -> slot.idle() && slot.isOf(key)).forEach(Slot::clear);
        snapshots.forget(key);
    }

    /** What the slot of this conversation holds. */
    int[] tokensOf(String key) {
        return slots.stream()
                .filter(slot -> slot.isOf(key))
                .map(slot -> slot.tokens().toArray())
                .findFirst()
                .orElseGet(() -> new int[0]);
    }

    void close() {
        GenerationException ending = new GenerationException("the engine is ending");
        List.copyOf(running).forEach(turn -> turn.fail(ending, ++clock));
        List.copyOf(waiting).forEach(turn -> turn.fail(ending, ++clock));
        slots.forEach(Slot::close);
        watch.close();
    }
}
