package koine.engine.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** What Python does with any value: truth, equality, order, iteration. */
final class Values {
    private Values() {}

    /** {@code type(value).__name__}. */
    static String typeName(Object value) {
        return switch (value) {
            case None _ -> "NoneType";
            case Boolean _ -> "bool";
            case Long _ -> "int";
            case BigInteger _ -> "int";
            case Double _ -> "float";
            case String _ -> "str";
            case Markup _ -> "Markup";
            case ListValue _ -> "list";
            case TupleValue tuple -> tuple.isGroup() ? "_GroupTuple" : "tuple";
            case DictValue _ -> "dict";
            case DictView view ->
                switch (view.kind()) {
                    case KEYS -> "dict_keys";
                    case VALUES -> "dict_values";
                    case ITEMS -> "dict_items";
                };
            case RangeValue _ -> "range";
            case GeneratorValue generator -> generator.typeName();
            case Undefined _ -> "Undefined";
            case NamespaceValue _ -> "Namespace";
            case LoopValue _ -> "LoopContext";
            case MacroValue _ -> "Macro";
            case Slice _ -> "slice";
            case Function _ -> "builtin_function_or_method";
            default -> value.getClass().getSimpleName();
        };
    }

    /** With its Python module where that is not {@code builtins}. */
    static String qualifiedTypeName(Object value) {
        String module = switch (value) {
            case NamespaceValue _ -> "jinja2.utils.";
            case LoopValue _, MacroValue _, Undefined _ -> "jinja2.runtime.";
            case Markup _ -> "markupsafe.";
            case TupleValue tuple when tuple.isGroup() -> "jinja2.filters.";
            default -> "";
        };
        return module + typeName(value);
    }

    /** The text of a text, marked safe or not; null for anything else. */
    static @Nullable String text(Object value) {
        return switch (value) {
            case String text -> text;
            case Markup markup -> markup.text();
            default -> null;
        };
    }

    static boolean truthy(Object value, Budget budget) {
        return switch (value) {
            case None _ -> false;
            case Boolean b -> b;
            case Long l -> l != 0;
            case Double d -> d != 0;
            case Undefined _ -> false;
            case String text -> !text.isEmpty();
            case Markup markup -> !markup.text().isEmpty();
            default -> {
                int length = lengthOrMinusOne(value, budget);
                yield length != 0;
            }
        };
    }

    /** {@code len(value)}, or -1 where Python has none. */
    private static int lengthOrMinusOne(Object value, Budget budget) {
        return switch (value) {
            case String text -> textLength(text, budget);
            case Markup markup -> textLength(markup.text(), budget);
            case Sequence sequence -> sequence.items().size();
            case DictValue dict -> dict.size();
            case DictView view -> view.dict().size();
            case RangeValue range -> range.size();
            case LoopValue loop -> loop.length();
            case Undefined _ -> 0;
            default -> -1;
        };
    }

    private static int textLength(String text, Budget budget) {
        budget.scan(text.length());
        return Text.length(text);
    }

    static boolean hasLength(Object value, Budget budget) {
        return lengthOrMinusOne(value, budget) >= 0;
    }

    static int length(Object value, Budget budget) {
        int length = lengthOrMinusOne(value, budget);
        if (length < 0) {
            throw TemplateError.type("object of type " + Repr.quoted(typeName(value)) + " has no len()");
        }
        return length;
    }

    static boolean isIterable(Object value) {
        return switch (value) {
            case String _, Markup _, Sequence _, DictValue _, DictView _, RangeValue _, GeneratorValue _, Undefined _ ->
                true;
            case LoopValue _ -> true;
            default -> false;
        };
    }

    /** {@code iter(value)}. */
    static Iterator<Object> iterate(Object value) {
        return switch (value) {
            case String text -> characters(text, false);
            case Markup markup -> characters(markup.text(), true);
            case Sequence sequence -> sequence.items().iterator();
            case DictValue dict -> dict.keys();
            case DictView view -> view.items();
            case RangeValue range -> range.items().iterator();
            case GeneratorValue generator -> generator.iterator();
            case LoopValue loop -> loop.pairs();
            case Undefined _ -> Collections.emptyIterator();
            default -> throw TemplateError.type(Repr.quoted(typeName(value)) + " object is not iterable");
        };
    }

