package koine.engine.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Expressions, from the loosest operator to the tightest. */
final class ExprParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private final TokenStream tokens;

    ExprParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    Expr expression() {
        return expression(true);
    }

    private Expr expression(boolean withConditional) {
        tokens.enter();
        Expr expr = withConditional ? conditional() : or();
        tokens.leave();
        return expr;
    }

    /** An expression, or several with commas: a tuple. */
    Expr tuple() {
        return tuple(true);
    }

    Expr tuple(boolean withConditional) {
        return tuple(() -> expression(withConditional), false);
    }

    private Expr tuple(Supplier<Expr> part, boolean mayBeEmpty) {
        List<Expr> items = new ArrayList<>();
        boolean commas = false;
        while (true) {
            if (!items.isEmpty()) {
                tokens.expectOperator(",");
            }
            if (tupleEnds()) {
                break;
            }
            items.add(part.get());
            if (!tokens.current().isOperator(",")) {
                break;
            }
            commas = true;
        }
        if (!commas) {
            if (!items.isEmpty()) {
                return items.getFirst();
            }
            if (!mayBeEmpty) {
                Token token = tokens.current();
                throw TemplateError.syntax(
                        "Expected an expression, got " + Repr.quoted(token.describe()), token.line());
            }
        }
        return new Expr.Tuple(items);
    }

    private boolean tupleEnds() {
        Token token = tokens.current();
        return switch (token.type()) {
            case VARIABLE_END, BLOCK_END -> true;
            case OPERATOR -> token.text().equals(")");
            default -> false;
        };
    }

    /** What stands left of {@code =} or {@code in}. */
    Target target(boolean withNamespace) {
        int line = tokens.current().line();
        return asTarget(tuple(() -> primary(withNamespace), false), line);
    }

    private static Target asTarget(Expr expr, int line) {
        return switch (expr) {
            case Expr.Name name -> new Target.Variable(name.name(), name.line());
            case Expr.NamespaceName name -> new Target.NamespaceAttribute(name.namespace(), name.name(), name.line());
            case Expr.Tuple tuple ->
                new Target.Unpacked(
                        tuple.items().stream().map(item -> asTarget(item, line)).toList());
            default -> {
                String kind = switch (expr) {
                    case Expr.Const _ -> "const";
                    case Expr.ListOf _ -> "list";
                    case Expr.Dict _ -> "dict";
                    default -> "expression";
                };
                throw TemplateError.syntax("can't assign to " + Repr.quoted(kind), line);
            }
        };
    }

    private Expr conditional() {
        int line = tokens.current().line();
        Expr then = or();
        while (tokens.skipName("if")) {
            Expr test = or();
            Expr otherwise = tokens.skipName("else") ? expression(true) : null;
            then = new Expr.Conditional(test, then, otherwise, line);
            line = tokens.current().line();
        }
        return then;
    }

    private Expr or() {
        Expr left = and();
        while (tokens.skipName("or")) {
            left = new Expr.Or(left, and());
        }
        return left;
    }

    private Expr and() {
        Expr left = not();
        while (tokens.skipName("and")) {
            left = new Expr.And(left, not());
        }
        return left;
    }

    private Expr not() {
        if (tokens.skipName("not")) {
            tokens.enter();
            Expr operand = not();
            tokens.leave();
            return new Expr.Not(operand);
        }
        return comparison();
    }

    private Expr comparison() {
        int line = tokens.current().line();
        Expr first = sum();
        List<Expr.Operand> operands = new ArrayList<>();
        while (true) {
            Token token = tokens.current();
            if (token.type() == TokenType.OPERATOR && COMPARISONS.contains(token.text())) {
                tokens.next();
                operands.add(new Expr.Operand(token.text(), sum()));
            } else if (tokens.skipName("in")) {
                operands.add(new Expr.Operand("in", sum()));
            } else if (token.isName("not") && tokens.ahead().isName("in")) {
                tokens.next();
                tokens.next();
                operands.add(new Expr.Operand("not in", sum()));
            } else {
                return operands.isEmpty() ? first : new Expr.Compare(first, operands, line);
            }
        }
    }

    private Expr sum() {
        int line = tokens.current().line();
        Expr left = concat();
        while (tokens.current().isOperator("+") || tokens.current().isOperator("-")) {
            left = new Expr.Binary(tokens.next().text(), left, concat(), line);
            line = tokens.current().line();
        }
        return left;
    }

    private Expr concat() {
        Expr first = product();
        if (!tokens.current().isOperator("~")) {
            return first;
        }
        List<Expr> parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return new Expr.Concat(parts);
    }

    private Expr product() {
        int line = tokens.current().line();
        Expr left = power();
        while (tokens.current().isOperator("*")
                || tokens.current().isOperator("/")
                || tokens.current().isOperator("//")
                || tokens.current().isOperator("%")) {
            left = new Expr.Binary(tokens.next().text(), left, power(), line);
            line = tokens.current().line();
        }
        return left;
    }

    private Expr power() {
        int line = tokens.current().line();
        Expr base = unary(true);
        List<Expr> exponents = new ArrayList<>();
        while (tokens.skipOperator("**")) {
            exponents.add(unary(true));
        }
        for (Expr exponent : exponents) {
            base = new Expr.Binary("**", base, exponent, line);
        }
        return base;
    }

    private Expr unary(boolean withFilters) {
        Token token = tokens.current();
        Expr expr;
        if (token.isOperator("-") || token.isOperator("+")) {
            tokens.next();
            tokens.enter();
            expr = new Expr.Unary(token.text(), unary(false), token.line());
            tokens.leave();
        } else {
            expr = primary(false);
        }
        expr = postfix(expr);
        return withFilters ? filtersAndTests(expr) : expr;
    }

    private Expr primary(boolean withNamespace) {
        Token token = tokens.current();
        return switch (token.type()) {
            case NAME -> {
                tokens.next();
                yield name(token, withNamespace);
            }
            case STRING -> {
                StringBuilder text = new StringBuilder();
                while (tokens.current().type() == TokenType.STRING) {
                    text.append(tokens.next().text());
                }
                yield new Expr.Const(text.toString());
            }
            case INTEGER, FLOAT -> {
                tokens.next();
                yield new Expr.Const(token.value());
            }
            default -> brackets(token);
        };
    }

    private Expr name(Token token, boolean withNamespace) {
        return switch (token.text()) {
            case "true", "True" -> new Expr.Const(true);
            case "false", "False" -> new Expr.Const(false);
            case "none", "None" -> new Expr.Const(None.NONE);
            default -> {
                if (withNamespace && tokens.skipOperator(".")) {
                    String attribute = tokens.expect(TokenType.NAME).text();
                    yield new Expr.NamespaceName(token.text(), attribute, token.line());
                }
                yield new Expr.Name(token.text(), token.line());
            }
        };
    }

    private Expr brackets(Token token) {
        String sign = token.type() == TokenType.OPERATOR ? token.text() : "";
        return switch (sign) {
            case "(" -> {
                tokens.next();
                Expr inner = tuple(this::expression, true);
                tokens.expectOperator(")");
                yield inner;
            }
            case "[" -> list();
            case "{" -> dict();
            default -> throw TemplateError.syntax("unexpected " + Repr.quoted(token.describe()), token.line());
        };
    }

    private Expr list() {
        tokens.next();
        List<Expr> items = new ArrayList<>();
        while (!tokens.current().isOperator("]")) {
            if (!items.isEmpty()) {
                tokens.expectOperator(",");
            }
            if (tokens.current().isOperator("]")) {
                break;
            }
            items.add(expression());
        }
        tokens.expectOperator("]");
        return new Expr.ListOf(items);
    }

    private Expr dict() {
        tokens.next();
        List<Expr.Pair> pairs = new ArrayList<>();
        while (!tokens.current().isOperator("}")) {
            if (!pairs.isEmpty()) {
                tokens.expectOperator(",");
            }
            if (tokens.current().isOperator("}")) {
                break;
            }
            Expr key = expression();
            tokens.expectOperator(":");
            pairs.add(new Expr.Pair(key, expression()));
        }
        tokens.expectOperator("}");
        return new Expr.Dict(pairs);
    }

    private Expr postfix(Expr expr) {
        Expr result = expr;
        while (true) {
            Token token = tokens.current();
            if (token.isOperator(".")) {
                result = attribute(result);
            } else if (token.isOperator("[")) {
                result = item(result);
            } else if (token.isOperator("(")) {
                result = new Expr.Call(result, arguments(), token.line());
            } else {
                return result;
            }
        }
    }

    private Expr attribute(Expr owner) {
        int line = tokens.next().line();
        Token name = tokens.next();
        return switch (name.type()) {
            case NAME -> new Expr.Attribute(owner, name.text(), line);
            case INTEGER -> new Expr.Item(owner, new Expr.Const(name.value()), line);
            default -> throw TemplateError.syntax("expected name or number", name.line());
        };
    }

    private Expr item(Expr owner) {
        int line = tokens.next().line();
        List<Expr> keys = new ArrayList<>();
        while (!tokens.current().isOperator("]")) {
            if (!keys.isEmpty()) {
                tokens.expectOperator(",");
            }
            keys.add(key());
        }
        tokens.expectOperator("]");
        return new Expr.Item(owner, keys.size() == 1 ? keys.getFirst() : new Expr.Tuple(keys), line);
    }

    private Expr key() {
        Expr start = null;
        if (!tokens.skipOperator(":")) {
            start = expression();
            if (!tokens.skipOperator(":")) {
                return start;
            }
        }
        Expr stop = sliceEnds() ? null : expression();
        Expr step = tokens.skipOperator(":") && !sliceEnds() ? expression() : null;
        return new Expr.SliceOf(start, stop, step);
    }

    private boolean sliceEnds() {
        Token token = tokens.current();
        return token.isOperator(":") || token.isOperator("]") || token.isOperator(",");
    }

    private Expr filtersAndTests(Expr expr) {
        Expr result = expr;
        while (true) {
            Token token = tokens.current();
            if (tokens.skipOperator("|")) {
                result = filter(result);
            } else if (token.isName("is")) {
                result = test(result);
            } else if (token.isOperator("(")) {
                result = new Expr.Call(result, arguments(), token.line());
            } else {
                return result;
            }
        }
    }

    /** Filters of a block's text, the first without a sign before it. */
    Expr.Filter blockFilters() {
        Expr.Filter filter = filter(null);
        while (tokens.skipOperator("|")) {
            filter = filter(filter);
        }
        return filter;
    }

    private Expr.Filter filter(@Nullable Expr value) {
        Token name = tokens.expect(TokenType.NAME);
        String dotted = dotted(name.text());
        Expr.Arguments arguments = tokens.current().isOperator("(") ? arguments() : Expr.Arguments.NONE;
        return new Expr.Filter(value, dotted, arguments, name.line());
    }

    private String dotted(String name) {
        StringBuilder dotted = new StringBuilder(name);
        while (tokens.skipOperator(".")) {
            dotted.append('.').append(tokens.expect(TokenType.NAME).text());
        }
        return dotted.toString();
    }

    private Expr test(Expr value) {
        int line = tokens.next().line();
        boolean negated = tokens.skipName("not");
        String name = dotted(tokens.expect(TokenType.NAME).text());
        Expr.Arguments arguments = Expr.Arguments.NONE;
        if (tokens.current().isOperator("(")) {
            arguments = arguments();
        } else if (startsArgument()) {
            if (tokens.current().isName("is")) {
                throw TemplateError.syntax(
                        "You cannot chain multiple tests with is",
                        tokens.current().line());
            }
            tokens.enter();
            arguments = new Expr.Arguments(List.of(postfix(primary(false))), List.of(), null, null);
            tokens.leave();
        }
        Expr test = new Expr.Test(value, name, arguments, line);
        return negated ? new Expr.Not(test) : test;
    }

    private boolean startsArgument() {
        Token token = tokens.current();
        return switch (token.type()) {
            case NAME -> !token.isName("else") && !token.isName("or") && !token.isName("and");
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            default -> false;
        };
    }

    private Expr.Arguments arguments() {
        int line = tokens.next().line();
        List<Expr> positional = new ArrayList<>();
        List<Expr.Keyword> named = new ArrayList<>();
        Expr allPositional = null;
        Expr allNamed = null;
        boolean first = true;
        while (!tokens.current().isOperator(")")) {
            if (!first) {
                tokens.expectOperator(",");
                if (tokens.current().isOperator(")")) {
                    break;
                }
            }
            first = false;
            if (tokens.skipOperator("*")) {
                check(allPositional == null && allNamed == null, line);
                allPositional = expression();
            } else if (tokens.skipOperator("**")) {
                check(allNamed == null, line);
                allNamed = expression();
            } else if (tokens.current().type() == TokenType.NAME
                    && tokens.ahead().isOperator("=")) {
                check(allNamed == null, line);
                String name = tokens.next().text();
                tokens.next();
                if (named.stream().anyMatch(keyword -> keyword.name().equals(name))) {
                    throw TemplateError.syntax("keyword argument repeated: " + name, line);
                }
                named.add(new Expr.Keyword(name, expression()));
            } else {
                check(allPositional == null && allNamed == null && named.isEmpty(), line);
                positional.add(expression());
            }
        }
        tokens.expectOperator(")");
        return new Expr.Arguments(positional, named, allPositional, allNamed);
    }

    private static void check(boolean valid, int line) {
        if (!valid) {
            throw TemplateError.syntax("invalid syntax for function call expression", line);
        }
    }
}
