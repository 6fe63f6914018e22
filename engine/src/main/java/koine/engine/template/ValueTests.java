package koine.engine.template;

import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/** What can stand after {@code is}. */
final class ValueTests {
    private static final Set<String> NAMES = Set.of(
            "odd",
            "even",
            "divisibleby",
            "defined",
            "undefined",
            "filter",
            "test",
            "none",
            "boolean",
            "false",
            "true",
            "integer",
            "float",
            "lower",
            "upper",
            "string",
            "mapping",
            "number",
            "sequence",
            "iterable",
            "callable",
            "sameas",
            "escaped",
            "in",
            "==",
            "eq",
            "equalto",
            "!=",
            "ne",
            ">",
            "gt",
            "greaterthan",
            "ge",
            ">=",
            "<",
            "lt",
            "lessthan",
            "<=",
            "le");
    private static final Signature ALONE = Signature.of("test", "value");
    private static final Signature WITH_OTHER = Signature.of("test", "value", "other");

    private final Rendering rendering;
    private final Budget budget;

    ValueTests(Rendering rendering) {
        this.rendering = rendering;
        this.budget = rendering.budget();
    }

    static Set<String> names() {
        return NAMES;
    }

    /** @param lenient inside a condition, where only reaching it is an error */
    static void check(String name, int line, boolean lenient) {
        if (!lenient && !NAMES.contains(name)) {
            throw TemplateError.assertion("No test named " + Repr.quoted(name) + ".", line);
        }
    }

    boolean test(String name, Object value, CallArguments arguments) {
        return switch (name) {
            case "divisibleby",
                    "sameas",
                    "in",
                    "==",
                    "eq",
                    "equalto",
                    "!=",
                    "ne",
                    ">",
                    "gt",
                    "greaterthan",
                    "ge",
                    ">=",
                    "<",
                    "lt",
                    "lessthan",
                    "<=",
                    "le" -> {
                Object other = WITH_OTHER.bind(arguments.withFirst(value)).get(1);
                yield compare(name, value, other);
            }
            default -> {
                ALONE.bind(arguments.withFirst(value));
                yield alone(name, value);
            }
        };
    }

    private boolean compare(String name, Object value, Object other) {
        return switch (name) {
            case "divisibleby" -> isZero(rendering.operators().binary("%", value, other));
            case "sameas" -> isSame(value, other);
            case "in" -> rendering.operators().compare("in", value, other);
            case "==", "eq", "equalto" -> rendering.operators().compare("==", value, other);
            case "!=", "ne" -> rendering.operators().compare("!=", value, other);
            case ">", "gt", "greaterthan" -> rendering.operators().compare(">", value, other);
            case ">=", "ge" -> rendering.operators().compare(">=", value, other);
            case "<", "lt", "lessthan" -> rendering.operators().compare("<", value, other);
            default -> rendering.operators().compare("<=", value, other);
        };
    }

    @SuppressWarnings("ReferenceEquality") // identity is what is asked for
    private static boolean isSame(Object value, Object other) {
        return switch (value) {
            case Boolean b -> b.equals(other);
            case None none -> none == other;
            // Whether equal numbers and texts are one object is chance in Python.
            case String _, Long _, Double _, Markup _ -> value.equals(other);
            default -> value == other;
        };
    }

    private boolean isZero(Object number) {
        return Values.equal(number, 0L, budget);
    }

    private boolean alone(String name, Object value) {
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == None.NONE;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "boolean" -> value instanceof Boolean;
            case "integer" -> Numbers.isWhole(value) && !(value instanceof Boolean);
            case "float" -> value instanceof Double;
            case "number" -> Numbers.isNumber(value);
            case "string" -> Values.text(value) != null;
            case "mapping" -> value instanceof DictValue;
            case "iterable" -> Values.isIterable(value);
            case "sequence" ->
                switch (value) {
                    case DictView _, LoopValue _ -> false;
                    default -> Values.hasLength(value, budget);
                };
            case "callable" -> value instanceof Callable || value instanceof Undefined;
            case "escaped" -> value instanceof Markup;
            case "odd" -> isOdd(value);
            case "even" -> isZero(rendering.operators().binary("%", value, 2L));
            case "lower" ->
                StringMethods.call(Repr.str(value, budget), "islower", rendering)
                        .equals(true);
            case "upper" ->
                StringMethods.call(Repr.str(value, budget), "isupper", rendering)
                        .equals(true);
            case "filter" -> Filters.names().contains(Objects.requireNonNullElse(Values.text(value), ""));
            case "test" -> NAMES.contains(Objects.requireNonNullElse(Values.text(value), ""));
            default ->
                throw TemplateError.of(
                        "TemplateRuntimeError",
                        String.format(Locale.ROOT, "No test named %s found.", Repr.quoted(name)));
        };
    }

    /** Half numbers leave a rest that is not 1. */
    private boolean isOdd(Object value) {
        return Values.equal(rendering.operators().binary("%", value, 2L), 1L, budget);
    }
}
