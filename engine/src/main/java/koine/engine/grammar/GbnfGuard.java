package koine.engine.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import koine.engine.grammar.ParsedGrammar.Kind;

/**
 * Reads a stranger's GBNF before llama.cpp does. llama.cpp (release v0.5.0) recurses as deep as groups are nested and
 * rules begin with each other, writes {@code x{5,2}} out 2^64 times, walks leftmost rules once for each path, follows a
 * left recursion behind an empty rule until memory ends, and asserts that some character can always come next. What
 * passes here, it takes, and within bounded work for each character.
 */
public final class GbnfGuard {
    /** How deep rules may begin with each other: llama.cpp's search for left recursion recurses as deep. */
    private static final int MAX_LEFT_DEPTH = 1000;

    private static final long MAX_LEFT_PATHS = 1_000_000;
    private static final int MAX_PASSES = 500;

    private final ParsedGrammar grammar;

    private GbnfGuard(ParsedGrammar grammar) {
        this.grammar = grammar;
    }

    /**
     * The text itself, when llama.cpp can be given it with the start rule {@code root}.
     *
     * @throws GrammarException with the line and the reason
     */
    public static String check(String gbnf) throws GrammarException {
        if (gbnf.indexOf('\0') >= 0) {
            throw GrammarException.inGrammar(1, "a NUL character, at which llama.cpp would stop reading");
        }
        GbnfGuard guard = new GbnfGuard(GbnfParser.parse(gbnf));
        guard.checkLeftmostPaths();
        boolean[] empty = guard.canBeEmpty();
        guard.checkHiddenLeftRecursion(empty);
        guard.checkStarts(empty);
        guard.checkAmbiguity();
        return gbnf;
    }

    /** As {@link #check}, and every rule must be able to end: for grammars of which an answer is to come to its end. */
    static String checkEnding(String gbnf) throws GrammarException {
        check(gbnf);
        GbnfGuard guard = new GbnfGuard(GbnfParser.parse(gbnf));
        boolean[] ends = guard.fixpoint(
                (element, known) -> guard.grammar.kind(element) != Kind.RULE || known[guard.grammar.value(element)]);
        int root = guard.grammar.root();
        if (!ends[root]) {
            throw GrammarException.inGrammar(guard.grammar.line(root), "it can never come to an end");
        }
        return gbnf;
    }

    /** llama.cpp's own search, which calls itself for each way to a rule and sees only rules that are empty directly. */
    private void checkLeftmostPaths() throws GrammarException {
        long[] paths = new long[grammar.rules()];
        boolean[] open = new boolean[grammar.rules()];
        long total = 0;
        for (int rule = 0; rule < grammar.rules(); rule++) {
            if (paths[rule] == 0) {
                total += leftmostPaths(rule, paths, open, 0);
                if (total > MAX_LEFT_PATHS) {
                    throw tooManyPaths(rule);
                }
            }
        }
    }

    private GrammarException tooManyPaths(int rule) {
        return error(rule, "there are more than " + MAX_LEFT_PATHS + " ways in which rules begin with each other");
    }

    private long leftmostPaths(int rule, long[] paths, boolean[] open, int depth) throws GrammarException {
        if (open[rule]) {
            throw error(rule, "left recursion: rule '" + grammar.name(rule) + "' begins with itself");
        }
        if (paths[rule] > 0) {
            return paths[rule];
        }
        if (depth > MAX_LEFT_DEPTH) {
            throw error(rule, "rules begin with each other deeper than " + MAX_LEFT_DEPTH);
        }
        open[rule] = true;
        long sum = 1;
        boolean first = true;
        for (int e = grammar.start(rule); grammar.kind(e) != Kind.END; e++) {
            if (grammar.kind(e) == Kind.ALT) {
                first = true;
            } else if (first && grammar.kind(e) == Kind.RULE) {
                sum += leftmostPaths(grammar.value(e), paths, open, depth + 1);
                if (sum > MAX_LEFT_PATHS) {
                    throw tooManyPaths(rule);
                }
                first = hasEmptyAlternative(grammar.value(e));
            } else {
                first = false;
            }
        }
        open[rule] = false;
        paths[rule] = sum;
        return sum;
    }

    private boolean hasEmptyAlternative(int rule) {
        boolean first = true;
        for (int e = grammar.start(rule); ; e++) {
            if (!grammar.isEnd(e)) {
                first = false;
            } else if (first) {
                return true;
            } else if (grammar.kind(e) == Kind.END) {
                return false;
            } else {
                first = true;
            }
        }
    }

    private interface Holds {
        boolean in(int element, boolean[] known);
    }

    /** The rules with an alternative of which each element holds, given the rules already known. */
    private boolean[] fixpoint(Holds holds) throws GrammarException {
        boolean[] known = new boolean[grammar.rules()];
        repeat(rule -> {
            if (!known[rule] && someAlternative(rule, holds, known)) {
                known[rule] = true;
                return true;
            }
            return false;
        });
        return known;
    }

