package koine.engine.template;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Methods of dicts, lists and tuples; those that change their owner are not given away. */
final class CollectionMethods {
    private static final Set<String> CHANGE_DICT = Set.of("clear", "pop", "popitem", "setdefault", "update");
    private static final Set<String> CHANGE_LIST =
            Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
    private static final Signature GET = Signature.of("get", "key", "default=");
    private static final Signature ONE = Signature.of("count", "value");
    private static final Signature INDEX = Signature.of("index", "value", "start=", "stop=");
    private static final Signature NOTHING = Signature.of("method");

    private CollectionMethods() {}

    static @Nullable Object ofDict(DictValue dict, String name) {
        if (CHANGE_DICT.contains(name)) {
            return Undefined.unsafe(dict, name);
        }
        return switch (name) {
            case "get" ->
                new Function(name, (rendering, arguments) -> {
                    Signature.Bound bound = GET.bind(arguments);
                    Object value = dict.get(bound.get(0));
                    return value == null ? bound.get(1, None.NONE) : value;
                });
            case "items" -> view(name, dict, DictView.Kind.ITEMS);
            case "keys" -> view(name, dict, DictView.Kind.KEYS);
            case "values" -> view(name, dict, DictView.Kind.VALUES);
            case "copy" -> without(name, dict);
            case "fromkeys" -> throw TemplateError.unsupported("fromkeys of a dict");
            default -> null;
        };
    }

    private static Function view(String name, DictValue dict, DictView.Kind kind) {
        return new Function(name, (rendering, arguments) -> {
            NOTHING.bind(arguments);
            rendering.budget().dict(dict.size());
            return new DictView(dict, kind);
        });
    }

    /** A copy of what cannot change is the thing itself. */
    private static Function without(String name, Object self) {
        return new Function(name, (rendering, arguments) -> {
            NOTHING.bind(arguments);
            return self;
        });
    }

    static @Nullable Object ofList(ListValue list, String name) {
        if (CHANGE_LIST.contains(name)) {
            return Undefined.unsafe(list, name);
        }
        return name.equals("copy") ? without(name, list) : search(list, name);
    }

    static @Nullable Object ofTuple(TupleValue tuple, String name) {
        if (tuple.isGroup() && name.equals("grouper")) {
            return tuple.items().get(0);
        }
        if (tuple.isGroup() && name.equals("list")) {
            return tuple.items().get(1);
        }
        return search(tuple, name);
    }

    private static @Nullable Object search(Sequence sequence, String name) {
        return switch (name) {
            case "count" ->
                new Function(name, (rendering, arguments) -> {
                    Object wanted = ONE.bind(arguments).get(0);
                    long count = 0;
                    for (Object item : sequence.items()) {
                        count += Values.equal(item, wanted, rendering.budget()) ? 1 : 0;
                    }
                    return count;
                });
            case "index" ->
                new Function(
                        name, (rendering, arguments) -> index(sequence, INDEX.bind(arguments), rendering.budget()));
            default -> null;
        };
    }

    private static Object index(Sequence sequence, Signature.Bound bound, Budget budget) {
        List<Object> items = sequence.items();
        Slice.Bounds window = new Slice(bound.get(1, 0L), bound.get(2, None.NONE), None.NONE).bounds(items.size());
        for (int place = window.from(); place < window.to(); place++) {
            if (Values.equal(items.get(place), bound.get(0), budget)) {
                return (long) place;
            }
        }
        throw TemplateError.value(
                sequence instanceof TupleValue
                        ? "tuple.index(x): x not in tuple"
                        : Repr.repr(bound.get(0), budget) + " is not in list");
    }
}
