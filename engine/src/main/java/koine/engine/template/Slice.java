package koine.engine.template;

import java.util.AbstractList;
import java.util.List;

/** Python's {@code slice}; bounds are {@link None} where they are left out. */
record Slice(Object start, Object stop, Object step) {
    /** The chosen places of something so long. */
    List<Integer> indices(int length) {
        int stride = step == None.NONE ? 1 : bound(step);
        if (stride == 0) {
            throw TemplateError.value("slice step cannot be zero");
        }
        int lowest = stride > 0 ? 0 : -1;
        int highest = stride > 0 ? length : length - 1;
        int from = start == None.NONE ? (stride > 0 ? lowest : highest) : place(start, length, lowest, highest);
        int to = stop == None.NONE ? (stride > 0 ? highest : lowest) : place(stop, length, lowest, highest);
        long distance = stride > 0 ? (long) to - from : (long) from - to;
        int size = distance <= 0 ? 0 : (int) (1 + (distance - 1) / Math.abs((long) stride));
        return new AbstractList<>() {
            @Override
            public Integer get(int index) {
                return from + index * stride;
            }

            @Override
            public int size() {
                return size;
            }
        };
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
        List<Integer> indices = indices(items.size());
        budget.list(indices.size());
        return indices.stream().<Object>map(items::get).toList();
    }

    private Object ofRange(RangeValue range) {
        List<Integer> indices = indices(range.size());
        long stride = step == None.NONE ? 1 : bound(step);
        if (indices.isEmpty()) {
            return new RangeValue(range.start(), range.start(), range.step());
        }
        long first = range.start() + indices.getFirst() * range.step();
        long last = range.start() + indices.getLast() * range.step();
        long by = stride * range.step();
        return new RangeValue(first, by > 0 ? last + 1 : last - 1, by);
    }

    private String of(String text, Budget budget) {
        budget.scan(text.length());
        List<Integer> indices = indices(Text.length(text));
        if (indices.isEmpty()) {
            return "";
        }
        if (step == None.NONE || step.equals(1L)) {
            return budget.made(Text.slice(text, indices.getFirst(), indices.getLast() + 1));
        }
        budget.text(indices.size());
        int[] characters = text.codePoints().toArray();
        StringBuilder out = new StringBuilder();
        for (int index : indices) {
            out.appendCodePoint(characters[index]);
        }
        return out.toString();
    }
}