    /** Goes over all rules, to and fro, until a step changes nothing more. */
    private void repeat(IntPredicate step) throws GrammarException {
        boolean grew = true;
        for (int pass = 0; grew; pass++) {
            if (pass > MAX_PASSES) {
                throw error(grammar.root(), "rules depend on each other in more than " + MAX_PASSES + " steps");
            }
            grew = false;
            for (int i = 0; i < grammar.rules(); i++) {
                grew |= step.test(pass % 2 == 0 ? grammar.rules() - 1 - i : i);
            }
        }
    }

    private boolean someAlternative(int rule, Holds holds, boolean[] known) {
        boolean all = true;
        for (int e = grammar.start(rule); ; e++) {
            if (grammar.isEnd(e)) {
                if (all) {
                    return true;
                }
                if (grammar.kind(e) == Kind.END) {
                    return false;
                }
                all = true;
            } else {
                all = all && holds.in(e, known);
            }
        }
    }

    private boolean[] canBeEmpty() throws GrammarException {
        return fixpoint((element, known) -> grammar.kind(element) == Kind.RULE && known[grammar.value(element)]);
    }

    /**
     * A rule that comes back to itself before any character, with something left to do behind it, adds to the stack
     * without end. With nothing left to do ({@code (a? b?)*}) the stack stays as it is, and llama.cpp copes.
     */
    private void checkHiddenLeftRecursion(boolean[] empty) throws GrammarException {
        int[] part = new Components(grammar.rules(), rule -> leftmost(rule, empty, false)).parts();
        for (int rule = 0; rule < part.length; rule++) {
            for (int used : leftmost(rule, empty, true)) {
                if (part[rule] == part[used]) {
                    throw error(
                            rule,
                            "left recursion behind what may be empty: rule '" + grammar.name(rule)
                                    + "' comes back to itself before any character");
                }
            }
        }
    }

    /** The rules a rule can begin with; or only those of them that something follows. */
    private int[] leftmost(int rule, boolean[] empty, boolean followed) {
        int[] found = new int[4];
        int count = 0;
        boolean first = true;
        for (int e = grammar.start(rule); grammar.kind(e) != Kind.END; e++) {
            if (grammar.kind(e) == Kind.ALT) {
                first = true;
            } else if (first && grammar.kind(e) == Kind.RULE) {
                if (!followed || !grammar.isEnd(e + 1)) {
                    if (count == found.length) {
                        found = Arrays.copyOf(found, 2 * count);
                    }
                    found[count++] = grammar.value(e);
                }
                first = empty[grammar.value(e)];
            } else {
                first = false;
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** llama.cpp asserts that a stack leads to a character or to the end; a rule that leads to neither breaks that. */
    private void checkStarts(boolean[] empty) throws GrammarException {
        boolean[] starts = new boolean[grammar.rules()];
        repeat(rule -> {
            if (!starts[rule] && reachesCharacter(rule, empty, starts)) {
                starts[rule] = true;
                return true;
            }
            return false;
        });
        for (int rule = 0; rule < starts.length; rule++) {
            if (!starts[rule] && !empty[rule]) {
                throw error(rule, "rule '" + grammar.name(rule) + "' comes to no character and to no end");
            }
        }
    }

    private boolean reachesCharacter(int rule, boolean[] empty, boolean[] starts) {
        boolean first = true;
        for (int e = grammar.start(rule); grammar.kind(e) != Kind.END; e++) {
            if (grammar.kind(e) == Kind.ALT) {
                first = true;
            } else if (first && (grammar.kind(e) != Kind.RULE || starts[grammar.value(e)])) {
                return true;
            } else {
                first = first && empty[grammar.value(e)];
            }
        }
        return false;
    }

    private void checkAmbiguity() throws GrammarException {
        List<Integer> from = new ArrayList<>();
        from.add(grammar.root());
        int[] part = new Components(grammar.rules(), this::used).parts();
        for (int rule = 0; rule < part.length; rule++) {
            if (rule != grammar.root() && nests(rule, part)) {
                from.add(rule);
            }
        }
        StackWalk walk = new StackWalk(grammar);
        for (int rule : from) {
            walk.from(rule);
        }
    }

    /** Whether a rule contains itself with something behind it, so that stacks can grow with what is read. */
    private boolean nests(int rule, int[] part) {
        for (int e = grammar.start(rule); grammar.kind(e) != Kind.END; e++) {
            if (grammar.kind(e) == Kind.RULE && part[grammar.value(e)] == part[rule] && !grammar.isEnd(e + 1)) {
                return true;
            }
        }
        return false;
    }

    private int[] used(int rule) {
        int[] found = new int[4];
        int count = 0;
        for (int e = grammar.start(rule); grammar.kind(e) != Kind.END; e++) {
            if (grammar.kind(e) == Kind.RULE) {
                if (count == found.length) {
                    found = Arrays.copyOf(found, 2 * count);
                }
                found[count++] = grammar.value(e);
            }
        }
        return Arrays.copyOf(found, count);
    }

    private GrammarException error(int rule, String reason) {
        return GrammarException.inGrammar(grammar.line(rule), reason);
    }
}
