package koine.engine.grammar;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** GBNF being written. An expression is its text; an atom is an expression that can stand in a sequence or be repeated. */
final class Rules {
    static final int UNBOUNDED = -1;
    /** Most of what a bounded repetition can be. */
    static final int MAX_REPETITION = 1_000_000;

    private static final int MAX_RULES = 8000;
    private static final int DIRECT = 256;

    private final Map<String, String> bodies = new LinkedHashMap<>();
    private final Map<String, String> namesOfBodies = new LinkedHashMap<>();
    private long length;
    private int reserved;

    /** A new name for a rule that is defined later; may be used before. */
    String reserve(String hint) {
        String word =
                hint.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        return (word.isEmpty() ? "r" : word.substring(0, Math.min(24, word.length()))) + "-" + ++reserved;
    }

    void define(String name, String body) throws GrammarException {
        length += name.length() + body.length() + 6;
        if (bodies.size() >= MAX_RULES || length > GbnfParser.MAX_LENGTH) {
            throw GrammarException.inSchema(
                    "#",
                    "its grammar would be larger than " + MAX_RULES + " rules or " + GbnfParser.MAX_LENGTH
                            + " characters");
        }
        bodies.put(name, body);
    }

    boolean defines(String name) {
        return bodies.containsKey(name);
    }

    /** The name of a rule with this body: one made before, or a new one. */
    String rule(String hint, String body) throws GrammarException {
        String known = namesOfBodies.get(body);
        if (known != null) {
            return known;
        }
        String name = reserve(hint);
        define(name, body);
        namesOfBodies.put(body, name);
        return name;
    }

    String text(String root) {
        StringBuilder text = new StringBuilder("root ::= ").append(root).append('\n');
        bodies.forEach(
                (name, body) -> text.append(name).append(" ::= ").append(body).append('\n'));
        return text.toString();
    }

    /** An atom, or nothing, repeated; {@code max} may be {@link #UNBOUNDED}. */
    String repeat(String atom, int min, int max) throws GrammarException {
        if (max == UNBOUNDED) {
            String more = atom + "*";
            return min == 0 ? more : min == 1 ? atom + "+" : exactly(atom, min) + " " + more;
        }
        if (max == 0) {
            return "\"\"";
        }
        if (max <= DIRECT) {
            return min == 1 && max == 1
                    ? atom
                    : min == max
                            ? atom + "{" + max + "}"
                            : min == 0 && max == 1 ? atom + "?" : atom + "{" + min + "," + max + "}";
        }
        String mandatory = min == 0 ? "" : exactly(atom, min);
        return min == max ? mandatory : (mandatory + " " + upTo(atom, max - min)).strip();
    }

    /** In blocks, because llama.cpp writes repetitions out and takes a bound above 2000 for none. */
    private String exactly(String atom, int count) throws GrammarException {
        if (count <= DIRECT) {
            return atom + "{" + count + "}";
        }
        int block = block(count);
        String blocks = rule("block", atom + "{" + block + "}") + "{" + count / block + "}";
        return count % block == 0 ? blocks : blocks + " " + atom + "{" + count % block + "}";
    }

    /** A whole block and more, or a part of one: at most two ways to understand what was read. */
    private String upTo(String atom, int count) throws GrammarException {
        if (count <= DIRECT) {
            return atom + "{0," + count + "}";
        }
        int block = block(count);
        String whole = rule("block", atom + "{" + block + "}");
        String part = rule("part", atom + "{0," + (block - 1) + "}");
        String rest = count % block == 0 ? "\"\"" : atom + "{0," + count % block + "}";
        for (int i = 0; i < count / block; i++) {
            rest = rule("upto", whole + " " + rest + " | " + part);
        }
        return rest;
    }

    private static int block(int count) {
        return (int) Math.ceil(Math.sqrt(count));
    }

    static String group(List<String> alternatives) {
        StringJoiner joined = new StringJoiner(" | ", "(", ")");
        alternatives.stream().distinct().forEach(joined::add);
        return joined.toString();
    }

    static String optional(String expression) {
        return "(" + expression + ")?";
    }

    static String literal(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '[' || c == ']' || c == '-') {
                out.append((char) c);
            } else {
                escape(c, out);
            }
        });
        return out.append('"').toString();
    }

    /** One character as it stands in a literal or in a set. */
    static void escape(int c, StringBuilder out) {
        switch (c) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '"', '\\', '[', ']', '-' -> out.append('\\').append((char) c);
            default -> {
                if (c == '^' || c < 0x20 || c == 0x7F) {
                    out.append(String.format(Locale.ROOT, "\\x%02X", c));
                } else if (c < 0x7F) {
                    out.append((char) c);
                } else if (c <= 0xFFFF) {
                    out.append(String.format(Locale.ROOT, "\\u%04X", c));
                } else {
                    out.append(String.format(Locale.ROOT, "\\U%08X", c));
                }
            }
        }
    }

    /** An atom that takes one of the words; their common beginnings are written once. */
    String oneOf(String hint, List<String> words) throws GrammarException {
        List<String> sorted = words.stream().distinct().sorted().toList();
        return sorted.size() == 1 ? literal(sorted.getFirst()) : rule(hint, alternatives(hint, sorted, 0));
    }

    private String alternatives(String hint, List<String> sorted, int from) throws GrammarException {
        List<String> found = new ArrayList<>();
        int i = 0;
        if (sorted.getFirst().length() == from) {
            found.add("\"\"");
            i = 1;
        }
        while (i < sorted.size()) {
            int first = sorted.get(i).codePointAt(from);
            int end = i + 1;
            while (end < sorted.size() && sorted.get(end).codePointAt(from) == first) {
                end++;
            }
            List<String> same = sorted.subList(i, end);
            int common = common(same.getFirst(), same.getLast());
            String begin = literal(same.getFirst().substring(from, common));
            found.add(same.size() == 1 ? begin : begin + " " + rule(hint, alternatives(hint, same, common)));
            i = end;
        }
        return String.join(" | ", found);
    }

    /** Length of the common beginning, in whole characters. */
    private static int common(String a, String b) {
        int i = 0;
        while (i < a.length() && i < b.length() && a.codePointAt(i) == b.codePointAt(i)) {
            i += Character.charCount(a.codePointAt(i));
        }
        return i;
    }
}
