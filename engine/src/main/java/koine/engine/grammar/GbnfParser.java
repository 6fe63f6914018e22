package koine.engine.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import koine.engine.grammar.ParsedGrammar.Element;
import koine.engine.grammar.ParsedGrammar.Kind;

/**
 * Reads GBNF into the very rules llama.cpp makes of it (its {@code llama_grammar_parser}, release v0.5.0), repetitions
 * written out, but within limits. It refuses what llama.cpp refuses, and where llama.cpp would recurse without end, drop
 * a bound or write out 2^64 rules.
 */
final class GbnfParser {
    static final int MAX_LENGTH = 512 * 1024;
    static final int MAX_NESTING = 64;
    static final int MAX_RULES = 20_000;
    static final int MAX_ELEMENTS = 200_000;
    /** llama.cpp's own; a greater upper bound it would silently take for none. */
    static final int MAX_REPETITIONS = 2000;

    private static final int UNBOUNDED = -1;

    private final String text;
    private int at;
    private int nesting;
    private long written;
    private final Map<String, Integer> ids = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<List<Element>> rules = new ArrayList<>();
    private int[] lines = new int[64];

    private GbnfParser(String text) {
        this.text = text;
    }

    static ParsedGrammar parse(String text) throws GrammarException {
        if (text.length() > MAX_LENGTH) {
            throw GrammarException.inGrammar(1, "longer than " + MAX_LENGTH + " characters");
        }
        return new GbnfParser(text).parse();
    }

    private ParsedGrammar parse() throws GrammarException {
        space(true);
        while (at < text.length()) {
            rule();
        }
        Integer root = ids.get("root");
        if (root == null) {
            throw GrammarException.inGrammar(1, "no rule is called 'root'");
        }
        for (int id = 0; id < names.size(); id++) {
            if (id >= rules.size() || rules.get(id).isEmpty()) {
                throw GrammarException.inGrammar(lines[id], "rule '" + names.get(id) + "' is used but not defined");
            }
        }
        return new ParsedGrammar(rules, names, lines, root);
    }

    private void rule() throws GrammarException {
        String name = name();
        int id = id(name);
        lines[id] = line();
        space(false);
        if (!text.startsWith("::=", at)) {
            throw error("'::=' is expected after the name of a rule");
        }
        at += 3;
        space(true);
        alternatives(name, id, false);
        if (peek() == '\r') {
            at += text.startsWith("\r\n", at) ? 2 : 1;
        } else if (peek() == '\n') {
            at++;
        } else if (at < text.length()) {
            throw error("the end of the line is expected");
        }
        space(true);
    }

    private void alternatives(String name, int id, boolean nested) throws GrammarException {
        List<Element> rule = new ArrayList<>();
        sequence(name, rule, nested);
        while (peek() == '|') {
            add(rule, Kind.ALT, 0);
            at++;
            space(true);
            sequence(name, rule, nested);
        }
        add(rule, Kind.END, 0);
        define(id, rule);
    }

    private void sequence(String name, List<Element> rule, boolean nested) throws GrammarException {
        int last = rule.size();
        // how many rules the last item stands for, as llama.cpp counts them against its limit of repetitions
        long weight = 1;
        while (at < text.length()) {
            char c = text.charAt(at);
            switch (c) {
                case '"' -> {
                    last = rule.size();
                    weight = 1;
                    at++;
                    while (character('"')) {
                        add(rule, Kind.CHAR, codePoint());
                    }
                    at++;
                    space(nested);
                }
                case '[' -> {
                    last = rule.size();
                    weight = 1;
                    set(rule);
                    space(nested);
                }
                case '.' -> {
                    last = rule.size();
                    weight = 1;
                    add(rule, Kind.ANY, 0);
                    at++;
                    space(nested);
                }
                case '<', '!' -> {
                    last = rule.size();
                    weight = 1;
                    token(rule);
                    space(nested);
                }
                case '(' -> {
                    if (++nesting > MAX_NESTING) {
                        throw error("groups are nested deeper than " + MAX_NESTING);
                    }
                    at++;
                    space(true);
                    int before = names.size();
                    int group = generated(name);
                    alternatives(name, group, true);
                    weight = Math.max(1, names.size() - before);
                    last = rule.size();
                    add(rule, Kind.RULE, group);
                    if (peek() != ')') {
                        throw error("')' is expected");
                    }
                    at++;
                    nesting--;
                    space(nested);
                }
                case '*' -> weight = repeat(name, rule, last, weight, 0, UNBOUNDED, nested);
                case '+' -> weight = repeat(name, rule, last, weight, 1, UNBOUNDED, nested);
                case '?' -> weight = repeat(name, rule, last, weight, 0, 1, nested);
                case '{' -> weight = braces(name, rule, last, weight, nested);
                default -> {
                    if (!isWord(c)) {
                        return;
                    }
                    String used = name();
                    last = rule.size();
                    weight = 1;
                    int id = id(used);
                    add(rule, Kind.RULE, id);
                    space(nested);
                }
            }
        }
    }

