package koine.engine.template;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Walks expressions, and refuses those so deep that evaluating them could overflow the stack. */
final class ExprTree {
    private static final int MAX_DEPTH = 300;
    private int depth;
    /** The last that was seen; not every node knows its own. */
    private int line;

    /** Visits the expression and all within it, each before its parts. */
    void walk(Expr expr, Consumer<Expr> visitor) {
        if (++depth > MAX_DEPTH) {
            throw TemplateError.limit("an expression nests deeper than " + MAX_DEPTH + " levels", line);
        }
        line = Math.max(line, line(expr));
        visitor.accept(expr);
        for (Expr child : children(expr)) {
            walk(child, visitor);
        }
        depth--;
    }

    static List<Expr> children(Expr expr) {
        List<Expr> children = new ArrayList<>();
        switch (expr) {
            case Expr.Const _, Expr.Name _, Expr.NamespaceName _ -> {}
            case Expr.Tuple tuple -> children.addAll(tuple.items());
            case Expr.ListOf list -> children.addAll(list.items());
            case Expr.Dict dict -> {
                for (Expr.Pair pair : dict.pairs()) {
                    children.add(pair.key());
                    children.add(pair.value());
                }
            }
            case Expr.Unary unary -> children.add(unary.operand());
            case Expr.Not not -> children.add(not.operand());
            case Expr.Binary binary -> add(children, binary.left(), binary.right());
            case Expr.And and -> add(children, and.left(), and.right());
            case Expr.Or or -> add(children, or.left(), or.right());
            case Expr.Concat concat -> children.addAll(concat.parts());
            case Expr.Compare compare -> {
                children.add(compare.first());
                for (Expr.Operand operand : compare.operands()) {
                    children.add(operand.expr());
                }
            }
            case Expr.Attribute attribute -> children.add(attribute.owner());
            case Expr.Item item -> add(children, item.owner(), item.key());
            case Expr.SliceOf slice -> add(children, slice.start(), slice.stop(), slice.step());
            case Expr.Call call -> {
                children.add(call.function());
                addArguments(children, call.arguments());
            }
            case Expr.Filter filter -> {
                add(children, filter.value());
                addArguments(children, filter.arguments());
            }
            case Expr.Test test -> {
                children.add(test.value());
                addArguments(children, test.arguments());
            }
            case Expr.Conditional conditional ->
                add(children, conditional.test(), conditional.then(), conditional.otherwise());
        }
        return children;
    }

    private static void addArguments(List<Expr> children, Expr.Arguments arguments) {
        children.addAll(arguments.positional());
        for (Expr.Keyword keyword : arguments.named()) {
            children.add(keyword.value());
        }
        add(children, arguments.allPositional(), arguments.allNamed());
    }

    private static void add(List<Expr> children, @Nullable Expr... exprs) {
        for (Expr expr : exprs) {
            if (expr != null) {
                children.add(expr);
            }
        }
    }

    private static int line(Expr expr) {
        return switch (expr) {
            case Expr.Name name -> name.line();
            case Expr.Binary binary -> binary.line();
            case Expr.Attribute attribute -> attribute.line();
            case Expr.Item item -> item.line();
            case Expr.Call call -> call.line();
            case Expr.Filter filter -> filter.line();
            case Expr.Test test -> test.line();
            default -> 0;
        };
    }
}
