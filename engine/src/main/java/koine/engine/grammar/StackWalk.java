package koine.engine.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import koine.engine.grammar.ParsedGrammar.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Walks a grammar as llama.cpp does, with all stacks that are possible after what was read, along texts chosen to make
 * them many. llama.cpp has no limit of its own: {@code s ::= "a" s "b" | "a" s "c"} doubles its stacks with every "a",
 * and a token of thirty of them never comes back. That no text is worse than those tried is not proven; in practice an
 * explosion shows wherever the greediest next character is taken.
 */
final class StackWalk {
    /** Each stack costs llama.cpp a pass over the vocabulary for each token. */
    static final int MAX_STACKS = 1024;

    /** Stacks times their depth: what llama.cpp copies for each character. */
    private static final long MAX_SIZE = 40_000;

    private static final int STEPS = 200;
    private static final int TRIES = 3;
    private static final int MAX_CANDIDATES = 48;
    private static final int PROMISING = 4;
    private static final long WORK = 20_000_000;
    private static final String USUAL = "a0 \"'([{\\,\n";

    /** A stack: an element to come next, and what is below it; one object for each, so compared by identity. */
    private static final class Frame {
        final int element;
        final @Nullable Frame below;
        final int depth;
        final int id;

        Frame(int element, @Nullable Frame below, int depth, int id) {
            this.element = element;
            this.below = below;
            this.depth = depth;
            this.id = id;
        }

        boolean isDone() {
            return element < 0;
        }
    }

    private final ParsedGrammar grammar;
    private final Random random = new Random(1);
    private final Map<Long, Frame> frames = new HashMap<>();
    private final Frame done = new Frame(-1, null, 0, 0);
    private int rule;
    private long work;

    StackWalk(ParsedGrammar grammar) {
        this.grammar = grammar;
    }

    /** Does nothing more once its work is spent. */
    void from(int start) throws GrammarException {
        rule = start;
        for (int i = 0; i < TRIES && work < WORK; i++) {
            frames.clear();
            Set<Frame> stacks = new LinkedHashSet<>();
            for (int e = grammar.start(start); ; e = endOf(e) + 1) {
                advance(grammar.isEnd(e) ? done : frame(e, done), stacks);
                if (grammar.kind(endOf(e)) == Kind.END) {
                    break;
                }
            }
            for (int step = 0; step < STEPS && !stacks.isEmpty() && work < WORK; step++) {
                stacks = read(stacks, i > 0 && random.nextInt(4) == 0);
            }
        }
    }

    private Set<Frame> read(Set<Frame> stacks, boolean anyCharacter) throws GrammarException {
        List<Integer> candidates = candidates(stacks);
        if (candidates.isEmpty()) {
            return Set.of();
        }
        if (anyCharacter) {
            return after(stacks, candidates.get(random.nextInt(candidates.size())));
        }
        List<Set<Frame>> best = new ArrayList<>();
        for (int candidate : candidates.subList(0, Math.min(PROMISING, candidates.size()))) {
            Set<Frame> next = after(stacks, candidate);
            if (best.isEmpty() || next.size() >= best.getFirst().size()) {
                if (!best.isEmpty() && next.size() > best.getFirst().size()) {
                    best.clear();
                }
                best.add(next);
            }
        }
        return best.get(random.nextInt(best.size()));
    }

