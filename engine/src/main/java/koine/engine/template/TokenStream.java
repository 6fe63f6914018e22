package koine.engine.template;

import java.util.List;

/** The tokens under a parser, and how deep it is in brackets and blocks. */
final class TokenStream {
    /** Real templates nest a dozen deep; each level costs the parser a good part of a stack page. */
    private static final int MAX_DEPTH = 100;

    private final List<Token> tokens;
    private int at;
    private int depth;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
        check(current());
    }

    private static void check(Token token) {
        if (token.value() instanceof TemplateError error) {
            throw error;
        }
    }

    Token current() {
        return tokens.get(at);
    }

    Token ahead() {
        Token token = tokens.get(Math.min(at + 1, tokens.size() - 1));
        check(token);
        return token;
    }

    /** Gives the current token and goes on to the next one; the last one stays. */
    Token next() {
        Token token = current();
        if (token.type() != TokenType.END) {
            at++;
            check(current());
        }
        return token;
    }

    boolean skipName(String name) {
        boolean found = current().isName(name);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipOperator(String sign) {
        boolean found = current().isOperator(sign);
        if (found) {
            next();
        }
        return found;
    }

    Token expect(TokenType type) {
        if (current().type() != type) {
            throw unexpected(type.description());
        }
        return next();
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected(name);
        }
    }

    void expectOperator(String sign) {
        if (!skipOperator(sign)) {
            throw unexpected(sign);
        }
    }

    private TemplateError unexpected(String expected) {
        Token token = current();
        if (token.type() == TokenType.END) {
            return TemplateError.syntax(
                    "unexpected end of template, expected " + Repr.quoted(expected) + ".", token.line());
        }
        return TemplateError.syntax(
                "expected token " + Repr.quoted(expected) + ", got " + Repr.quoted(token.describe()), token.line());
    }

    void enter() {
        if (++depth > MAX_DEPTH) {
            throw TemplateError.limit(
                    "the template nests deeper than " + MAX_DEPTH + " levels",
                    current().line());
        }
    }

    void leave() {
        depth--;
    }
}
