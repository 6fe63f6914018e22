package koine.engine.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression. */
sealed interface Expr {
    record Const(Object value) implements Expr {}

    record Name(String name, int line) implements Expr {}

    record Tuple(List<Expr> items) implements Expr {}

    record ListOf(List<Expr> items) implements Expr {}

    record Dict(List<Pair> pairs) implements Expr {}

    record Pair(Expr key, Expr value) {}

    record Unary(String sign, Expr operand, int line) implements Expr {}

    record Not(Expr operand) implements Expr {}

    record Binary(String sign, Expr left, Expr right, int line) implements Expr {}

    record And(Expr left, Expr right) implements Expr {}

    record Or(Expr left, Expr right) implements Expr {}

    record Concat(List<Expr> parts) implements Expr {}

    /** {@code a < b <= c}. */
    record Compare(Expr first, List<Operand> operands, int line) implements Expr {}

    record Operand(String sign, Expr expr) {}

    record Attribute(Expr owner, String name, int line) implements Expr {}

    record Item(Expr owner, Expr key, int line) implements Expr {}

    /** Only as the key of an {@link Item}. */
    record SliceOf(
            @Nullable Expr start,
            @Nullable Expr stop,
            @Nullable Expr step) implements Expr {}

    record Call(Expr function, Arguments arguments, int line) implements Expr {}

    /** @param value null in a filter block: the block's text */
    record Filter(@Nullable Expr value, String name, Arguments arguments, int line) implements Expr {}

    record Test(Expr value, String name, Arguments arguments, int line) implements Expr {}

    record Conditional(Expr test, Expr then, @Nullable Expr otherwise, int line) implements Expr {}

    /** {@code namespace.name}, only as a target of {@code set}. */
    record NamespaceName(String namespace, String name, int line) implements Expr {}

    record Arguments(
            List<Expr> positional,
            List<Keyword> named,
            @Nullable Expr allPositional,
            @Nullable Expr allNamed) {
        static final Arguments NONE = new Arguments(List.of(), List.of(), null, null);

        boolean isEmpty() {
            return positional.isEmpty() && named.isEmpty() && allPositional == null && allNamed == null;
        }
    }

    record Keyword(String name, Expr value) {}
}