    /** Characters and tokens (as negative numbers) that could come next, those that most stacks take first. */
    private List<Integer> candidates(Set<Frame> stacks) {
        Set<Integer> found = new TreeSet<>();
        USUAL.chars().forEach(found::add);
        for (Frame stack : stacks) {
            if (!stack.isDone()) {
                for (int e = stack.element; e < grammar.next(stack.element); e++) {
                    switch (grammar.kind(e)) {
                        case TOKEN -> found.add(-1 - grammar.value(e));
                        case NOT_TOKEN -> found.add(-1 - (grammar.value(e) == 0 ? 1 : 0));
                        case NOT, UPPER -> found.add(grammar.value(e) + 1);
                        default -> found.add(grammar.value(e));
                    }
                }
            }
            if (found.size() > MAX_CANDIDATES) {
                break;
            }
        }
        Map<Integer, Integer> taken = new HashMap<>();
        for (int candidate : found) {
            int count = 0;
            for (Frame stack : stacks) {
                work++;
                if (!stack.isDone() && matches(stack.element, candidate)) {
                    count++;
                }
            }
            if (count > 0) {
                taken.put(candidate, count);
            }
        }
        return taken.entrySet().stream()
                .sorted(Map.Entry.<Integer, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private Set<Frame> after(Set<Frame> stacks, int symbol) throws GrammarException {
        Set<Frame> next = new LinkedHashSet<>();
        long size = 0;
        for (Frame stack : stacks) {
            if (!stack.isDone() && matches(stack.element, symbol)) {
                advance(behind(grammar.next(stack.element), below(stack)), next);
            }
        }
        for (Frame stack : next) {
            size += stack.depth;
        }
        if (size > MAX_SIZE) {
            throw tooMany();
        }
        return next;
    }

    /** Adds the stacks that a stack becomes when its rules are opened down to a character. */
    private void advance(Frame stack, Set<Frame> stacks) throws GrammarException {
        Deque<Frame> todo = new ArrayDeque<>();
        Set<Frame> seen = new LinkedHashSet<>();
        todo.push(stack);
        while (!todo.isEmpty()) {
            Frame frame = todo.pop();
            if (!seen.add(frame)) {
                continue;
            }
            work++;
            if (frame.isDone() || grammar.kind(frame.element) != Kind.RULE) {
                stacks.add(frame);
                if (stacks.size() > MAX_STACKS) {
                    throw tooMany();
                }
                continue;
            }
            if (seen.size() > 8 * MAX_STACKS) {
                throw tooMany();
            }
            Frame below = behind(frame.element + 1, below(frame));
            for (int e = grammar.start(grammar.value(frame.element)); ; e = endOf(e) + 1) {
                todo.push(behind(e, below));
                if (grammar.kind(endOf(e)) == Kind.END) {
                    break;
                }
            }
        }
    }

    private Frame below(Frame frame) {
        return frame.below == null ? done : frame.below;
    }

    private Frame behind(int element, Frame below) {
        return grammar.isEnd(element) ? below : frame(element, below);
    }

    private Frame frame(int element, Frame below) {
        return frames.computeIfAbsent(
                ((long) below.id << 32) | element,
                key -> new Frame(element, below, below.depth + 1, frames.size() + 1));
    }

    private int endOf(int element) {
        int e = element;
        while (!grammar.isEnd(e)) {
            e++;
        }
        return e;
    }

    private boolean matches(int element, int symbol) {
        Kind kind = grammar.kind(element);
        switch (kind) {
            case ANY -> {
                return symbol >= 0;
            }
            case TOKEN, NOT_TOKEN -> {
                return symbol < 0 && (grammar.value(element) == -1 - symbol) == (kind == Kind.TOKEN);
            }
            default -> {
                if (symbol < 0) {
                    return false;
                }
            }
        }
        boolean found = false;
        int end = grammar.next(element);
        for (int e = element; e < end && !found; e++) {
            if (grammar.kind(e) == Kind.UPPER) {
                found = grammar.value(e - 1) <= symbol && symbol <= grammar.value(e);
            } else {
                found = grammar.value(e) == symbol;
            }
            work++;
        }
        return found == (kind == Kind.CHAR);
    }

    private GrammarException tooMany() {
        return GrammarException.inGrammar(
                grammar.line(rule),
                "too ambiguous: what rule '" + grammar.name(rule)
                        + "' has read can be understood in more ways than can be kept");
    }
}
