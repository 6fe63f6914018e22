package koine.engine.template;

import java.util.List;

/** Python's {@code tuple}. */
final class TupleValue implements Sequence {
    private final List<Object> items;
    private final boolean group;

    /** @param items not changed afterwards by anybody */
    TupleValue(List<Object> items) {
        this(items, false);
    }

    /** @param group whether the two items can also be asked for as {@code grouper} and {@code list} */
    TupleValue(List<Object> items, boolean group) {
        this.items = items;
        this.group = group;
    }

    static TupleValue of(Object... items) {
        return new TupleValue(List.of(items));
    }

    @Override
    public List<Object> items() {
        return items;
    }

    boolean isGroup() {
        return group;
    }
}
