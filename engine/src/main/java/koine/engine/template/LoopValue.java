package koine.engine.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The {@code loop} of a loop's body; also what drives the loop. */
final class LoopValue implements Callable {
    /** Renders the loop's body once more, over other items. */
    interface Recursion {
        String run(Object items, int depth);
    }

    private final Object items;
    private final @Nullable Recursion recursion;
    private final int depth;
    private final Budget budget;
    private Iterator<Object> rest;
    private int index0 = -1;
    private int length = -1;
    private @Nullable Object before;
    private @Nullable Object current;
    private @Nullable Object after;
    private @Nullable Object lastChanged;

    LoopValue(Object items, @Nullable Recursion recursion, int depth, Budget budget) {
        this.items = items;
        this.recursion = recursion;
        this.depth = depth;
        this.budget = budget;
        this.rest = Values.iterate(items);
    }

    /** The next item; null when there are no more. */
    @Nullable
    Object next() {
        Object item = peek();
        after = null;
        if (item != null) {
            index0++;
            before = current;
            current = item;
        }
        return item;
    }

    private @Nullable Object peek() {
        if (after == null && rest.hasNext()) {
            after = rest.next();
        }
        return after;
    }

    int length() {
        if (length < 0) {
            if (Values.hasLength(items, budget)) {
                length = Values.length(items, budget);
            } else {
                List<Object> all = new ArrayList<>();
                while (rest.hasNext()) {
                    budget.list(1);
                    all.add(rest.next());
                }
                rest = all.iterator();
                length = all.size() + index0 + 1 + (after == null ? 0 : 1);
            }
        }
        return length;
    }

    /** What is left, each item with the loop. */
    Iterator<Object> pairs() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return peek() != null;
            }

            @Override
            public Object next() {
                Object item = LoopValue.this.next();
                if (item == null) {
                    throw new NoSuchElementException();
                }
                return TupleValue.of(item, LoopValue.this);
            }
        };
    }

    @Nullable
    Object attribute(String name) {
        return switch (name) {
            case "index0" -> (long) index0;
            case "index" -> index0 + 1L;
            case "length" -> (long) length();
            case "revindex0" -> (long) length() - index0 - 1;
            case "revindex" -> (long) length() - index0;
            case "first" -> index0 == 0;
            case "last" -> peek() == null;
            case "depth0" -> (long) depth;
            case "depth" -> depth + 1L;
            case "previtem" -> index0 == 0 || before == null ? Undefined.hint("there is no previous item") : before;
            case "nextitem" -> {
                Object next = peek();
                yield next == null ? Undefined.hint("there is no next item") : next;
            }
            case "cycle" -> new Function("cycle", this::cycle);
            case "changed" -> new Function("changed", this::changed);
            default -> null;
        };
    }

    private Object cycle(Rendering rendering, CallArguments arguments) {
        List<Object> choices = arguments.positional();
        if (choices.isEmpty()) {
            throw TemplateError.type("no items for cycling given");
        }
        return choices.get(index0 % choices.size());
    }

    private Object changed(Rendering rendering, CallArguments arguments) {
        Object value = new TupleValue(arguments.positional());
        Object last = lastChanged;
        if (last != null && Values.equal(last, value, budget)) {
            return false;
        }
        lastChanged = value;
        return true;
    }

    @Override
    public Object call(Rendering rendering, CallArguments arguments) {
        if (recursion == null) {
            throw TemplateError.type("The loop must have the 'recursive' marker to be called recursively.");
        }
        return recursion.run(
                Signature.of("__call__", "iterable").bind(arguments).get(0), depth + 1);
    }

    @Override
    public String toString() {
        return "<LoopContext " + (index0 + 1) + "/" + length() + ">";
    }
}
