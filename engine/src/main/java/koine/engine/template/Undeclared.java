package koine.engine.template;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds which of some special names a body reads before it sets them, in nested loops and macros too. */
final class Undeclared {
    private final ExprTree tree = new ExprTree();
    private final Set<String> wanted;
    private final Set<String> found = new HashSet<>();

    private Undeclared(Set<String> wanted) {
        this.wanted = new HashSet<>(wanted);
    }

    static Set<String> in(List<Stmt> body, Set<String> names) {
        Undeclared undeclared = new Undeclared(names);
        undeclared.visit(body);
        return undeclared.found;
    }

    private void visit(List<Stmt> body) {
        for (Stmt stmt : body) {
            visit(stmt);
        }
    }

    private void visit(Stmt stmt) {
        switch (stmt) {
            case Stmt.Data _, Stmt.Break _, Stmt.Continue _ -> {}
            case Stmt.Print print -> visit(print.value());
            case Stmt.If conditional -> {
                for (Stmt.Branch branch : conditional.branches()) {
                    visit(branch.test());
                    visit(branch.body());
                }
                visit(conditional.otherwise());
            }
            case Stmt.For loop -> {
                visit(loop.target());
                visit(loop.items());
                visit(loop.body());
                visit(loop.otherwise());
                if (loop.test() != null) {
                    visit(loop.test());
                }
            }
            case Stmt.Set set -> {
                visit(set.target());
                visit(set.value());
            }
            case Stmt.SetBlock set -> {
                visit(set.target());
                if (set.filter() != null) {
                    visit(set.filter());
                }
                visit(set.body());
            }
            case Stmt.Macro macro -> {
                visit(macro.signature());
                visit(macro.body());
            }
            case Stmt.CallBlock call -> {
                visit(call.call());
                visit(call.signature());
                visit(call.body());
            }
            case Stmt.FilterBlock filter -> {
                visit(filter.body());
                visit(filter.filter());
            }
            case Stmt.With with -> {
                wanted.removeAll(with.names());
                with.values().forEach(this::visit);
                visit(with.body());
            }
            case Stmt.Generation generation -> visit(generation.body());
        }
    }

    private void visit(Stmt.Signature signature) {
        signature.parameters().forEach(wanted::remove);
        signature.defaults().forEach(this::visit);
    }

    private void visit(Target target) {
        switch (target) {
            case Target.Variable variable -> wanted.remove(variable.name());
            case Target.NamespaceAttribute _ -> {}
            case Target.Unpacked unpacked -> unpacked.items().forEach(this::visit);
        }
    }

    private void visit(Expr expr) {
        tree.walk(expr, part -> {
            if (part instanceof Expr.Name name && wanted.contains(name.name())) {
                found.add(name.name());
            }
        });
    }
}
