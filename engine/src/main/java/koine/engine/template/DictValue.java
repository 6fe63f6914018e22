package koine.engine.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's {@code dict} in insertion order; filled once, then unchanged, as the sandbox has it. */
final class DictValue {
    record Entry(Object key, Object value) {
        TupleValue pair() {
            return TupleValue.of(key, value);
        }
    }

    private static final Object ANY_UNDEFINED = new Object();
    private final Map<Object, Entry> entries = new LinkedHashMap<>();
    private final Budget budget;

    DictValue(Budget budget) {
        this.budget = budget;
    }

    /** The value of a key that is there is replaced, its place and first form stay. */
    void put(Object key, Object value) {
        entries.merge(hashable(key, budget), new Entry(key, value), (old, fresh) -> new Entry(old.key, fresh.value));
    }

    @Nullable
    Object get(Object key) {
        Entry entry = entries.get(hashable(key, budget));
        return entry == null ? null : entry.value;
    }

    boolean contains(Object key) {
        return entries.containsKey(hashable(key, budget));
    }

    int size() {
        return entries.size();
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    Iterator<Object> keys() {
        return entries.values().stream().map(Entry::key).iterator();
    }

    Iterator<Object> values() {
        return entries.values().stream().map(Entry::value).iterator();
    }

    Iterator<Object> pairs() {
        return entries.values().stream().<Object>map(Entry::pair).iterator();
    }

    /**
     * A Java key that is equal exactly where Python's keys are equal: 1, 1.0 and True are one key.
     *
     * @throws TemplateError TypeError for lists, dicts and views
     */
    static Object hashable(Object key, Budget budget) {
        return switch (key) {
            case String text -> {
                budget.scan(text.length() / 8);
                yield text;
            }
            case Markup markup -> hashable(markup.text(), budget);
            case Boolean b -> b ? 1L : 0L;
            case Double d
            when d == Math.rint(d) && !Double.isInfinite(d) -> Numbers.normal(new BigDecimal(d).toBigInteger());
            case TupleValue tuple -> {
                budget.enter();
                budget.list(tuple.items().size());
                try {
                    List<Object> parts = new ArrayList<>();
                    for (Object item : tuple.items()) {
                        parts.add(hashable(item, budget));
                    }
                    yield parts;
                } finally {
                    budget.leave();
                }
            }
            case Undefined _ -> ANY_UNDEFINED;
            case ListValue _, DictValue _, DictView _, Slice _ ->
                throw TemplateError.type("unhashable type: " + Repr.quoted(Values.typeName(key)));
            case BigInteger i -> i;
            default -> key;
        };
    }
}
