package koine.engine.grammar;

import java.util.ArrayList;
import java.util.List;

/** A regular expression over whole texts. */
sealed interface Pattern {
    int UNBOUNDED = Rules.UNBOUNDED;

    record One(CodeSet set) implements Pattern {}

    record Sequence(List<Pattern> parts) implements Pattern {}

    record Either(List<Pattern> choices) implements Pattern {}

    record Times(Pattern part, int min, int max) implements Pattern {}

    /** Least length of a text that fits, in characters. */
    default long shortest() {
        return switch (this) {
            case One _ -> 1;
            case Sequence all -> all.parts.stream().mapToLong(Pattern::shortest).sum();
            case Either either ->
                either.choices.stream().mapToLong(Pattern::shortest).min().orElse(0);
            case Times times -> times.min * times.part.shortest();
        };
    }

    /** Greatest length, {@code Long.MAX_VALUE} where there is none. */
    default long longest() {
        return switch (this) {
            case One _ -> 1;
            case Sequence all -> {
                long sum = 0;
                for (Pattern part : all.parts) {
                    long longest = part.longest();
                    sum = longest > Long.MAX_VALUE - sum ? Long.MAX_VALUE : sum + longest;
                }
                yield sum;
            }
            case Either either ->
                either.choices.stream().mapToLong(Pattern::longest).max().orElse(0);
            case Times times -> {
                long longest = times.part.longest();
                yield longest == 0 || times.max == 0
                        ? 0
                        : times.max == UNBOUNDED || longest > Integer.MAX_VALUE ? Long.MAX_VALUE : longest * times.max;
            }
        };
    }

    /** An expression of GBNF for such texts within a JSON string. */
    default String json(Rules rules) throws GrammarException {
        return switch (this) {
            case One one -> one.set.json();
            case Sequence all -> {
                List<String> parts = new ArrayList<>();
                StringBuilder literal = new StringBuilder();
                for (Pattern part : all.parts) {
                    int single = single(part);
                    if (single >= 0) {
                        literal.appendCodePoint(single);
                        continue;
                    }
                    flush(literal, parts);
                    parts.add(part.json(rules));
                }
                flush(literal, parts);
                yield parts.isEmpty() ? "\"\"" : String.join(" ", parts);
            }
            case Either either -> {
                List<String> choices = new ArrayList<>();
                for (Pattern choice : either.choices) {
                    choices.add(choice.json(rules));
                }
                yield Rules.group(choices);
            }
            case Times times -> {
                String part = times.part.json(rules);
                yield rules.repeat(times.part instanceof One ? part : rules.rule("part", part), times.min, times.max);
            }
        };
    }

    private static void flush(StringBuilder literal, List<String> parts) {
        if (!literal.isEmpty()) {
            parts.add(Rules.literal(literal.toString()));
            literal.setLength(0);
        }
    }

    /** The one character, where a part is one that JSON writes as itself. */
    private static int single(Pattern part) {
        if (part instanceof One(CodeSet set) && set.ranges().size() == 1) {
            CodeSet.Range range = set.ranges().getFirst();
            return range.low() == range.high() && range.low() >= 0x20 && range.low() != '"' && range.low() != '\\'
                    ? range.low()
                    : -1;
        }
        return -1;
    }
}
