package koine.engine.template;

import java.util.AbstractList;
import java.util.List;

/** Python's {@code range}, at most {@link #MAX} long as in Jinja2's sandbox. */
record RangeValue(long start, long stop, long step) {
    static final int MAX = 100_000;

    RangeValue {
        if (step == 0) {
            throw TemplateError.value("range() arg 3 must not be zero");
        }
        if (Long.compareUnsigned(length(start, stop, step), MAX) > 0) {
            throw TemplateError.of(
                    "OverflowError", "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + MAX + ").");
        }
    }

    private static long length(long start, long stop, long step) {
        if (step > 0 ? start >= stop : start <= stop) {
            return 0;
        }
        // As unsigned numbers these cannot overflow.
        long distance = step > 0 ? stop - start : start - stop;
        long stride = step > 0 ? step : -step;
        return 1 + Long.divideUnsigned(distance - 1, stride);
    }

    int size() {
        return (int) length(start, stop, step);
    }

    List<Object> items() {
        return new AbstractList<>() {
            @Override
            public Object get(int index) {
                return start + index * step;
            }

            @Override
            public int size() {
                return RangeValue.this.size();
            }
        };
    }
}
