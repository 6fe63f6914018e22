package koine.engine.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Filters that go through sequences. */
final class SequenceFilters {
    private static final Signature ALONE = Signature.of("filter", "value");
    private static final Signature BATCH = Signature.of("do_batch", "value", "linecount", "fill_with=");
    private static final Signature SLICE = Signature.of("do_slice", "value", "slices", "fill_with=");
    private static final Signature DICT_SORT =
            Signature.of("do_dictsort", "value", "case_sensitive=", "by=", "reverse=");
    private static final Signature GROUP_BY =
            Signature.of("do_groupby", "value", "attribute", "default=", "case_sensitive=");
    private static final Signature JOIN = Signature.of("do_join", "value", "d=", "attribute=");
    private static final Signature EXTREME = Signature.of("do_min", "value", "case_sensitive=", "attribute=");
    private static final Signature SORT = Signature.of("do_sort", "value", "reverse=", "case_sensitive=", "attribute=");
    private static final Signature SUM = Signature.of("do_sum", "iterable", "attribute=", "start=");

    private final Rendering rendering;
    private final Budget budget;
    private final Filters filters;
    private final ValueTests tests;

    SequenceFilters(Rendering rendering, Filters filters, ValueTests tests) {
        this.rendering = rendering;
        this.budget = rendering.budget();
        this.filters = filters;
        this.tests = tests;
    }

    Object apply(String name, Object value, CallArguments arguments) {
        CallArguments all = arguments.withFirst(value);
        return switch (name) {
            case "batch" -> batch(BATCH.bind(all));
            case "slice" -> slice(SLICE.bind(all));
            case "dictsort" -> dictSort(DICT_SORT.bind(all));
            case "first" -> first(ALONE.bind(all).get(0));
            case "last" -> last(ALONE.bind(all).get(0));
            case "groupby" -> groupBy(GROUP_BY.bind(all));
            case "items" -> items(ALONE.bind(all).get(0));
            case "join" -> join(JOIN.bind(all));
            case "list" -> new ListValue(Values.toList(ALONE.bind(all).get(0), budget));
            case "map" -> map(value, arguments);
            case "max" -> extreme(EXTREME.bind(all), true);
            case "min" -> extreme(EXTREME.bind(all), false);
            case "select" -> select(value, arguments, false, true);
            case "reject" -> select(value, arguments, false, false);
            case "selectattr" -> select(value, arguments, true, true);
            case "rejectattr" -> select(value, arguments, true, false);
            case "reverse" -> reverse(ALONE.bind(all).get(0));
            case "sort" -> sort(SORT.bind(all));
            case "sum" -> sum(SUM.bind(all));
            case "unique" -> unique(EXTREME.bind(all));
            default -> throw new IllegalArgumentException(name);
        };
    }

    // Attributes by path, as many filters take them.

    private Object lookup(Object item, List<Object> path, @Nullable Object otherwise) {
        Object value = item;
        for (Object part : path) {
            budget.step();
            value = Attributes.item(value, part, rendering);
            if (otherwise != null && otherwise != None.NONE && value instanceof Undefined) {
                value = otherwise;
            }
        }
        return value;
    }

    /** Names, and whole numbers for places in lists. */
    private static List<Object> parts(Object path) {
        String text = Values.text(path);
        if (text == null) {
            return path == None.NONE ? List.of() : List.of(path);
        }
        List<Object> parts = new ArrayList<>();
        for (String part : Text.split(text, ".", -1)) {
            boolean number =
                    !part.isEmpty() && part.length() < 10 && part.chars().allMatch(Character::isDigit);
            parts.add(number ? (Object) Long.valueOf(part) : part);
        }
        return parts;
    }

    private UnaryOperator<Object> key(Object path, boolean caseSensitive, @Nullable Object otherwise) {
        List<Object> parts = parts(path);
        return item -> {
            Object value = lookup(item, parts, otherwise);
            return caseSensitive ? value : ignoringCase(value);
        };
    }

    private Object ignoringCase(Object value) {
        return Values.text(value) == null ? value : StringMethods.call(value, "lower", rendering);
    }

    private boolean flag(Signature.Bound bound, int index) {
        return Values.truthy(bound.get(index, false), budget);
    }

    // The filters.

