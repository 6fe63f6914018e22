package koine.engine.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Statements. Expressions are {@link ExprParser}'s. */
final class Parser {
    /** The longest known to us has less than a tenth of this. */
    private static final int MAX_LENGTH = 400_000;

    private final TokenStream tokens;
    private final ExprParser expressions;
    private final boolean generationTag;
    private final Deque<String> openTags = new ArrayDeque<>();
    private final Deque<List<String>> awaited = new ArrayDeque<>();
    /** Loops of the innermost macro around the current statement. */
    private int loops;

    private Parser(List<Token> tokens, boolean generationTag) {
        this.tokens = new TokenStream(tokens);
        this.expressions = new ExprParser(this.tokens);
        this.generationTag = generationTag;
    }

    /** @param generationTag whether {@code generation} is a tag, as in transformers, or unknown, as in bare Jinja2 */
    static List<Stmt> parse(String template, boolean generationTag) {
        if (template.length() > MAX_LENGTH) {
            throw TemplateError.limit("the template is longer than " + MAX_LENGTH + " characters", 1);
        }
        return new Parser(Lexer.tokens(template), generationTag).body(List.of());
    }

    private List<Stmt> body(List<String> ends) {
        List<Stmt> body = new ArrayList<>();
        while (tokens.current().type() != TokenType.END) {
            Token token = tokens.next();
            switch (token.type()) {
                case DATA -> body.add(new Stmt.Data(token.text()));
                case VARIABLE_BEGIN -> {
                    body.add(new Stmt.Print(expressions.tuple(), token.line()));
                    tokens.expect(TokenType.VARIABLE_END);
                }
                default -> {
                    if (tokens.current().type() == TokenType.NAME
                            && ends.contains(tokens.current().text())) {
                        return body;
                    }
                    statement(body);
                    tokens.expect(TokenType.BLOCK_END);
                }
            }
        }
        return body;
    }

    /** The body of a tag up to one of the ending tags, which is left as the current token. */
    private List<Stmt> bodyUntil(String... ends) {
        tokens.skipOperator(":");
        tokens.expect(TokenType.BLOCK_END);
        awaited.push(List.of(ends));
        tokens.enter();
        List<Stmt> body = body(List.of(ends));
        tokens.leave();
        if (tokens.current().type() == TokenType.END) {
            throw unknownTag(null, tokens.current().line());
        }
        awaited.pop();
        return body;
    }

    private List<Stmt> bodyThrough(String end) {
        List<Stmt> body = bodyUntil(end);
        tokens.next();
        return body;
    }

    private void statement(List<Stmt> into) {
        Token tag = tokens.current();
        if (tag.type() != TokenType.NAME) {
            throw TemplateError.syntax("tag name expected", tag.line());
        }
        openTags.push(tag.text());
        int line = tag.line();
        switch (tag.text()) {
            case "if" -> into.add(conditional());
            case "for" -> into.add(loop());
            case "set" -> into.add(set());
            case "macro" -> into.add(macro());
            case "call" -> into.add(callBlock());
            case "filter" -> into.add(filterBlock());
            case "with" -> into.add(with());
            case "print" -> print(into);
            case "break" -> {
                tokens.next();
                checkInLoop("'break' outside loop", line);
                into.add(new Stmt.Break(line));
            }
            case "continue" -> {
                tokens.next();
                checkInLoop("'continue' not properly in loop", line);
                into.add(new Stmt.Continue(line));
            }
            case "extends", "block", "include", "from", "import", "autoescape" ->
                throw TemplateError.unsupported("the tag " + Repr.quoted(tag.text()), line);
            default -> {
                if (!generationTag || !tag.text().equals("generation")) {
                    openTags.pop();
                    throw unknownTag(tag.text(), line);
                }
                tokens.next();
                into.add(new Stmt.Generation(outsideLoops(() -> bodyThrough("endgeneration")), new Symbols()));
            }
        }
        openTags.pop();
    }

    private void checkInLoop(String error, int line) {
        if (loops == 0) {
            throw TemplateError.python("SyntaxError", error, line);
        }
    }

    /** The body of a macro: a loop around it cannot be left from within. */
    private List<Stmt> outsideLoops(Supplier<List<Stmt>> body) {
        int outer = loops;
        loops = 0;
        List<Stmt> parsed = body.get();
        loops = outer;
        return parsed;
    }