    private void set(List<Element> rule) throws GrammarException {
        at++;
        Kind kind = Kind.CHAR;
        if (peek() == '^') {
            kind = Kind.NOT;
            at++;
        }
        int first = rule.size();
        while (character(']')) {
            int low = codePoint();
            add(rule, rule.size() > first ? Kind.MORE : kind, low);
            if (peek() == '-' && at + 1 < text.length() && text.charAt(at + 1) != ']') {
                at++;
                int high = codePoint();
                if (high < low) {
                    throw error("a range of characters runs backwards");
                }
                add(rule, Kind.UPPER, high);
            }
        }
        if (rule.size() == first) {
            throw error("a set of characters is empty");
        }
        at++;
    }

    private void token(List<Element> rule) throws GrammarException {
        Kind kind = Kind.TOKEN;
        if (peek() == '!') {
            kind = Kind.NOT_TOKEN;
            at++;
        }
        if (peek() != '<') {
            throw error("'<' is expected");
        }
        if (!text.startsWith("<[", at)) {
            // llama.cpp would look the text up in the model's vocabulary, and fail where it is not one token
            throw error("a token is given by its number, <[123]>");
        }
        at += 2;
        int id = number(Integer.MAX_VALUE);
        if (!text.startsWith("]>", at)) {
            throw error("']>' is expected");
        }
        at += 2;
        add(rule, kind, id);
    }

    private long braces(String name, List<Element> rule, int last, long weight, boolean nested)
            throws GrammarException {
        at++;
        space(nested);
        int min = number(MAX_REPETITIONS);
        int max = min;
        space(nested);
        if (peek() == ',') {
            at++;
            space(nested);
            max = UNBOUNDED;
            if (isDigit(peek())) {
                max = number(MAX_REPETITIONS);
                space(nested);
            }
        }
        if (peek() != '}') {
            throw error("'}' is expected");
        }
        if (max != UNBOUNDED && max < min) {
            throw error("a repetition of at least " + min + " and at most " + max);
        }
        return repeat(name, rule, last, weight, min, max, nested);
    }

    /** Writes a repetition out as llama.cpp does, and returns the item's new weight. */
    private long repeat(String name, List<Element> rule, int last, long weight, int min, int max, boolean nested)
            throws GrammarException {
        if (last == rule.size()) {
            throw error("nothing stands before a repetition");
        }
        at++;
        space(nested);
        long times = max > 0 ? max : min > 0 ? min : 1;
        if (weight * times > MAX_REPETITIONS) {
            throw error("repetitions of repetitions come to more than " + MAX_REPETITIONS + " rules");
        }
        List<Element> item = List.copyOf(rule.subList(last, rule.size()));
        if (min == 0) {
            rule.subList(last, rule.size()).clear();
        }
        for (int i = 1; i < min; i++) {
            addAll(rule, item);
        }
        int optional = max == UNBOUNDED ? 1 : max - min;
        int previous = -1;
        for (int i = 0; i < optional; i++) {
            int id = generated(name);
            List<Element> more = new ArrayList<>();
            addAll(more, item);
            if (max == UNBOUNDED) {
                add(more, Kind.RULE, id);
            } else if (i > 0) {
                add(more, Kind.RULE, previous);
            }
            add(more, Kind.ALT, 0);
            add(more, Kind.END, 0);
            define(id, more);
            previous = id;
        }
        if (optional > 0) {
            add(rule, Kind.RULE, previous);
        }
        return weight * times;
    }

