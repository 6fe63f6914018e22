package koine.engine.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement. Those with a body of their own names carry its {@link Symbols}, filled after parsing. */
sealed interface Stmt {
    record Data(String text) implements Stmt {}

    record Print(Expr value, int line) implements Stmt {}

    record If(List<Branch> branches, List<Stmt> otherwise) implements Stmt {}

    record Branch(Expr test, List<Stmt> body) {}

    record For(
            Target target,
            Expr items,
            @Nullable Expr test,
            boolean recursive,
            List<Stmt> body,
            List<Stmt> otherwise,
            int line,
            Symbols bodySymbols,
            Symbols testSymbols,
            Symbols otherwiseSymbols)
            implements Stmt {}

    record Break(int line) implements Stmt {}

    record Continue(int line) implements Stmt {}

    record Set(Target target, Expr value, int line) implements Stmt {}

    record SetBlock(Target target, Expr.@Nullable Filter filter, List<Stmt> body, int line, Symbols symbols)
            implements Stmt {}

    record Macro(String name, Signature signature, List<Stmt> body, int line, Symbols symbols) implements Stmt {}

    /** Parameters of a macro; the defaults belong to the last of them. */
    record Signature(List<String> parameters, List<Expr> defaults) {}

    record CallBlock(Signature signature, Expr.Call call, List<Stmt> body, int line, Symbols symbols) implements Stmt {}

    record FilterBlock(Expr.Filter filter, List<Stmt> body, int line, Symbols symbols) implements Stmt {}

    record With(List<String> names, List<Expr> values, List<Stmt> body, Symbols symbols) implements Stmt {}

    /** {@code generation}, with which Hugging Face marks the model's own words; it prints its body. */
    record Generation(List<Stmt> body, Symbols symbols) implements Stmt {}
}