    private TemplateError unknownTag(@Nullable String name, int line) {
        StringBuilder text = new StringBuilder(
                name == null ? "Unexpected end of template." : "Encountered unknown tag " + Repr.quoted(name) + ".");
        if (!awaited.isEmpty()) {
            List<String> quoted = awaited.getFirst().stream().map(Repr::quoted).toList();
            boolean nesting = name != null && awaited.stream().anyMatch(ends -> ends.contains(name));
            text.append(
                            nesting
                                    ? " You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for "
                                    : " Jinja was looking for the following tags: ")
                    .append(String.join(" or ", quoted))
                    .append('.');
        }
        if (!openTags.isEmpty()) {
            text.append(" The innermost block that needs to be closed is ")
                    .append(Repr.quoted(openTags.getFirst()))
                    .append('.');
        }
        return TemplateError.syntax(text.toString(), line);
    }

    private Stmt conditional() {
        List<Stmt.Branch> branches = new ArrayList<>();
        List<Stmt> otherwise = List.of();
        while (true) {
            tokens.next();
            Expr test = expressions.tuple(false);
            branches.add(new Stmt.Branch(test, bodyUntil("elif", "else", "endif")));
            if (tokens.current().isName("elif")) {
                continue;
            }
            if (tokens.next().isName("else")) {
                otherwise = bodyThrough("endif");
            }
            return new Stmt.If(branches, otherwise);
        }
    }

    private Stmt loop() {
        int line = tokens.next().line();
        Target target = expressions.target(false);
        tokens.expectName("in");
        Expr items = expressions.tuple(false);
        Expr test = tokens.skipName("if") ? expressions.expression() : null;
        boolean recursive = tokens.skipName("recursive");
        loops++;
        List<Stmt> body = bodyUntil("endfor", "else");
        loops--;
        List<Stmt> otherwise = tokens.next().isName("else") ? bodyThrough("endfor") : List.of();
        return new Stmt.For(
                target, items, test, recursive, body, otherwise, line, new Symbols(), new Symbols(), new Symbols());
    }

    private Stmt set() {
        int line = tokens.next().line();
        Target target = expressions.target(true);
        if (tokens.skipOperator("=")) {
            return new Stmt.Set(target, expressions.tuple(), line);
        }
        Expr.Filter filter = tokens.skipOperator("|") ? expressions.blockFilters() : null;
        return new Stmt.SetBlock(target, filter, bodyThrough("endset"), line, new Symbols());
    }

    private Stmt macro() {
        int line = tokens.next().line();
        String name = tokens.expect(TokenType.NAME).text();
        Stmt.Signature signature = signature();
        return new Stmt.Macro(name, signature, outsideLoops(() -> bodyThrough("endmacro")), line, new Symbols());
    }

    private Stmt.Signature signature() {
        Set<String> parameters = new LinkedHashSet<>();
        List<Expr> defaults = new ArrayList<>();
        tokens.expectOperator("(");
        while (!tokens.current().isOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            Token name = tokens.expect(TokenType.NAME);
            if (!parameters.add(name.text())) {
                throw TemplateError.syntax(
                        "duplicate argument " + Repr.quoted(name.text()) + " in function definition", name.line());
            }

            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw TemplateError.syntax(
                        "non-default argument follows default argument",
                        tokens.current().line());
            }
        }
        tokens.expectOperator(")");
        return new Stmt.Signature(List.copyOf(parameters), defaults);
    }

    private Stmt callBlock() {
        int line = tokens.next().line();
        Stmt.Signature signature =
                tokens.current().isOperator("(") ? signature() : new Stmt.Signature(List.of(), List.of());
        if (!(expressions.expression() instanceof Expr.Call call)) {
            throw TemplateError.syntax("expected call", line);
        }
        List<Stmt> body = outsideLoops(() -> bodyThrough("endcall"));
        return new Stmt.CallBlock(signature, call, body, line, new Symbols());
    }

    private Stmt filterBlock() {
        int line = tokens.next().line();
        Expr.Filter filter = expressions.blockFilters();
        return new Stmt.FilterBlock(filter, bodyThrough("endfilter"), line, new Symbols());
    }

    private Stmt with() {
        tokens.next();
        List<String> names = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (tokens.current().type() != TokenType.BLOCK_END) {
            if (!names.isEmpty()) {
                tokens.expectOperator(",");
            }
            int line = tokens.current().line();
            if (!(expressions.target(false) instanceof Target.Variable name)) {
                throw TemplateError.unsupported("unpacking in the tag 'with'", line);
            }
            names.add(name.name());
            tokens.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Stmt.With(names, values, bodyThrough("endwith"), new Symbols());
    }

    private void print(List<Stmt> into) {
        int line = tokens.next().line();
        boolean first = true;
        while (tokens.current().type() != TokenType.BLOCK_END) {
            if (!first) {
                tokens.expectOperator(",");
            }
            into.add(new Stmt.Print(expressions.expression(), line));
            first = false;
        }
    }
}