    private static Iterator<Object> characters(String text, boolean safe) {
        return new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                return at < text.length();
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                String character = Character.toString(text.codePointAt(at));
                at += character.length();
                return safe ? new Markup(character) : character;
            }
        };
    }

    /** {@code list(value)}, counted. */
    static List<Object> toList(Object value, Budget budget) {
        Collection<Object> known = known(value);
        if (known != null) {
            budget.list(known.size());
            return new ArrayList<>(known);
        }
        List<Object> list = new ArrayList<>();
        for (Iterator<Object> items = iterate(value); items.hasNext(); ) {
            budget.list(1);
            list.add(items.next());
        }
        return list;
    }

    private static @Nullable Collection<Object> known(Object value) {
        return switch (value) {
            case Sequence sequence -> sequence.items();
            case RangeValue range -> range.items();
            default -> null;
        };
    }

    @SuppressWarnings("ReferenceEquality") // one and the same is equal, as in Python
    static boolean equal(Object left, Object right, Budget budget) {
        budget.step();
        if (left == right) {
            return !(left instanceof Double d && d.isNaN());
        }
        String text = text(left);
        if (text != null) {
            budget.scan(text.length());
            return text.equals(text(right));
        }
        if (Numbers.isNumber(left)) {
            Integer order = Numbers.isNumber(right) ? Numbers.compare(left, right) : null;
            return order != null && order == 0;
        }
        budget.enter();
        try {
            return switch (left) {
                case ListValue a -> right instanceof ListValue b && equalItems(a.items(), b.items(), budget);
                case TupleValue a -> right instanceof TupleValue b && equalItems(a.items(), b.items(), budget);
                case RangeValue a -> right instanceof RangeValue b && equalItems(a.items(), b.items(), budget);
                case DictValue a -> right instanceof DictValue b && equalEntries(a, b, budget);
                case DictView a ->
                    a.kind() != DictView.Kind.VALUES
                            && right instanceof DictView b
                            && a.kind() == b.kind()
                            && a.dict().size() == b.dict().size()
                            && containsAll(a, b, budget);
                case Undefined _ -> right instanceof Undefined;
                default -> false;
            };
        } finally {
            budget.leave();
        }
    }

    private static boolean containsAll(DictView left, DictView right, Budget budget) {
        for (Iterator<Object> all = left.items(); all.hasNext(); ) {
            if (!containsItem(right.items(), all.next(), budget)) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalItems(List<Object> left, List<Object> right, Budget budget) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i++) {
            if (!equal(left.get(i), right.get(i), budget)) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalEntries(DictValue left, DictValue right, Budget budget) {
        if (left.size() != right.size()) {
            return false;
        }
        for (DictValue.Entry entry : left.entries()) {
            Object other = right.get(entry.key());
            if (other == null || !equal(entry.value(), other, budget)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Python's order.
     *
     * @param sign the operator, for the message
     * @return null when neither is less, equal or greater (NaN)
     * @throws TemplateError TypeError when the two have no order
     */
    static @Nullable Integer compare(Object left, Object right, String sign, Budget budget) {
        budget.step();
        if (left instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (right instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.compare(left, right);
        }
        String a = text(left);
        String b = text(right);
        if (a != null && b != null) {
            budget.scan(Math.min(a.length(), b.length()));
            return Text.compare(a, b);
        }
        if (left instanceof Sequence x && right instanceof Sequence y && left.getClass() == right.getClass()) {
            budget.enter();
            try {
                return compareItems(x.items(), y.items(), sign, budget);
            } finally {
                budget.leave();
            }
        }
        throw TemplateError.type("'" + sign + "' not supported between instances of " + Repr.quoted(typeName(left))
                + " and " + Repr.quoted(typeName(right)));
    }

    private static @Nullable Integer compareItems(List<Object> left, List<Object> right, String sign, Budget budget) {
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            if (!equal(left.get(i), right.get(i), budget)) {
                return compare(left.get(i), right.get(i), sign, budget);
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    /** {@code item in container}. */
    static boolean contains(Object container, Object item, Budget budget) {
        String text = text(container);
        if (text != null) {
            String part = text(item);
            if (part == null) {
                throw TemplateError.type("'in <string>' requires string as left operand, not " + typeName(item));
            }
            budget.scan(text.length() + (long) part.length());
            return Text.indexOf(text, part, 0) >= 0;
        }
        return switch (container) {
            case DictValue dict -> dict.contains(item);
            case DictView view
            when view.kind() == DictView.Kind.KEYS -> view.dict().contains(item);
            case NamespaceValue _ -> throw notIterable(container);
            default -> {
                if (!isIterable(container)) {
                    throw notIterable(container);
                }
                yield containsItem(iterate(container), item, budget);
            }
        };
    }

    private static TemplateError notIterable(Object container) {
        return TemplateError.type("argument of type " + Repr.quoted(typeName(container)) + " is not iterable");
    }

    private static boolean containsItem(Iterator<Object> items, Object item, Budget budget) {
        while (items.hasNext()) {
            if (equal(items.next(), item, budget)) {
                return true;
            }
        }
        return false;
    }
}
