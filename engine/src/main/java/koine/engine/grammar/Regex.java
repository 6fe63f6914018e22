package koine.engine.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import koine.engine.grammar.Pattern.Either;
import koine.engine.grammar.Pattern.One;
import koine.engine.grammar.Pattern.Sequence;
import koine.engine.grammar.Pattern.Times;

/**
 * The regular expressions of JSON Schema's {@code pattern} (ECMA 262), as far as they are regular: characters, escapes,
 * sets, {@code .}, groups, alternatives, quantifiers (a lazy one means the same), {@code ^} and {@code $} at the ends of
 * an alternative, and look-aheads at the very beginning. Not: back references, look-behinds, {@code \b}, {@code \p}.
 *
 * @param body what the whole text is
 * @param with what it must be as well
 * @param without what it must not be
 */
record Regex(Pattern body, List<Pattern> with, List<Pattern> without) {
    /** Parses a pattern; an error tells the schema's place. */
    static Regex parse(String text, String pointer) throws GrammarException {
        return new Parser(text, pointer).parse();
    }

    private static final class Parser {
        private static final int MAX_LENGTH = 4000;
        private static final int MAX_NESTING = 40;
        private static final Pattern ANYTHING = new Times(new One(CodeSet.ALL), 0, Pattern.UNBOUNDED);
        private static final CodeSet DIGIT = CodeSet.of('0', '9');
        private static final CodeSet WORD = CodeSet.of('0', '9', 'A', 'Z', '_', '_', 'a', 'z');
        private static final CodeSet LINE_END = CodeSet.only("\n\r\u2028\u2029");
        /** Readers differ on what else is a space: those of ASCII are it for all, those below for some. */
        private static final CodeSet SPACE = CodeSet.only(" \t\n\r\f");

        private static final CodeSet SOME_SPACE = CodeSet.of(
                '\t', '\r', ' ', ' ', 0x1C, 0x1F, 0x85, 0x85, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028,
                0x2029, 0x202F, 0x202F, 0x205F, 0x205F, 0x3000, 0x3000, 0xFEFF, 0xFEFF);
        /** Python takes any script's digits and letters for {@code \d} and {@code \w}; what is outside is not. */
        private static final CodeSet NO_DIGIT = CodeSet.of(0, '0' - 1, '9' + 1, 0x7F);

        private static final CodeSet NO_WORD =
                WORD.complement().and(CodeSet.of(0, 0x7F)).plus(CodeSet.of(0x2010, 0x2027));

        private final String text;
        private final String pointer;
        private int at;
        private int nesting;
        private final List<Pattern> with = new ArrayList<>();
        private final List<Pattern> without = new ArrayList<>();

        Parser(String text, String pointer) {
            this.text = text;
            this.pointer = pointer;
        }

        Regex parse() throws GrammarException {
            if (text.length() > MAX_LENGTH) {
                throw error("longer than " + MAX_LENGTH + " characters");
            }
            List<Pattern> choices = new ArrayList<>();
            do {
                choices.add(anchored());
            } while (eat("|"));
            if (at < text.length()) {
                throw error("an unmatched ')'");
            }
            if (choices.size() > 1 && !(with.isEmpty() && without.isEmpty())) {
                throw error("a look-ahead together with alternatives that no group holds");
            }
            return new Regex(choices.size() == 1 ? choices.getFirst() : new Either(choices), with, without);
        }

        private Pattern anchored() throws GrammarException {
            List<Pattern> parts = new ArrayList<>();
            boolean begins = eat("^");
            while ((begins && at == 1) || !with.isEmpty() || !without.isEmpty()) {
                if (eat("(?!")) {
                    without.add(lookAhead());
                } else if (eat("(?=")) {
                    with.add(lookAhead());
                } else {
                    break;
                }
            }
            if (!begins) {
                parts.add(ANYTHING);
            }
            parts.add(sequence());
            if (!eat("$")) {
                parts.add(ANYTHING);
            }
            return new Sequence(parts);
        }

