package koine.engine.template;

import java.util.List;

/** Python's {@code list}, immutable as the sandbox has it. Compared by {@link Values#equal}, not by equals. */
final class ListValue implements Sequence {
    private final List<Object> items;

    /** @param items not changed afterwards by anybody */
    ListValue(List<Object> items) {
        this.items = items;
    }

    @Override
    public List<Object> items() {
        return items;
    }
}
