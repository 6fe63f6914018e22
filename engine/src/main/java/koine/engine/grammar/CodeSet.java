package koine.engine.grammar;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Characters of Unicode, without surrogates, as ranges in order that do not touch. */
record CodeSet(List<Range> ranges) {
    record Range(int low, int high) {}

    static final CodeSet EMPTY = new CodeSet(List.of());
    static final CodeSet ALL = new CodeSet(List.of(new Range(0, 0xD7FF), new Range(0xE000, Character.MAX_CODE_POINT)));

    /** What JSON writes as itself. */
    static final CodeSet PLAIN = of(0x20, 0x21, 0x23, 0x5B, 0x5D, 0xD7FF, 0xE000, Character.MAX_CODE_POINT);

    /** Pairs of bounds. */
    static CodeSet of(int... bounds) {
        List<Range> ranges = new ArrayList<>();
        for (int i = 0; i < bounds.length; i += 2) {
            ranges.add(new Range(bounds[i], bounds[i + 1]));
        }
        return joined(ranges);
    }

    static CodeSet only(String characters) {
        return joined(characters.codePoints().mapToObj(c -> new Range(c, c)).toList());
    }

    private static CodeSet joined(List<Range> ranges) {
        List<Range> sorted = new ArrayList<>(ranges);
        sorted.sort(Comparator.comparingInt(Range::low));
        List<Range> joined = new ArrayList<>();
        for (Range range : sorted) {
            if (!joined.isEmpty() && range.low <= joined.getLast().high + 1) {
                Range last = joined.removeLast();
                joined.add(new Range(last.low, Math.max(last.high, range.high)));
            } else {
                joined.add(range);
            }
        }
        return new CodeSet(List.copyOf(joined));
    }

    CodeSet plus(CodeSet other) {
        List<Range> all = new ArrayList<>(ranges);
        all.addAll(other.ranges);
        return joined(all);
    }

    CodeSet complement() {
        List<Range> gaps = new ArrayList<>();
        int from = 0;
        for (Range range : ranges) {
            if (range.low > from) {
                gaps.add(new Range(from, range.low - 1));
            }
            from = range.high + 1;
        }
        if (from <= Character.MAX_CODE_POINT) {
            gaps.add(new Range(from, Character.MAX_CODE_POINT));
        }
        return new CodeSet(gaps).and(ALL);
    }

    CodeSet and(CodeSet other) {
        List<Range> common = new ArrayList<>();
        for (Range a : ranges) {
            for (Range b : other.ranges) {
                int low = Math.max(a.low, b.low);
                int high = Math.min(a.high, b.high);
                if (low <= high) {
                    common.add(new Range(low, high));
                }
            }
        }
        return joined(common);
    }

    boolean contains(int c) {
        return ranges.stream().anyMatch(range -> range.low <= c && c <= range.high);
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }

    /**
     * An atom of GBNF that takes these characters as they stand in a JSON string. Control characters without a short
     * escape are left out where there is another choice.
     */
    String json() {
        CodeSet plain = and(PLAIN);
        List<String> found = new ArrayList<>();
        if (!plain.isEmpty()) {
            found.add(plain.set());
        }
        String escapes = "\"\"\\\\\bb\ff\nn\rr\tt";
        StringBuilder shortOnes = new StringBuilder();
        for (int i = 0; i < escapes.length(); i += 2) {
            if (contains(escapes.charAt(i))) {
                Rules.escape(escapes.charAt(i + 1), shortOnes);
            }
        }
        if (!shortOnes.isEmpty()) {
            found.add("\"\\\\\" [" + shortOnes + "]");
        }
        if (found.isEmpty()) {
            for (int c = 0; c < 0x20; c++) {
                if (contains(c)) {
                    found.add(Rules.literal(String.format(Locale.ROOT, "\\u%04x", c)));
                }
            }
        }
        return found.size() == 1 && !found.getFirst().startsWith("\"\\\\\" ") ? found.getFirst() : Rules.group(found);
    }

    private String set() {
        StringBuilder out = new StringBuilder("[");
        for (Range range : ranges) {
            Rules.escape(range.low, out);
            if (range.high > range.low) {
                out.append('-');
                Rules.escape(range.high, out);
            }
        }
        return out.append(']').toString();
    }
}
