package koine.engine.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Fills the {@link Symbols} of a parsed template as Jinja2's compiler does, and finds unknown filters and tests. */
final class Scoping {
    private static final long MAX_COPIED = 5_000_000;
    private static final Set<String> MACRO_SPECIALS = Set.of("caller", "kwargs", "varargs");
    private final ExprTree tree = new ExprTree();
    private int loops;
    /** Names copied for the branches of conditions: the one thing here that is not linear. */
    private long copied;

    private Scoping() {}

    /** @return the names of the template's outermost scope */
    static Symbols resolve(List<Stmt> template) {
        Scoping scoping = new Scoping();
        Symbols root = new Symbols();
        scoping.collect(template, root);
        scoping.descend(template, root, false);
        return root;
    }

    // The names that a scope's own statements read and set, without its inner scopes.

    private void collect(List<Stmt> body, Symbols symbols) {
        for (Stmt stmt : body) {
            collect(stmt, symbols);
        }
    }

    private void collect(Stmt stmt, Symbols symbols) {
        switch (stmt) {
            case Stmt.Data _, Stmt.Break _, Stmt.Continue _, Stmt.Generation _ -> {}
            case Stmt.Print print -> loads(print.value(), symbols);
            case Stmt.If conditional -> collect(conditional, symbols);
            case Stmt.For loop -> loads(loop.items(), symbols);
            case Stmt.Set set -> {
                loads(set.value(), symbols);
                stores(set.target(), symbols);
            }
            case Stmt.SetBlock set -> stores(set.target(), symbols);
            case Stmt.Macro macro -> symbols.store(macro.name());
            case Stmt.CallBlock call -> loads(call.call(), symbols);
            case Stmt.FilterBlock filter -> loads(filter.filter(), symbols);
            case Stmt.With with -> with.values().forEach(value -> loads(value, symbols));
        }
    }

    private void collect(Stmt.If conditional, Symbols symbols) {
        Stmt.Branch first = conditional.branches().getFirst();
        List<Symbols> branches = new ArrayList<>();
        loads(first.test(), symbols);
        copied += 3L * symbols.starts().size();
        if (copied > MAX_COPIED) {
            throw TemplateError.limit("the template has too many conditions and variables");
        }
        Symbols then = symbols.branch();
        collect(first.body(), then);
        branches.add(then);
        Symbols alternatives = symbols.branch();
        for (Stmt.Branch branch :
                conditional.branches().subList(1, conditional.branches().size())) {
            collect(new Stmt.If(List.of(branch), List.of()), alternatives);
        }
        branches.add(alternatives);
        Symbols otherwise = symbols.branch();
        collect(conditional.otherwise(), otherwise);
        branches.add(otherwise);
        symbols.join(branches);
    }

    private void loads(Expr expr, Symbols symbols) {
        tree.walk(expr, part -> {
            if (part instanceof Expr.Name name) {
                symbols.load(name.name());
                if (name.name().equals("self") && symbols.isFree("self")) {
                    throw TemplateError.unsupported("the variable 'self'", name.line());
                }
            }
        });
    }

    private static void stores(Target target, Symbols symbols) {
        switch (target) {
            case Target.Variable variable -> symbols.store(variable.name());
            case Target.NamespaceAttribute attribute -> symbols.load(attribute.namespace());
            case Target.Unpacked unpacked -> unpacked.items().forEach(item -> stores(item, symbols));
        }
    }

    private static void parameters(Target target, Symbols symbols) {
        switch (target) {
            case Target.Variable variable -> symbols.parameter(variable.name());
            case Target.NamespaceAttribute attribute -> symbols.load(attribute.namespace());
            case Target.Unpacked unpacked -> unpacked.items().forEach(item -> parameters(item, symbols));
        }
    }

    // The inner scopes.

    /** @param lenient inside a condition, where an unknown filter fails only when it is reached */
    private void descend(List<Stmt> body, Symbols scope, boolean lenient) {
        for (Stmt stmt : body) {
            descend(stmt, scope, lenient);
        }
    }

