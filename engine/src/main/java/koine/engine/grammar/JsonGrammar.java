package koine.engine.grammar;

/** JSON of any form, in GBNF: spaces between tokens are few, so that a model cannot fill its answer with them. */
public final class JsonGrammar {
    /** Between two tokens: nothing, a space, or a line break and its indentation. */
    static final String SPACE = "ws";

    static final String VALUE = "json-value";
    static final String OBJECT = "json-object";
    static final String ARRAY = "json-array";
    static final String STRING = "json-string";
    static final String NUMBER = "json-number";
    static final String INTEGER = "json-integer";
    static final String BOOLEAN = "json-boolean";
    static final String NULL = "\"null\"";
    /** One character of a text, written as itself or escaped; never half a surrogate pair. */
    static final String CHARACTER = "json-character";
    /** One character that is written as itself. */
    static final String PLAIN = "json-plain";

    /** Digits that a number can have before its point, where no bound asks for more; a double keeps as many. */
    static final int DIGITS = 16;

    static final String PLAIN_SET = "\\x20-\\x21\\x23-\\x5B\\x5D-\\uD7FF\\uE000-\\U0010FFFF";

    private JsonGrammar() {}

    /** A grammar for any JSON object, with the start rule {@code root}. */
    public static String any() {
        Rules rules = new Rules();
        try {
            define(rules);
        } catch (GrammarException e) {
            throw new IllegalStateException("a fixed grammar", e);
        }
        return rules.text(OBJECT);
    }

    static void define(Rules rules) throws GrammarException {
        rules.define(SPACE, "(\" \" | \"\\n\" [ \\t]{0,20})?");
        rules.define(VALUE, String.join(" | ", OBJECT, ARRAY, STRING, NUMBER, BOOLEAN, NULL));
        rules.define("json-member", STRING + " \":\" ws " + VALUE);
        rules.define(OBJECT, "\"{\" ws (json-member (\",\" ws json-member)* ws)? \"}\"");
        rules.define(ARRAY, "\"[\" ws (" + VALUE + " (\",\" ws " + VALUE + ")* ws)? \"]\"");
        rules.define(STRING, "\"\\\"\" " + CHARACTER + "* \"\\\"\"");
        rules.define(PLAIN, "[" + PLAIN_SET + "]");
        rules.define(CHARACTER, "[" + PLAIN_SET + "] | \"\\\\\" json-escape");
        rules.define(
                "json-escape", "[\"\\\\/bfnrt] | \"u\" ([0-9A-CE-Fa-ce-f] [0-9A-Fa-f]{3} | [Dd] [0-7] [0-9A-Fa-f]{2})");
        rules.define(NUMBER, "\"-\"? (\"0\" | [1-9] [0-9]{0,15}) (\".\" [0-9]{1,16})? ([eE] [-+]? [0-9]{1,2})?");
        rules.define(INTEGER, "\"0\" | \"-\"? [1-9] [0-9]{0,15}");
        rules.define(BOOLEAN, "\"true\" | \"false\"");
    }
}
