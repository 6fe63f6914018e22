package koine.engine.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A stable merge sort that only asks "less than", as Python's does: strange orders (NaN) cannot make it fail. */
final class Sorting {
    private Sorting() {}

    static boolean lessThan(Object left, Object right, Budget budget) {
        Integer order = Values.compare(left, right, "<", budget);
        return order != null && order < 0;
    }

    /** @param order negative where the first is less; asked with the later element first */
    static <T> List<T> sorted(List<T> items, Comparator<? super T> order) {
        if (items.size() < 2) {
            return new ArrayList<>(items);
        }
        int middle = items.size() / 2;
        List<T> left = sorted(items.subList(0, middle), order);
        List<T> right = sorted(items.subList(middle, items.size()), order);
        List<T> merged = new ArrayList<>(items.size());
        int l = 0;
        int r = 0;
        while (l < left.size() && r < right.size()) {
            merged.add(order.compare(right.get(r), left.get(l)) < 0 ? right.get(r++) : left.get(l++));
        }
        merged.addAll(left.subList(l, left.size()));
        merged.addAll(right.subList(r, right.size()));
        return merged;
    }
}
