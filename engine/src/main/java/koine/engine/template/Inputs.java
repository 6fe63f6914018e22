package koine.engine.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns what the caller gives into the template's values. */
final class Inputs {
    private final Budget budget;

    Inputs(Budget budget) {
        this.budget = budget;
    }

    Object value(@Nullable Object given) {
        budget.enter();
        Object value = switch (given) {
            case null -> None.NONE;
            case String text -> {
                budget.inputOf(text.length());
                yield text;
            }
            case Boolean b -> b;
            case Number number -> number(number);
            case List<?> list -> {
                List<Object> items = new ArrayList<>(list.size());
                for (Object item : list) {
                    items.add(value(item));
                }
                budget.inputOf(items.size());
                yield new ListValue(items);
            }
            case Map<?, ?> map -> {
                DictValue dict = new DictValue(budget);
                map.forEach((key, item) -> dict.put(value(key), value(item)));
                budget.inputOf(dict.size());
                yield dict;
            }
            default ->
                throw TemplateError.unsupported(
                        "a variable of type " + given.getClass().getName());
        };
        budget.leave();
        return value;
    }

    private static Object number(Number number) {
        return switch (number) {
            case Long l -> l;
            case Integer _, Short _, Byte _ -> number.longValue();
            case BigInteger i -> Numbers.normal(i);
            case Double d -> d;
            case Float f -> f.doubleValue();
            // JSON libraries keep numbers as they were written until asked.
            default -> {
                String text = number.toString();
                if (text.chars().allMatch(c -> c == '-' || Character.isDigit(c))
                        && text.length() <= Numbers.MAX_DIGITS) {
                    yield Numbers.normal(new BigDecimal(text).toBigInteger());
                }
                yield number.doubleValue();
            }
        };
    }
}
