package koine.engine.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import koine.engine.grammar.Pattern.Either;
import koine.engine.grammar.Pattern.One;
import koine.engine.grammar.Pattern.Sequence;
import koine.engine.grammar.Pattern.Times;

/** Texts that fit several patterns, fit none of others, and have a length within bounds: one rule for each state. */
final class Automaton {
    private static final int MAX_STATES = 2000;
    private static final int MAX_PARTS = 20_000;

    /** One pattern as states that are left by a character or by nothing. */
    private static final class Nfa {
        final List<CodeSet> by = new ArrayList<>();
        final List<int[]> to = new ArrayList<>();
        final int start;
        final boolean wanted;
        private final String pointer;

        Nfa(Pattern pattern, boolean wanted, String pointer) throws GrammarException {
            this.wanted = wanted;
            this.pointer = pointer;
            state();
            start = before(pattern, 0);
        }

        private int state(int... next) throws GrammarException {
            if (by.size() >= MAX_PARTS) {
                throw tooLarge(pointer);
            }
            by.add(CodeSet.EMPTY);
            to.add(next);
            return by.size() - 1;
        }

        /** A state from which the pattern leads to another; state 0 is the end. */
        private int before(Pattern pattern, int next) throws GrammarException {
            return switch (pattern) {
                case One(CodeSet set) -> {
                    int state = state(next);
                    by.set(state, set);
                    yield state;
                }
                case Sequence(List<Pattern> parts) -> {
                    int state = next;
                    for (Pattern part : parts.reversed()) {
                        state = before(part, state);
                    }
                    yield state;
                }
                case Either(List<Pattern> choices) -> {
                    int[] all = new int[choices.size()];
                    for (int i = 0; i < all.length; i++) {
                        all[i] = before(choices.get(i), next);
                    }
                    yield state(all);
                }
                case Times(Pattern part, int min, int max) -> {
                    int state = next;
                    if (max == Pattern.UNBOUNDED) {
                        state = state();
                        to.set(state, new int[] {before(part, state), next});
                    } else {
                        for (int i = min; i < max; i++) {
                            state = state(before(part, state), next);
                        }
                    }
                    for (int i = 0; i < min; i++) {
                        state = before(part, state);
                    }
                    yield state;
                }
            };
        }

        BitSet closure(BitSet from) {
            BitSet all = new BitSet();
            Deque<Integer> todo = new ArrayDeque<>();
            from.stream().forEach(todo::push);
            while (!todo.isEmpty()) {
                int state = todo.pop();
                if (!all.get(state)) {
                    all.set(state);
                    if (by.get(state).isEmpty()) {
                        for (int next : to.get(state)) {
                            todo.push(next);
                        }
                    }
                }
            }
            return all;
        }

        BitSet after(BitSet states, int c) {
            BitSet next = new BitSet();
            states.stream().filter(state -> by.get(state).contains(c)).forEach(state -> next.set(to.get(state)[0]));
            return closure(next);
        }
    }

    private record State(List<BitSet> sets, int length) {}

    private final List<Nfa> nfas = new ArrayList<>();
    private final int min;
    private final int max;
    private final String pointer;
    private final List<Map<Integer, CodeSet>> edges = new ArrayList<>();
    private final List<State> states = new ArrayList<>();
    private final Map<State, Integer> numbers = new HashMap<>();

    private Automaton(List<Pattern> with, List<Pattern> without, int min, int max, String pointer)
            throws GrammarException {
        this.min = min;
        this.max = max;
        this.pointer = pointer;
        for (Pattern pattern : with) {
            nfas.add(new Nfa(pattern, true, pointer));
        }
        for (Pattern pattern : without) {
            nfas.add(new Nfa(pattern, false, pointer));
        }
    }

    /** An atom for such texts within a JSON string; {@code max} may be {@link Rules#UNBOUNDED}. */
    static String json(Rules rules, List<Pattern> with, List<Pattern> without, int min, int max, String pointer)
            throws GrammarException {
        return new Automaton(with, without, min, max, pointer).json(rules);
    }