    private Object batch(Signature.Bound bound) {
        Iterator<Object> all = Values.iterate(bound.get(0));
        int size = Numbers.index(bound.get(1));
        Object fill = bound.get(2, None.NONE);
        return new GeneratorValue(new LazyIterator(budget) {
            @Override
            @Nullable
            Object find() {
                List<Object> row = new ArrayList<>();
                // Like Jinja2, which compares the length before it adds: a size below one is never reached.
                while (all.hasNext() && (row.isEmpty() || row.size() != size)) {
                    budget.list(1);
                    row.add(all.next());
                }
                if (row.isEmpty()) {
                    return null;
                }
                if (fill != None.NONE && row.size() < size) {
                    budget.list(size);
                    row.addAll(Collections.nCopies(size - row.size(), fill));
                }
                return new ListValue(row);
            }
        });
    }

    private Object slice(Signature.Bound bound) {
        List<Object> all = Values.toList(bound.get(0), budget);
        int slices = Numbers.index(bound.get(1));
        if (slices == 0) {
            throw TemplateError.of("ZeroDivisionError", "integer division or modulo by zero");
        }
        Object fill = bound.get(2, None.NONE);
        budget.list(Math.max(0, slices) * 2L);
        List<Object> rows = new ArrayList<>();
        int offset = 0;
        for (int i = 0; i < slices; i++) {
            int start = offset + i * (all.size() / slices);
            boolean extra = i < all.size() % slices;
            offset += extra ? 1 : 0;
            List<Object> row = new ArrayList<>(all.subList(start, offset + (i + 1) * (all.size() / slices)));
            if (fill != None.NONE && !extra) {
                row.add(fill);
            }
            budget.list(row.size());
            rows.add(new ListValue(row));
        }
        return new GeneratorValue(rows.iterator());
    }

    private Object dictSort(Signature.Bound bound) {
        Object value = bound.get(0);
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (!(value instanceof DictValue dict)) {
            throw TemplateError.of(
                    "AttributeError", Repr.quoted(Values.typeName(value)) + " object has no attribute 'items'");
        }
        String by = Repr.str(bound.get(2, "key"), budget);
        if (!by.equals("key") && !by.equals("value")) {
            throw TemplateError.of("FilterArgumentError", "You can only sort by either \"key\" or \"value\"");
        }
        UnaryOperator<Object> key = key(by.equals("key") ? 0L : 1L, flag(bound, 1), null);

        List<Object> pairs = Values.toList(new DictView(dict, DictView.Kind.ITEMS), budget);
        return new ListValue(sorted(pairs, key, flag(bound, 3)));
    }

    private List<Object> sorted(List<Object> items, UnaryOperator<Object> key, boolean reverse) {
        record Keyed(Object key, Object item) {}
        budget.list(items.size() * 8L);
        List<Keyed> keyed = new ArrayList<>(items.size());
        for (Object item : items) {
            keyed.add(new Keyed(key.apply(item), item));
        }
        Comparator<Object> order = (left, right) -> Sorting.lessThan(left, right, budget) ? -1 : 1;
        // Python keeps equal elements in their order also when it sorts downwards.
        List<Keyed> sorted =
                Sorting.sorted(reverse ? keyed.reversed() : keyed, Comparator.comparing(Keyed::key, order));
        List<Object> result = new ArrayList<>(items.size());
        for (Keyed entry : reverse ? sorted.reversed() : sorted) {
            result.add(entry.item());
        }
        return result;
    }

    private Object first(Object value) {
        Iterator<Object> all = Values.iterate(value);
        return all.hasNext() ? all.next() : Undefined.hint("No first item, sequence was empty.");
    }

    private Object last(Object value) {
        if (Values.text(value) != null || value instanceof Sequence) {
            Object item = Values.length(value, budget) == 0 ? null : Attributes.item(value, -1L, rendering);
            return item == null ? Undefined.hint("No last item, sequence was empty.") : item;
        }
        Iterator<Object> all = reversed(value);
        return all.hasNext() ? all.next() : Undefined.hint("No last item, sequence was empty.");
    }

    private Iterator<Object> reversed(Object value) {
        return switch (value) {
            case Sequence _, RangeValue _, DictValue _, DictView _, String _, Markup _ ->
                Values.toList(value, budget).reversed().iterator();
            case Undefined _ -> Collections.emptyIterator();
            default -> throw TemplateError.type(Repr.quoted(Values.typeName(value)) + " object is not reversible");
        };
    }

