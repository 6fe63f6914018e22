package koine.engine.template;

import java.util.ArrayList;
import java.util.List;

/** Python's {@code slice}; bounds are {@link None} where they are left out. */
record Slice(Object start, Object stop, Object step) {
    /** Where a slice begins, ends (exclusive) and how it goes, in something of known length. */
    record Bounds(int from, int to, int stride) {
        int size() {
            long distance = stride > 0 ? (long) to - from : (long) from - to;
            return distance <= 0 ? 0 : (int) (1 + (distance - 1) / Math.abs((long) stride));
        }

        int place(int index) {
            return from + index * stride;
        }
    }

    Bounds bounds(int length) {
        int stride = step == None.NONE ? 1 : bound(step);
        if (stride == 0) {
            throw TemplateError.value("slice step cannot be zero");
        }
        int lowest = stride > 0 ? 0 : -1;
        int highest = stride > 0 ? length : length - 1;
        int from = start == None.NONE ? (stride > 0 ? lowest : highest) : place(start, length, lowest, highest);
        int to = stop == None.NONE ? (stride > 0 ? highest : lowest) : place(stop, length, lowest, highest);
        return new Bounds(from, to, stride);
    }

    private static int place(Object bound, int length, int lowest, int highest) {
        int place = bound(bound);
        return place < 0 ? Math.max(place + length, lowest) : Math.min(place, highest);
    }

    private static int bound(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (!Numbers.isWhole(value)) {
            throw TemplateError.type("slice indices must be integers or None or have an __index__ method");
        }
        return Numbers.clampedIndex(value);
    }

    Object of(Object value, Budget budget) {
        return switch (value) {
            case String text -> of(text, budget);
            case Markup markup -> new Markup(of(markup.text(), budget));
            case ListValue list -> new ListValue(of(list.items(), budget));
            case TupleValue tuple -> new TupleValue(of(tuple.items(), budget));
            case RangeValue range -> ofRange(range);
            case Undefined undefined -> throw undefined.error();
            case DictValue _ -> throw TemplateError.type("unhashable type: 'slice'");
            default -> throw TemplateError.type(Repr.quoted(Values.typeName(value)) + " object is not subscriptable");
        };
    }

    private List<Object> of(List<Object> items, Budget budget) {
        Bounds bounds = bounds(items.size());
        budget.list(bounds.size());
        List<Object> chosen = new ArrayList<>(bounds.size());
        for (int i = 0; i < bounds.size(); i++) {
            chosen.add(items.get(bounds.place(i)));
        }
        return chosen;
    }

    private RangeValue ofRange(RangeValue range) {
        Bounds bounds = bounds(range.size());
        return new RangeValue(
                range.start() + bounds.from() * range.step(),
                range.start() + bounds.to() * range.step(),
                range.step() * bounds.stride());
    }

    private String of(String text, Budget budget) {
        budget.scan(text.length());
        Bounds bounds = bounds(Text.length(text));
        if (bounds.stride() == 1) {
            return budget.made(Text.slice(text, bounds.from(), bounds.to()));
        }
        budget.text(bounds.size());
        int[] characters = text.codePoints().toArray();
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < bounds.size(); i++) {
            out.appendCodePoint(characters[bounds.place(i)]);
        }
        return out.toString();
    }
}
