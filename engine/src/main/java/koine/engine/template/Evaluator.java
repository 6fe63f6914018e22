package koine.engine.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs statements. Expressions are {@link Expressions}'. */
final class Evaluator {
    /** How a statement ended. */
    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    private final Rendering rendering;
    private final Budget budget;
    private final Globals globals;
    private final Expressions expressions;

    Evaluator(Rendering rendering, Globals globals) {
        this.rendering = rendering;
        this.budget = rendering.budget();
        this.globals = globals;
        this.expressions = new Expressions(rendering);
    }

    String render(List<Stmt> template, Symbols symbols) {
        Output out = new Output(budget);
        run(template, Scope.enter(symbols, null, globals, budget), out);
        return out.toString();
    }

    private Flow run(List<Stmt> body, Scope scope, Output out) {
        budget.enter();
        for (Stmt stmt : body) {
            Flow flow = run(stmt, scope, out);
            if (flow != Flow.ON) {
                budget.leave();
                return flow;
            }
        }
        budget.leave();
        return Flow.ON;
    }

    private Flow run(Stmt stmt, Scope scope, Output out) {
        budget.step();
        switch (stmt) {
            case Stmt.Data data -> out.add(data.text());
            case Stmt.Print print -> {
                rendering.at(print.line());
                out.add(Repr.str(expressions.eval(print.value(), scope), budget));
            }
            case Stmt.If conditional -> {
                return run(conditional, scope, out);
            }
            case Stmt.For loop -> {
                rendering.at(loop.line());
                if (loop.recursive()) {
                    Object items = expressions.eval(loop.items(), scope);
                    Output inner = new Output(budget);
                    loop(loop, items, 0, scope, inner);
                    out.add(inner.toString());
                } else {
                    loop(loop, expressions.eval(loop.items(), scope), 0, scope, out);
                }
            }
            case Stmt.Break _ -> {
                return Flow.BREAK;
            }
            case Stmt.Continue _ -> {
                return Flow.CONTINUE;
            }
            case Stmt.Set set -> {
                rendering.at(set.line());
                checkNamespaces(set.target(), scope);
                assign(set.target(), expressions.eval(set.value(), scope), scope);
            }
            case Stmt.SetBlock set -> {
                return run(set, scope);
            }
            case Stmt.Macro macro ->
                scope.set(macro.name(), macro(macro.name(), macro.signature(), macro.body(), macro.symbols(), scope));
            case Stmt.CallBlock call -> {
                rendering.at(call.line());
                Object caller = macro(null, call.signature(), call.body(), call.symbols(), scope);
                out.add(text(expressions.call(call.call(), scope, caller)));
            }
            case Stmt.FilterBlock filter -> {
                Scope inner = Scope.enter(filter.symbols(), scope, globals, budget);
                Output text = new Output(budget);
                Flow flow = run(filter.body(), inner, text);
                if (flow != Flow.ON) {
                    return flow;
                }
                rendering.at(filter.line());
                out.add(text(expressions.filterText(filter.filter(), text.toString(), inner)));
            }
            case Stmt.With with -> {
                Scope inner = Scope.enter(with.symbols(), scope, globals, budget);
                for (int i = 0; i < with.names().size(); i++) {
                    inner.set(
                            with.names().get(i), expressions.eval(with.values().get(i), scope));
                }
                return run(with.body(), inner, out);
            }
            case Stmt.Generation generation ->
                run(generation.body(), Scope.enter(generation.symbols(), scope, globals, budget), out);
        }
        return Flow.ON;
    }

    /** What a block's call or filter gives must be a text: unlike elsewhere nothing else is printed. */
    private static String text(Object value) {
        String text = Values.text(value);
        if (text == null) {
            throw TemplateError.type("sequence item 0: expected str instance, " + Values.typeName(value) + " found");
        }
        return text;
    }

    private Flow run(Stmt.If conditional, Scope scope, Output out) {
        for (Stmt.Branch branch : conditional.branches()) {
            if (Values.truthy(expressions.eval(branch.test(), scope), budget)) {
                return run(branch.body(), scope, out);
            }
        }
        return run(conditional.otherwise(), scope, out);
    }

    private Flow run(Stmt.SetBlock set, Scope scope) {
        Scope inner = Scope.enter(set.symbols(), scope, globals, budget);
        Output out = new Output(budget);
        Flow flow = run(set.body(), inner, out);
        if (flow == Flow.ON) {
            rendering.at(set.line());
            Object text = out.toString();
            if (set.filter() != null) {
                text = expressions.filterText(set.filter(), text, inner);
            }
            assign(set.target(), text, scope);
        }
        return flow;
    }