        private Pattern lookAhead() throws GrammarException {
            List<Pattern> choices = new ArrayList<>();
            do {
                eat("^");
                Pattern sequence = sequence();
                choices.add(eat("$") ? sequence : new Sequence(List.of(sequence, ANYTHING)));
            } while (eat("|"));
            close();
            return new Either(choices);
        }

        private Pattern either() throws GrammarException {
            if (++nesting > MAX_NESTING) {
                throw error("nested deeper than " + MAX_NESTING);
            }
            List<Pattern> choices = new ArrayList<>();
            do {
                choices.add(sequence());
            } while (eat("|"));
            nesting--;
            return choices.size() == 1 ? choices.getFirst() : new Either(choices);
        }

        private Pattern sequence() throws GrammarException {
            List<Pattern> parts = new ArrayList<>();
            while (at < text.length() && "|)$".indexOf(text.charAt(at)) < 0) {
                parts.add(quantified(item()));
            }
            return parts.size() == 1 ? parts.getFirst() : new Sequence(parts);
        }

        private Pattern item() throws GrammarException {
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            return switch (c) {
                case '(' -> group();
                case '[' -> new One(set());
                case '.' -> new One(LINE_END.complement());
                case '\\' -> new One(escape(false));
                case '*', '+', '?', '{' -> throw error("a quantifier after nothing");
                case '^' -> throw error("'^' elsewhere than at the beginning");
                default -> new One(character(c));
            };
        }

        private Pattern group() throws GrammarException {
            if (eat("?")) {
                if (eat("<") && at < text.length() && "=!".indexOf(text.charAt(at)) < 0) {
                    int end = text.indexOf('>', at);
                    if (end < 0) {
                        throw error("a group's name without end");
                    }
                    at = end + 1;
                } else if (!eat(":")) {
                    throw error("a look-ahead or look-behind that is not at the beginning, or an option");
                }
            }
            Pattern inner = either();
            close();
            return inner;
        }

        private void close() throws GrammarException {
            if (at < text.length() && text.charAt(at) == '$') {
                throw error("'$' elsewhere than at the end");
            }
            if (!eat(")")) {
                throw error("')' is missing");
            }
        }

        private Pattern quantified(Pattern part) throws GrammarException {
            int min;
            int max;
            if (eat("*")) {
                min = 0;
                max = Pattern.UNBOUNDED;
            } else if (eat("+")) {
                min = 1;
                max = Pattern.UNBOUNDED;
            } else if (eat("?")) {
                min = 0;
                max = 1;
            } else if (eat("{")) {
                min = number();
                max = min;
                if (eat(",")) {
                    max = at < text.length() && text.charAt(at) == '}' ? Pattern.UNBOUNDED : number();
                }
                if (!eat("}")) {
                    throw error("'}' is missing");
                }
                if (max != Pattern.UNBOUNDED && max < min) {
                    throw error("a quantifier of at least " + min + " and at most " + max);
                }
            } else {
                return part;
            }
            eat("?");
            if (at < text.length() && "*+{".indexOf(text.charAt(at)) >= 0) {
                throw error("a quantifier after a quantifier");
            }
            if (part.shortest() == 0 && max != 0 && max != 1) {
                part = nonEmpty(part);
                min = 0;
            }
            return new Times(part, min, max);
        }

        /** Repeating something that may be empty is repeating what is not, any times fewer. */
        private Pattern nonEmpty(Pattern part) throws GrammarException {
            if (part.shortest() > 0) {
                return part;
            }
            return switch (part) {
                case Times times when times.part().shortest() > 0 -> new Times(times.part(), 1, times.max());
                case Either either -> {
                    List<Pattern> choices = new ArrayList<>();
                    for (Pattern choice : either.choices()) {
                        if (choice.longest() > 0) {
                            choices.add(nonEmpty(choice));
                        }
                    }
                    yield new Either(choices);
                }
                default -> throw error("a repetition of what may be empty");
            };
        }

