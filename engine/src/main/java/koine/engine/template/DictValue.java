package koine.engine.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
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

    /** The value of a key that is there is replaced, its place and first form stay. */
    void put(Object key, Object value) {
        entries.merge(hashable(key), new Entry(key, value), (old, fresh) -> new Entry(old.key, fresh.value));
    }

    @Nullable
    Object get(Object key) {
        Entry entry = entries.get(hashable(key));
        return entry == null ? null : entry.value;
    }

    boolean contains(Object key) {
        return entries.containsKey(hashable(key));
    }

    int size() {
        return entries.size();
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    List<Object> keys() {
        List<Object> keys = new ArrayList<>(entries.size());
        for (Entry entry : entries.values()) {
            keys.add(entry.key);
        }
        return keys;
    }

    List<Object> values() {
        List<Object> values = new ArrayList<>(entries.size());
        for (Entry entry : entries.values()) {
            values.add(entry.value);
        }
        return values;
    }

    List<Object> pairs() {
        List<Object> pairs = new ArrayList<>(entries.size());
        for (Entry entry : entries.values()) {
            pairs.add(entry.pair());
        }
        return pairs;
    }

    /**
     * A Java key that is equal exactly where Python's keys are equal: 1, 1.0 and True are one key.
     *
     * @throws TemplateError TypeError for lists, dicts and views
     */
    static Object hashable(Object key) {
        return switch (key) {
            case Markup markup -> markup.text();
            case Boolean b -> b ? 1L : 0L;
            case Double d
            when d == Math.rint(d) && !Double.isInfinite(d) -> Numbers.normal(new BigDecimal(d).toBigInteger());
            case TupleValue tuple -> {
                List<Object> parts = new ArrayList<>();
                for (Object item : tuple.items()) {
                    parts.add(hashable(item));
                }
                yield parts;
            }
            case Undefined _ -> ANY_UNDEFINED;
            case ListValue _, DictValue _, DictView _ ->
                throw TemplateError.type("unhashable type: " + Repr.quoted(Values.typeName(key)));
            case BigInteger i -> i;
            default -> key;
        };
    }
}