    /** False at the closing character, an error where the text ends before it. */
    private boolean character(char closing) throws GrammarException {
        if (at >= text.length()) {
            throw error("the text ends before '" + closing + "'");
        }
        return text.charAt(at) != closing;
    }

    private int codePoint() throws GrammarException {
        if (at >= text.length()) {
            throw error("the text ends within a character");
        }
        if (text.charAt(at) != '\\') {
            int c = text.codePointAt(at);
            if (c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
                throw error("a character that cannot stand in a text");
            }
            at += Character.charCount(c);
            return c;
        }
        char kind = at + 1 < text.length() ? text.charAt(at + 1) : 0;
        at += 2;
        return switch (kind) {
            case 'x' -> hex(2);
            case 'u' -> hex(4);
            case 'U' -> hex(8);
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'n' -> '\n';
            case '\\', '"', '[', ']', '-' -> kind;
            default -> {
                at -= 2;
                throw error("unknown escape");
            }
        };
    }

    private int hex(int digits) throws GrammarException {
        long value = 0;
        for (int i = 0; i < digits; i++, at++) {
            char c = peek();
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw error(digits + " hexadecimal digits are expected");
            }
            value = value * 16 + digit;
        }
        if (value > Character.MAX_CODE_POINT) {
            throw error("an escape beyond the last character, U+10FFFF");
        }
        return (int) value;
    }

    private int number(int most) throws GrammarException {
        int from = at;
        long value = 0;
        while (isDigit(peek())) {
            value = value * 10 + (peek() - '0');
            if (value > most) {
                throw error("a number greater than " + most);
            }
            at++;
        }
        if (at == from) {
            throw error("a number is expected");
        }
        return (int) value;
    }

    private String name() throws GrammarException {
        int from = at;
        while (isWord(peek())) {
            at++;
        }
        if (at == from) {
            throw error("the name of a rule is expected");
        }
        return text.substring(from, at);
    }

    private int id(String name) throws GrammarException {
        Integer known = ids.get(name);
        return known != null ? known : register(name);
    }

    /** No name in a text holds '_', so a generated one is new. */
    private int generated(String name) throws GrammarException {
        return register(name + "_" + names.size());
    }

    private int register(String name) throws GrammarException {
        int id = names.size();
        if (id >= MAX_RULES) {
            throw error("more than " + MAX_RULES + " rules, repetitions written out");
        }
        names.add(name);
        ids.put(name, id);
        if (id >= lines.length) {
            lines = Arrays.copyOf(lines, 2 * id);
        }
        lines[id] = line();
        return id;
    }

    private void define(int id, List<Element> rule) {
        while (rules.size() <= id) {
            rules.add(List.of());
        }
        rules.set(id, rule);
    }

    private void add(List<Element> rule, Kind kind, int value) throws GrammarException {
        written(1);
        rule.add(new Element(kind, value));
    }

    private void addAll(List<Element> rule, List<Element> item) throws GrammarException {
        written(item.size());
        rule.addAll(item);
    }

    private void written(int elements) throws GrammarException {
        written += elements;
        if (written > MAX_ELEMENTS) {
            throw error("more than " + MAX_ELEMENTS + " characters and names, repetitions written out");
        }
    }

    private void space(boolean lines) {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#') {
                while (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
                    at++;
                }
            } else if (c == ' ' || c == '\t' || (lines && (c == '\n' || c == '\r'))) {
                at++;
            } else {
                return;
            }
        }
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private static boolean isWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c) || c == '-';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private int countedTo;
    private int countedLine = 1;

    private int line() {
        if (at < countedTo) {
            countedTo = 0;
            countedLine = 1;
        }
        for (; countedTo < Math.min(at, text.length()); countedTo++) {
            if (text.charAt(countedTo) == '\n') {
                countedLine++;
            }
        }
        return countedLine;
    }

    private GrammarException error(String reason) {
        return GrammarException.inGrammar(line(), reason);
    }
}