    private Object reverse(Object value) {
        String text = Values.text(value);
        if (text != null) {
            return new Slice(None.NONE, None.NONE, -1L).of(value, budget);
        }
        if (value instanceof GeneratorValue) {
            return new ListValue(Values.toList(value, budget).reversed());
        }
        if (!Values.isIterable(value)) {
            throw TemplateError.of("FilterArgumentError", "argument must be iterable");
        }
        String kind = value instanceof ListValue ? "list_reverseiterator" : "reversed";
        return new GeneratorValue(kind, reversed(value));
    }

    private Object groupBy(Signature.Bound bound) {
        Object path = bound.get(1);
        Object otherwise = bound.get(2, None.NONE);
        boolean caseSensitive = flag(bound, 3);
        UnaryOperator<Object> key = key(path, caseSensitive, otherwise);
        List<Object> parts = parts(path);
        List<Object> groups = new ArrayList<>();
        List<Object> members = new ArrayList<>();
        Object current = null;
        for (Object item : sorted(Values.toList(bound.get(0), budget), key, false)) {
            Object itemKey = key.apply(item);
            if (current == null || !Values.equal(current, itemKey, budget)) {
                members = new ArrayList<>();
                budget.list(4);
                Object shown = caseSensitive ? itemKey : lookup(item, parts, otherwise);
                groups.add(new TupleValue(List.of(shown, new ListValue(members)), true));
                current = itemKey;
            }
            members.add(item);
        }
        return new ListValue(groups);
    }

    private Object items(Object value) {
        if (value instanceof Undefined) {
            return new GeneratorValue(Collections.emptyIterator());
        }
        if (!(value instanceof DictValue dict)) {
            throw TemplateError.type("Can only get item pairs from a mapping.");
        }
        return new GeneratorValue(dict.pairs());
    }

    private String join(Signature.Bound bound) {
        String separator = Repr.str(bound.get(1, ""), budget);
        List<Object> path = parts(bound.get(2, None.NONE));
        StringBuilder out = new StringBuilder();
        boolean first = true;
        for (Iterator<Object> all = Values.iterate(bound.get(0)); all.hasNext(); first = false) {
            String part = Repr.str(lookup(all.next(), path, null), budget);
            budget.fits(out.length() + (long) separator.length() + part.length());
            budget.step();
            out.append(first ? "" : separator).append(part);
        }
        return budget.made(out.toString());
    }

    private Object map(Object value, CallArguments arguments) {
        return lazily(value, () -> {
            UnaryOperator<Object> function = mapping(arguments);
            Iterator<Object> all = Values.iterate(value);
            return new LazyIterator(budget) {
                @Override
                @Nullable
                Object find() {
                    return all.hasNext() ? function.apply(all.next()) : null;
                }
            };
        });
    }

    /** Even the arguments are looked at only when the first item is asked for. */
    private GeneratorValue lazily(Object value, Supplier<Iterator<Object>> start) {
        return new GeneratorValue(new LazyIterator(budget) {
            private @Nullable Iterator<Object> all;

            @Override
            @Nullable
            Object find() {
                if (all == null) {
                    all = Values.truthy(value, budget) ? start.get() : Collections.emptyIterator();
                }
                return all.hasNext() ? all.next() : null;
            }
        });
    }