        private int number() throws GrammarException {
            int from = at;
            long value = 0;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                value = value * 10 + text.charAt(at++) - '0';
                if (value > 2000) {
                    throw error("a quantifier greater than 2000");
                }
            }
            if (at == from) {
                throw error("a number is missing in a quantifier");
            }
            return (int) value;
        }

        private CodeSet set() throws GrammarException {
            boolean inverse = eat("^");
            CodeSet found = CodeSet.EMPTY;
            while (!eat("]")) {
                CodeSet low = setItem(inverse);
                if (at + 1 < text.length() && text.charAt(at) == '-' && text.charAt(at + 1) != ']') {
                    at++;
                    int from = only(low);
                    int to = only(setItem(inverse));
                    if (to < from) {
                        throw error("a range that runs backwards");
                    }
                    low = CodeSet.of(from, to).and(CodeSet.ALL);
                }
                found = found.plus(low);
            }
            CodeSet set = inverse ? found.complement() : found;
            if (set.isEmpty()) {
                throw error("a set without characters");
            }
            return set;
        }

        private int only(CodeSet set) throws GrammarException {
            if (set.ranges().size() != 1
                    || set.ranges().getFirst().low() != set.ranges().getFirst().high()) {
                throw error("a range between sets");
            }
            return set.ranges().getFirst().low();
        }

        private CodeSet setItem(boolean inverse) throws GrammarException {
            if (at >= text.length()) {
                throw error("']' is missing");
            }
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            return c == '\\' ? escape(true, inverse) : character(c);
        }

        private CodeSet character(int c) throws GrammarException {
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                throw error("half a surrogate pair");
            }
            return CodeSet.of(c, c);
        }

        private CodeSet escape(boolean inSet) throws GrammarException {
            return escape(inSet, false);
        }

        /** In an inverse set a class is taken for its widest meaning, elsewhere for its narrowest. */
        private CodeSet escape(boolean inSet, boolean inverse) throws GrammarException {
            if (at >= text.length()) {
                throw error("'\\' at the end");
            }
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            return switch (c) {
                case 'd' -> inverse ? NO_DIGIT.complement() : DIGIT;
                case 'D' -> inverse ? DIGIT.complement() : NO_DIGIT;
                case 'w' -> inverse ? NO_WORD.complement() : WORD;
                case 'W' -> inverse ? WORD.complement() : NO_WORD;
                case 's' -> inverse ? SOME_SPACE : SPACE;
                case 'S' -> inverse ? SPACE.complement() : SOME_SPACE.complement();
                case 't' -> CodeSet.only("\t");
                case 'n' -> CodeSet.only("\n");
                case 'r' -> CodeSet.only("\r");
                case 'f' -> CodeSet.only("\f");
                case 'v' -> CodeSet.of(0x0B, 0x0B);
                case '0' -> CodeSet.of(0, 0);
                case 'x' -> character(hex(2));
                case 'u' -> character(hex(4));
                default -> {
                    if (c == 'b' && inSet) {
                        yield CodeSet.only("\b");
                    }
                    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
                        throw error("'\\" + Character.toString(c) + "'");
                    }
                    yield character(c);
                }
            };
        }

        private int hex(int digits) throws GrammarException {
            String found = text.substring(at, Math.min(text.length(), at + digits));
            if (!found.matches("[0-9A-Fa-f]{" + digits + "}")) {
                throw error("an escape without its " + digits + " digits");
            }
            at += digits;
            return Integer.parseInt(found, 16);
        }

        private boolean eat(String expected) {
            if (text.startsWith(expected, at)) {
                at += expected.length();
                return true;
            }
            return false;
        }

        private GrammarException error(String what) {
            return GrammarException.inSchema(
                    pointer,
                    "pattern",
                    String.format(Locale.ROOT, "not supported at character %d of the expression: %s", at, what));
        }
    }
}