    private void loop(Stmt.For loop, Object items, int depth, Scope scope, Output out) {
        Object chosen = loop.test() == null ? items : new GeneratorValue(chosen(loop, loop.test(), items, scope));
        LoopValue state = new LoopValue(
                chosen,
                loop.recursive() ? (inner, innerDepth) -> recurse(loop, inner, innerDepth, scope) : null,
                depth,
                budget);
        boolean extended = loop.bodySymbols().specials().contains("loop");
        boolean ran = false;
        for (Object item = state.next(); item != null; item = state.next()) {
            budget.step();
            Scope inner = Scope.enter(loop.bodySymbols(), scope, globals, budget);
            assign(loop.target(), item, inner);
            if (extended) {
                inner.set("loop", state);
            }
            Flow flow = run(loop.body(), inner, out);
            // Jinja2 notes only at a round's end that there was one: those that ended early do not count.
            ran |= flow == Flow.ON;
            if (flow == Flow.BREAK) {
                break;
            }
        }
        if (!ran && !loop.otherwise().isEmpty()) {
            run(loop.otherwise(), Scope.enter(loop.otherwiseSymbols(), scope, globals, budget), out);
        }
    }

    private String recurse(Stmt.For loop, Object items, int depth, Scope scope) {
        budget.enter();
        Output out = new Output(budget);
        loop(loop, items, depth, scope, out);
        budget.leave();
        return out.toString();
    }

    private Iterator<Object> chosen(Stmt.For loop, Expr test, Object items, Scope scope) {
        Iterator<Object> all = Values.iterate(items);
        Scope inner = Scope.enter(loop.testSymbols(), scope, globals, budget);
        return new LazyIterator(budget) {
            @Override
            @Nullable
            Object find() {
                while (all.hasNext()) {
                    Object item = all.next();
                    assign(loop.target(), item, inner);
                    if (Values.truthy(expressions.eval(test, inner), budget)) {
                        return item;
                    }
                }
                return null;
            }
        };
    }

    private MacroValue macro(
            @Nullable String name, Stmt.Signature signature, List<Stmt> body, Symbols symbols, Scope scope) {
        budget.object();
        List<String> parameters = signature.parameters();
        int required = parameters.size() - signature.defaults().size();
        return new MacroValue(name, parameters, symbols.specials(), given -> {
            budget.enter();
            Scope inner = Scope.enter(symbols, scope, globals, budget);
            for (Map.Entry<String, Object> parameter : given.entrySet()) {
                inner.set(parameter.getKey(), parameter.getValue());
            }
            for (int i = 0; i < parameters.size(); i++) {
                String parameter = parameters.get(i);
                if (inner.isMissing(parameter)) {
                    inner.set(
                            parameter,
                            i < required
                                    ? Undefined.hint("parameter " + Repr.quoted(parameter) + " was not provided")
                                    : expressions.eval(signature.defaults().get(i - required), inner));
                }
            }
            Output out = new Output(budget);
            run(body, inner, out);
            budget.leave();
            return out.toString();
        });
    }

    private void checkNamespaces(Target target, Scope scope) {
        switch (target) {
            case Target.Variable _ -> {}
            case Target.NamespaceAttribute attribute -> namespace(attribute, scope);
            case Target.Unpacked unpacked -> unpacked.items().forEach(item -> checkNamespaces(item, scope));
        }
    }

    private static NamespaceValue namespace(Target.NamespaceAttribute attribute, Scope scope) {
        if (scope.get(attribute.namespace()) instanceof NamespaceValue namespace) {
            return namespace;
        }
        throw TemplateError.of("TemplateRuntimeError", "cannot assign attribute on non-namespace object");
    }

    private void assign(Target target, Object value, Scope scope) {
        switch (target) {
            case Target.Variable variable -> scope.set(variable.name(), value);
            case Target.NamespaceAttribute attribute -> {
                DictValue attributes = namespace(attribute, scope).attributes();
                if (!attributes.contains(attribute.name())) {
                    budget.dict(1);
                }
                attributes.put(attribute.name(), value);
            }
            case Target.Unpacked unpacked -> unpack(unpacked.items(), value, scope);
        }
    }

    private void unpack(List<Target> targets, Object value, Scope scope) {
        if (!Values.isIterable(value)) {
            throw TemplateError.type("cannot unpack non-iterable " + Values.typeName(value) + " object");
        }
        List<Object> items = new ArrayList<>();
        Iterator<Object> all = Values.iterate(value);
        while (all.hasNext()) {
            if (items.size() == targets.size()) {
                throw TemplateError.value("too many values to unpack (expected " + targets.size() + ")");
            }
            items.add(all.next());
        }
        if (items.size() < targets.size()) {
            throw TemplateError.value(
                    "not enough values to unpack (expected " + targets.size() + ", got " + items.size() + ")");
        }
        for (int i = 0; i < targets.size(); i++) {
            assign(targets.get(i), items.get(i), scope);
        }
    }
}