    private void descend(Stmt stmt, Symbols scope, boolean lenient) {
        switch (stmt) {
            case Stmt.Data _, Stmt.Break _, Stmt.Continue _ -> {}
            case Stmt.Print print -> check(print.value(), lenient);
            case Stmt.If conditional -> {
                for (Stmt.Branch branch : conditional.branches()) {
                    check(branch.test(), true);
                    descend(branch.body(), scope, true);
                }
                descend(conditional.otherwise(), scope, true);
            }
            case Stmt.For loop -> descend(loop, scope, lenient);
            case Stmt.Set set -> {
                checkTarget(set.target());
                check(set.value(), lenient);
            }
            case Stmt.SetBlock set -> {
                checkTarget(set.target());
                Symbols inner = set.symbols().within(scope);
                collect(set.body(), inner);
                if (set.filter() != null) {
                    loads(set.filter(), inner);
                    check(set.filter(), false);
                }
                descend(set.body(), inner, false);
            }
            case Stmt.Macro macro ->
                macro(macro.signature(), macro.body(), macro.symbols().within(scope), macro.line());
            case Stmt.CallBlock call -> {
                check(call.call(), lenient);
                macro(call.signature(), call.body(), call.symbols().within(scope), call.line());
            }
            case Stmt.FilterBlock filter -> {
                Symbols inner = filter.symbols().within(scope);
                collect(filter.body(), inner);
                loads(filter.filter(), inner);
                check(filter.filter(), false);
                descend(filter.body(), inner, false);
            }
            case Stmt.With with -> {
                with.values().forEach(value -> check(value, lenient));
                Symbols inner = with.symbols().within(scope);
                with.names().forEach(inner::parameter);
                collect(with.body(), inner);
                descend(with.body(), inner, false);
            }
            case Stmt.Generation generation -> {
                Symbols inner = generation.symbols().within(scope);
                collect(generation.body(), inner);
                descend(generation.body(), inner, false);
            }
        }
    }

    private void descend(Stmt.For loop, Symbols scope, boolean lenient) {
        check(loop.items(), lenient);
        loops++;
        checkTarget(loop.target());
        Symbols inner = loop.bodySymbols().within(scope);
        if (loop.recursive() || !Undeclared.in(loop.body(), Set.of("loop")).isEmpty()) {
            inner.special("loop");
        }
        parameters(loop.target(), inner);
        collect(loop.body(), inner);
        if (loop.test() != null) {
            Symbols test = loop.testSymbols().within(scope);
            parameters(loop.target(), test);
            loads(loop.test(), test);
            check(loop.test(), false);
        }
        descend(loop.body(), inner, false);
        Symbols otherwise = loop.otherwiseSymbols().within(scope);
        collect(loop.otherwise(), otherwise);
        descend(loop.otherwise(), otherwise, false);
        loops--;
    }

    private void macro(Stmt.Signature signature, List<Stmt> body, Symbols inner, int line) {
        signature.parameters().forEach(inner::parameter);
        signature.defaults().forEach(value -> loads(value, inner));
        collect(body, inner);
        Set<String> undeclared = Undeclared.in(body, MACRO_SPECIALS);
        List<String> parameters = signature.parameters();
        int withoutDefault = parameters.size() - signature.defaults().size();
        if (undeclared.contains("caller")
                && parameters.subList(0, withoutDefault).contains("caller")) {
            throw TemplateError.assertion(
                    "When defining macros or call blocks the special \"caller\" argument must be omitted or be given a"
                            + " default.",
                    line);
        }
        for (String special : undeclared) {
            if (!parameters.contains(special)) {
                inner.special(special);
            }
        }
        signature.defaults().forEach(value -> check(value, false));
        descend(body, inner, false);
    }

    private void checkTarget(Target target) {
        switch (target) {
            case Target.Variable variable -> {
                if (loops > 0 && variable.name().equals("loop")) {
                    throw TemplateError.assertion(
                            "Can't assign to special loop variable in for-loop target", variable.line());
                }
            }
            case Target.NamespaceAttribute _ -> {}
            case Target.Unpacked unpacked -> unpacked.items().forEach(this::checkTarget);
        }
    }

    private static void check(Expr expr, boolean lenient) {
        if (expr instanceof Expr.Filter filter) {
            Filters.check(filter.name(), filter.line(), lenient);
        } else if (expr instanceof Expr.Test test) {
            ValueTests.check(test.name(), test.line(), lenient);
        }
        boolean within = lenient || expr instanceof Expr.Conditional;
        for (Expr child : ExprTree.children(expr)) {
            check(child, within);
        }
    }
}
