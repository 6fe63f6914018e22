package koine.engine.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluates expressions. */
final class Expressions {
    private final Rendering rendering;
    private final Budget budget;
    private final Filters filters;
    private final ValueTests tests;

    Expressions(Rendering rendering) {
        this.rendering = rendering;
        this.budget = rendering.budget();
        this.tests = new ValueTests(rendering);
        this.filters = new Filters(rendering, tests);
    }

    Object eval(Expr expr, Scope scope) {
        budget.step();
        budget.enter();
        Object value = value(expr, scope);
        budget.leave();
        return value;
    }

    private Object value(Expr expr, Scope scope) {
        return switch (expr) {
            case Expr.Const constant -> constant.value();
            case Expr.Name name -> {
                budget.scan(scope.depth());
                yield scope.get(name.name());
            }
            case Expr.Tuple tuple -> new TupleValue(all(tuple.items(), scope));
            case Expr.ListOf list -> new ListValue(all(list.items(), scope));
            case Expr.Dict dict -> dict(dict, scope);
            case Expr.Unary unary -> {
                Object operand = eval(unary.operand(), scope);
                rendering.at(unary.line());
                yield rendering.operators().unary(unary.sign(), operand);
            }
            case Expr.Not not -> !truthy(not.operand(), scope);
            case Expr.Binary binary -> {
                Object left = eval(binary.left(), scope);
                Object right = eval(binary.right(), scope);
                rendering.at(binary.line());
                yield rendering.operators().binary(binary.sign(), left, right);
            }
            case Expr.And and -> {
                Object left = eval(and.left(), scope);
                yield Values.truthy(left, budget) ? eval(and.right(), scope) : left;
            }
            case Expr.Or or -> {
                Object left = eval(or.left(), scope);
                yield Values.truthy(left, budget) ? left : eval(or.right(), scope);
            }
            case Expr.Concat concat -> concat(concat, scope);
            case Expr.Compare compare -> compare(compare, scope);
            case Expr.Attribute attribute -> {
                Object owner = eval(attribute.owner(), scope);
                rendering.at(attribute.line());
                yield Attributes.attribute(owner, attribute.name(), rendering);
            }
            case Expr.Item item -> {
                Object owner = eval(item.owner(), scope);
                Object key = eval(item.key(), scope);
                rendering.at(item.line());
                yield key instanceof Slice slice && item.key() instanceof Expr.SliceOf
                        ? slice.of(owner, budget)
                        : Attributes.item(owner, key, rendering);
            }
            case Expr.SliceOf slice ->
                new Slice(bound(slice.start(), scope), bound(slice.stop(), scope), bound(slice.step(), scope));
            case Expr.Call call -> call(call, scope, null);
            case Expr.Filter filter -> filter(filter, scope);
            case Expr.Test test -> {
                Object value = eval(test.value(), scope);
                CallArguments arguments = arguments(test.arguments(), scope);
                rendering.at(test.line());
                yield tests.test(test.name(), value, arguments);
            }
            case Expr.Conditional conditional -> {
                if (truthy(conditional.test(), scope)) {
                    yield eval(conditional.then(), scope);
                }
                yield conditional.otherwise() != null
                        ? eval(conditional.otherwise(), scope)
                        : Undefined.hint("the inline if-expression on line " + conditional.line()
                                + " evaluated to false and no else section was defined.");
            }
            case Expr.NamespaceName name -> throw new IllegalStateException("only a target: " + name);
        };
    }

    private boolean truthy(Expr expr, Scope scope) {
        return Values.truthy(eval(expr, scope), budget);
    }

    private Object bound(@Nullable Expr expr, Scope scope) {
        return expr == null ? None.NONE : eval(expr, scope);
    }

    private List<Object> all(List<Expr> exprs, Scope scope) {
        budget.list(exprs.size());
        List<Object> values = new ArrayList<>(exprs.size());
        for (Expr expr : exprs) {
            values.add(eval(expr, scope));
        }
        return values;
    }

    private DictValue dict(Expr.Dict dict, Scope scope) {
        budget.dict(dict.pairs().size());
        DictValue values = new DictValue(budget);
        for (Expr.Pair pair : dict.pairs()) {
            Object key = eval(pair.key(), scope);
            values.put(key, eval(pair.value(), scope));
        }
        return values;
    }

    private String concat(Expr.Concat concat, Scope scope) {
        List<String> parts = new ArrayList<>();
        long length = 0;
        for (Object part : all(concat.parts(), scope)) {
            String text = Repr.str(part, budget);
            length += text.length();
            parts.add(text);
        }
        budget.text(length);
        return String.join("", parts);
    }

    private boolean compare(Expr.Compare compare, Scope scope) {
        Object left = eval(compare.first(), scope);
        for (Expr.Operand operand : compare.operands()) {
            Object right = eval(operand.expr(), scope);
            rendering.at(compare.line());
            if (!rendering.operators().compare(operand.sign(), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    /** @param caller what the called macro can call back, or null */
    Object call(Expr.Call call, Scope scope, @Nullable Object caller) {
        Object function = eval(call.function(), scope);
        CallArguments arguments = arguments(call.arguments(), scope);
        rendering.at(call.line());
        if (caller != null) {
            if (arguments.named().containsKey("caller")) {
                throw TemplateError.type("got multiple values for keyword argument 'caller'");
            }
            arguments = arguments.with("caller", caller);
        }
        return rendering.call(function, arguments);
    }

    private CallArguments arguments(Expr.Arguments arguments, Scope scope) {
        if (arguments.isEmpty()) {
            return CallArguments.EMPTY;
        }
        List<Object> positional = all(arguments.positional(), scope);
        Map<String, Object> named = new LinkedHashMap<>();
        for (Expr.Keyword keyword : arguments.named()) {
            named.put(keyword.name(), eval(keyword.value(), scope));
        }
        if (arguments.allPositional() != null) {
            positional.addAll(Values.toList(eval(arguments.allPositional(), scope), budget));
        }
        if (arguments.allNamed() != null) {
            spread(eval(arguments.allNamed(), scope), named);
        }
        return new CallArguments(positional, named);
    }

    private void spread(Object value, Map<String, Object> named) {
        if (!(value instanceof DictValue dict)) {
            throw TemplateError.type("argument after ** must be a mapping, not " + Values.typeName(value));
        }
        budget.dict(dict.size());
        for (DictValue.Entry entry : dict.entries()) {
            String name = Values.text(entry.key());
            if (name == null) {
                throw TemplateError.type("keywords must be strings");
            }
            if (named.put(name, entry.value()) != null) {
                throw TemplateError.type("got multiple values for keyword argument " + Repr.quoted(name));
            }
        }
    }

    private Object filter(Expr.Filter filter, Scope scope) {
        if (filter.value() == null) {
            throw new IllegalStateException("a filter of a block needs the block's text");
        }
        return apply(filter, eval(filter.value(), scope), scope);
    }

    /** The filters of a block, applied to its text. */
    Object filterText(Expr.Filter filter, Object text, Scope scope) {
        Object value = filter.value() instanceof Expr.Filter inner ? filterText(inner, text, scope) : text;
        return apply(filter, value, scope);
    }

    private Object apply(Expr.Filter filter, Object value, Scope scope) {
        CallArguments arguments = arguments(filter.arguments(), scope);
        rendering.at(filter.line());
        return filters.apply(filter.name(), value, arguments);
    }
}
