package koine.engine.template;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code owner.name} and {@code owner[key]} with the rules of Jinja2's immutable sandbox. */
final class Attributes {
    private static final Set<String> NUMBER_ATTRIBUTES = Set.of(
            "real",
            "imag",
            "numerator",
            "denominator",
            "conjugate",
            "bit_length",
            "bit_count",
            "to_bytes",
            "from_bytes",
            "as_integer_ratio",
            "is_integer",
            "hex",
            "fromhex");

    private Attributes() {}

    /** The attribute where there is one, else the item of that name, else undefined. */
    static Object attribute(Object owner, String name, Rendering rendering) {
        Object own = own(owner, name, rendering);
        if (own != null) {
            return own;
        }
        Object item = owner instanceof DictValue dict ? dict.get(name) : null;
        return item == null ? undefined(owner, name, rendering) : item;
    }

    /** The item where there is one, else the attribute of that name, else undefined. */
    static Object item(Object owner, Object key, Rendering rendering) {
        if (owner instanceof Undefined undefined) {
            throw undefined.error();
        }
        Object item = ownItem(owner, key, rendering.budget());
        String name = item == null ? Values.text(key) : null;
        if (name != null) {
            item = own(owner, name, rendering);
        }
        return item == null ? undefined(owner, key, rendering) : item;
    }

    /** Only the attribute, as the filter {@code attr} wants it. */
    static Object attributeOnly(Object owner, String name, Rendering rendering) {
        Object own = own(owner, name, rendering);
        return own == null ? undefined(owner, name, rendering) : own;
    }

    private static Undefined undefined(Object owner, Object key, Rendering rendering) {
        rendering.budget().object();
        return Undefined.element(owner, key);
    }

    private static @Nullable Object own(Object owner, String name, Rendering rendering) {
        if (owner instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (name.startsWith("__") && name.endsWith("__") && !(owner instanceof NamespaceValue)) {
            // Objects of Python have dozens of these, and the sandbox gives none of them away.
            return Undefined.unsafe(owner, name);
        }
        rendering.budget().object();
        return switch (owner) {
            case String text -> StringMethods.method(text, false, name);
            case Markup markup -> StringMethods.method(markup.text(), true, name);
            case DictValue dict -> CollectionMethods.ofDict(dict, name);
            case ListValue list -> CollectionMethods.ofList(list, name);
            case TupleValue tuple -> CollectionMethods.ofTuple(tuple, name);
            case NamespaceValue namespace -> namespace.attributes().get(name);
            case LoopValue loop -> loop.attribute(name);
            case MacroValue macro -> ofMacro(macro, name);
            case Globals.Cycler cycler -> cycler.attribute(name);
            case DictView _, RangeValue _, GeneratorValue _ -> unsupportedOf(owner, name);
            default -> {
                if (Numbers.isNumber(owner) && NUMBER_ATTRIBUTES.contains(name)) {
                    throw TemplateError.unsupported(name + " of a number");
                }
                yield null;
            }
        };
    }

    private static @Nullable Object unsupportedOf(Object owner, String name) {
        if (Set.of(
                        "mapping",
                        "isdisjoint",
                        "start",
                        "stop",
                        "step",
                        "count",
                        "index",
                        "send",
                        "throw",
                        "close",
                        "gi_code",
                        "gi_frame",
                        "gi_running",
                        "gi_yieldfrom")
                .contains(name)) {
            throw TemplateError.unsupported(name + " of a " + Values.typeName(owner));
        }
        return null;
    }

    private static @Nullable Object ofMacro(MacroValue macro, String name) {
        return switch (name) {
            case "name" -> macro.name() == null ? None.NONE : macro.name();
            case "arguments" -> new TupleValue(List.copyOf(macro.parameters()));
            case "catch_kwargs" -> macro.wants("kwargs");
            case "catch_varargs" -> macro.wants("varargs");
            case "caller" -> macro.wants("caller") || macro.parameters().contains("caller");
            case "explicit_caller" -> macro.parameters().contains("caller");
            default -> null;
        };
    }

    private static @Nullable Object ownItem(Object owner, Object key, Budget budget) {
        return switch (owner) {
            case DictValue dict -> entry(dict, key);
            case String text -> character(text, key, budget);
            case Markup markup -> {
                String character = character(markup.text(), key, budget);
                yield character == null ? null : new Markup(character);
            }
            case Sequence sequence -> element(sequence.items(), key);
            case RangeValue range -> element(range.items(), key);
            default -> null;
        };
    }

    /** Null also for what cannot be a key, such as a list. */
    private static @Nullable Object entry(DictValue dict, Object key) {
        try {
            return dict.get(key);
        } catch (TemplateError error) {
            if (error.isTypeError()) {
                return null;
            }
            throw error;
        }
    }

    private static @Nullable Object element(List<Object> items, Object key) {
        int index = index(key, items.size());
        return index < 0 ? null : items.get(index);
    }

    private static @Nullable String character(String text, Object key, Budget budget) {
        budget.scan(text.length());
        int index = index(key, Text.length(text));
        return index < 0 ? null : Text.slice(text, index, index + 1);
    }

    /** The place that a key means, counted from the end where it is negative; -1 when there is none. */
    private static int index(Object key, int length) {
        if (!Numbers.isWhole(key)) {
            return -1;
        }
        long index = Numbers.clampedIndex(key);
        long place = index < 0 ? index + length : index;
        return place >= 0 && place < length ? (int) place : -1;
    }
}