    private String json(Rules rules) throws GrammarException {
        List<BitSet> starts = new ArrayList<>();
        for (Nfa nfa : nfas) {
            BitSet start = new BitSet();
            start.set(nfa.start);
            starts.add(nfa.closure(start));
        }
        number(new State(starts, 0));
        for (int i = 0; i < states.size(); i++) {
            edges.add(edges(states.get(i)));
        }
        BitSet live = live();
        if (!live.get(0)) {
            throw GrammarException.inSchema(pointer, "no text fits all that is asked of it");
        }
        String[] names = new String[states.size()];
        for (int i = 0; i < names.length; i++) {
            names[i] = rules.reserve("text");
        }
        for (int i = 0; i < names.length; i++) {
            if (!live.get(i)) {
                continue;
            }
            List<String> choices = new ArrayList<>();
            for (Map.Entry<Integer, CodeSet> edge : edges.get(i).entrySet()) {
                if (live.get(edge.getKey())) {
                    choices.add(edge.getValue().json() + " " + names[edge.getKey()]);
                }
            }
            if (accepts(states.get(i))) {
                choices.add("\"\"");
            }
            rules.define(names[i], String.join(" | ", choices));
        }
        return names[0];
    }

    private int number(State state) throws GrammarException {
        Integer known = numbers.get(state);
        if (known != null) {
            return known;
        }
        if (states.size() >= MAX_STATES) {
            throw tooLarge(pointer);
        }
        numbers.put(state, states.size());
        states.add(state);
        return states.size() - 1;
    }

    private boolean accepts(State state) {
        for (int i = 0; i < nfas.size(); i++) {
            if (state.sets.get(i).get(0) != nfas.get(i).wanted) {
                return false;
            }
        }
        return state.length >= min;
    }

    private Map<Integer, CodeSet> edges(State state) throws GrammarException {
        Map<Integer, CodeSet> found = new LinkedHashMap<>();
        if (max != Rules.UNBOUNDED && state.length >= max) {
            return found;
        }
        int length = max == Rules.UNBOUNDED ? Math.min(min, state.length + 1) : state.length + 1;
        TreeSet<Integer> cuts = new TreeSet<>(List.of(0, 0xD800, 0xE000));
        for (int i = 0; i < nfas.size(); i++) {
            Nfa nfa = nfas.get(i);
            state.sets.get(i).stream().forEach(part -> {
                for (CodeSet.Range range : nfa.by.get(part).ranges()) {
                    cuts.add(range.low());
                    cuts.add(range.high() + 1);
                }
            });
        }
        for (int low : cuts) {
            Integer above = cuts.higher(low);
            int high = above == null ? Character.MAX_CODE_POINT : above - 1;
            if (low > high || (low >= Character.MIN_SURROGATE && low <= Character.MAX_SURROGATE)) {
                continue;
            }
            List<BitSet> next = new ArrayList<>();
            boolean dead = false;
            for (int i = 0; i < nfas.size() && !dead; i++) {
                BitSet after = nfas.get(i).after(state.sets.get(i), low);
                dead = nfas.get(i).wanted && after.isEmpty();
                next.add(after);
            }
            if (!dead) {
                found.merge(number(new State(next, length)), CodeSet.of(low, high), CodeSet::plus);
            }
        }
        return found;
    }

    /** The states from which an end can be reached. */
    private BitSet live() {
        BitSet live = new BitSet();
        boolean grew = true;
        while (grew) {
            grew = false;
            for (int i = states.size() - 1; i >= 0; i--) {
                if (!live.get(i)
                        && (accepts(states.get(i))
                                || edges.get(i).keySet().stream().anyMatch(live::get))) {
                    live.set(i);
                    grew = true;
                }
            }
        }
        return live;
    }

    private static GrammarException tooLarge(String pointer) {
        return GrammarException.inSchema(
                pointer,
                "pattern",
                "together with the text's other bounds it needs more than " + MAX_STATES + " states");
    }
}