    private UnaryOperator<Object> mapping(CallArguments arguments) {
        if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
            Map<String, Object> named = new LinkedHashMap<>(arguments.named());
            Object path = named.remove("attribute");
            Object otherwise = named.remove("default");
            if (!named.isEmpty()) {
                throw TemplateError.of(
                        "FilterArgumentError",
                        "Unexpected keyword argument "
                                + Repr.quoted(named.keySet().iterator().next()));
            }
            List<Object> parts = parts(path == null ? None.NONE : path);
            return item -> lookup(item, parts, otherwise);
        }
        if (arguments.positional().isEmpty()) {
            throw TemplateError.of("FilterArgumentError", "map requires a filter argument");
        }
        String name = name("filter", arguments.positional().getFirst(), Filters.names());
        CallArguments rest = arguments.tail(1);
        return item -> filters.apply(name, item, rest);
    }

    private String name(String kind, Object name, Set<String> known) {
        String text = Values.text(name);
        if (text != null && kind.equals("filter")) {
            Filters.check(text, rendering.line(), true);
        }
        if (text == null || !known.contains(text)) {
            String shown = "No " + kind + " named " + Repr.repr(name, budget) + ".";
            throw TemplateError.of("TemplateRuntimeError", shown);
        }
        return text;
    }

    private Object select(Object value, CallArguments arguments, boolean byAttribute, boolean wanted) {
        return lazily(value, () -> {
            Predicate<Object> test = selection(arguments, byAttribute);
            Iterator<Object> all = Values.iterate(value);
            return new LazyIterator(budget) {
                @Override
                @Nullable
                Object find() {
                    while (all.hasNext()) {
                        Object item = all.next();
                        budget.step();
                        if (test.test(item) == wanted) {
                            return item;
                        }
                    }
                    return null;
                }
            };
        });
    }

    private Predicate<Object> selection(CallArguments arguments, boolean byAttribute) {
        List<Object> given = arguments.positional();
        if (byAttribute && given.isEmpty()) {
            throw TemplateError.of("FilterArgumentError", "Missing parameter for attribute name");
        }
        List<Object> path = byAttribute ? parts(given.getFirst()) : List.of();
        int skipped = byAttribute ? 1 : 0;
        if (given.size() <= skipped) {
            return item -> Values.truthy(lookup(item, path, null), budget);
        }
        String name = name("test", given.get(skipped), ValueTests.names());
        CallArguments rest = arguments.tail(skipped + 1);
        return item -> tests.test(name, lookup(item, path, null), rest);
    }

    private Object extreme(Signature.Bound bound, boolean largest) {
        Iterator<Object> all = Values.iterate(bound.get(0));
        if (!all.hasNext()) {
            return Undefined.hint("No aggregated item, sequence was empty.");
        }
        UnaryOperator<Object> key = key(bound.get(2, None.NONE), flag(bound, 1), null);
        Object best = all.next();
        Object bestKey = key.apply(best);
        while (all.hasNext()) {
            Object item = all.next();
            Object itemKey = key.apply(item);
            Integer order = Values.compare(itemKey, bestKey, largest ? ">" : "<", budget);
            if (order != null && (largest ? order > 0 : order < 0)) {
                best = item;
                bestKey = itemKey;
            }
        }
        return best;
    }

    private Object sort(Signature.Bound bound) {
        boolean caseSensitive = flag(bound, 2);
        Object attribute = bound.get(3, None.NONE);
        String paths = Values.text(attribute);
        List<Object> all = Values.toList(bound.get(0), budget);
        UnaryOperator<Object> key;
        if (paths == null) {
            key = key(attribute, caseSensitive, null);
        } else {
            List<UnaryOperator<Object>> each = Text.split(paths, ",", -1).stream()
                    .map(path -> key(path, caseSensitive, null))
                    .toList();
            key = item -> {
                budget.list(each.size());
                List<Object> keys = new ArrayList<>();
                for (UnaryOperator<Object> one : each) {
                    keys.add(one.apply(item));
                }
                return new ListValue(keys);
            };
        }
        return new ListValue(sorted(all, key, flag(bound, 1)));
    }

    private Object sum(Signature.Bound bound) {
        List<Object> path = parts(bound.get(1, None.NONE));
        Object total = bound.get(2, 0L);
        if (Values.text(total) != null) {
            throw TemplateError.type("sum() can't sum strings [use ''.join(seq) instead]");
        }
        for (Iterator<Object> all = Values.iterate(bound.get(0)); all.hasNext(); ) {
            total = rendering.operators().binary("+", total, lookup(all.next(), path, null));
        }
        return total;
    }

    private Object unique(Signature.Bound bound) {
        UnaryOperator<Object> key = key(bound.get(2, None.NONE), flag(bound, 1), null);
        Iterator<Object> all = Values.iterate(bound.get(0));
        Set<Object> seen = new HashSet<>();
        return new GeneratorValue(new LazyIterator(budget) {
            @Override
            @Nullable
            Object find() {
                while (all.hasNext()) {
                    Object item = all.next();
                    budget.dict(1);
                    if (seen.add(DictValue.hashable(key.apply(item), budget))) {
                        return item;
                    }
                }
                return null;
            }
        });
    }
}
