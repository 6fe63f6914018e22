package koine.engine.grammar;

import java.util.List;

/**
 * Rules as llama.cpp holds them: one row of elements, in which a rule is its alternatives, parted by {@code ALT} and
 * closed by {@code END}. A set of characters is a {@code CHAR} or {@code NOT}, each bound or further character an element
 * after it.
 */
final class ParsedGrammar {
    enum Kind {
        END,
        ALT,
        RULE,
        CHAR,
        NOT,
        UPPER,
        MORE,
        ANY,
        TOKEN,
        NOT_TOKEN
    }

    record Element(Kind kind, int value) {}

    private final Element[] elements;
    private final int[] starts;
    private final List<String> names;
    private final int[] lines;
    private final int root;

    ParsedGrammar(List<List<Element>> rules, List<String> names, int[] lines, int root) {
        this.names = names;
        this.lines = lines;
        this.root = root;
        starts = new int[rules.size()];
        elements = new Element[rules.stream().mapToInt(List::size).sum()];
        int at = 0;
        for (int rule = 0; rule < starts.length; rule++) {
            starts[rule] = at;
            for (Element element : rules.get(rule)) {
                elements[at++] = element;
            }
        }
    }

    int rules() {
        return starts.length;
    }

    int root() {
        return root;
    }

    /** Index of a rule's first element. */
    int start(int rule) {
        return starts[rule];
    }

    String name(int rule) {
        return names.get(rule);
    }

    int line(int rule) {
        return lines[rule];
    }

    Kind kind(int element) {
        return elements[element].kind;
    }

    int value(int element) {
        return elements[element].value;
    }

    boolean isEnd(int element) {
        Kind kind = kind(element);
        return kind == Kind.END || kind == Kind.ALT;
    }

    /** The element behind the set of characters, or the single element, that begins here. */
    int next(int element) {
        int at = element + 1;
        while (kind(at) == Kind.UPPER || kind(at) == Kind.MORE) {
            at++;
        }
        return at;
    }
}
