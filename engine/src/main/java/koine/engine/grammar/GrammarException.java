package koine.engine.grammar;

/** A schema or a grammar that cannot be used; the message says where and why, for the program that sent it. */
public final class GrammarException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String where;

    private GrammarException(String where, String message) {
        super(message);
        this.where = where;
    }

    static GrammarException inSchema(String pointer, String keyword, String reason) {
        return new GrammarException(pointer, "'" + keyword + "' at " + pointer + ": " + reason);
    }

    static GrammarException inSchema(String pointer, String reason) {
        return new GrammarException(pointer, "schema at " + pointer + ": " + reason);
    }

    static GrammarException inGrammar(int line, String reason) {
        return new GrammarException("line " + line, "grammar, line " + line + ": " + reason);
    }

    /** A JSON pointer as a fragment ({@code #/properties/age}), or {@code line 3} of a grammar. */
    public String where() {
        return where;
    }
}
