package koine.engine.template;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Finds its items one by one as they are asked for, as Python's generators do. */
abstract class LazyIterator implements Iterator<Object> {
    private final Budget budget;
    private @Nullable Object next;
    private boolean ended;

    LazyIterator(Budget budget) {
        this.budget = budget;
        budget.object();
    }

    /** The next item; null when there are no more. */
    abstract @Nullable Object find();

    @Override
    public boolean hasNext() {
        if (next == null && !ended) {
            budget.step();
            budget.enter();
            next = find();
            budget.leave();
            ended = next == null;
        }
        return next != null;
    }

    @Override
    public Object next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Object item = next;
        next = null;
        if (item == null) {
            throw new NoSuchElementException();
        }
        return item;
    }
}
