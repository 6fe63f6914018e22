package koine.engine.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Python's methods of texts; on a text marked safe they give texts marked safe. */
final class StringMethods {
    private static final Set<String> NAMES = Set.of(
            "capitalize",
            "center",
            "count",
            "endswith",
            "expandtabs",
            "find",
            "format",
            "format_map",
            "index",
            "isalnum",
            "isalpha",
            "isascii",
            "isdecimal",
            "isdigit",
            "isidentifier",
            "islower",
            "isnumeric",
            "isprintable",
            "isspace",
            "istitle",
            "isupper",
            "join",
            "ljust",
            "lower",
            "lstrip",
            "partition",
            "removeprefix",
            "removesuffix",
            "replace",
            "rfind",
            "rindex",
            "rjust",
            "rpartition",
            "rsplit",
            "rstrip",
            "split",
            "splitlines",
            "startswith",
            "strip",
            "swapcase",
            "title",
            "upper",
            "zfill");
    private static final Set<String> UNSUPPORTED =
            Set.of("casefold", "encode", "maketrans", "translate", "unescape", "striptags", "escape");

    private final String name;
    private final String text;
    private final boolean safe;
    private final Budget budget;

    private StringMethods(String name, String text, boolean safe, Budget budget) {
        this.name = name;
        this.text = text;
        this.safe = safe;
        this.budget = budget;
    }

    static @Nullable Object method(String text, boolean safe, String name) {
        if (UNSUPPORTED.contains(name)) {
            throw TemplateError.unsupported(name + " of a text");
        }
        return NAMES.contains(name)
                ? new Function(name, (rendering, arguments) -> call(text, safe, name, rendering, arguments))
                : null;
    }

    /** Calls the named method on a text, marked safe or not. */
    static Object call(Object text, String name, Rendering rendering, Object... arguments) {
        String plain = Objects.requireNonNull(Values.text(text));
        CallArguments all = new CallArguments(List.of(arguments), Map.of());
        return call(plain, text instanceof Markup, name, rendering, all);
    }

    private static Object call(String text, boolean safe, String name, Rendering rendering, CallArguments arguments) {
        rendering.budget().scan(text.length());
        StringMethods method = new StringMethods(name, text, safe, rendering.budget());
        Object result = switch (name) {
            case "format" -> method.format(arguments, rendering);
            case "format_map" -> method.formatMap(arguments, rendering);
            default -> method.run(arguments);
        };
        return safe ? marked(result) : result;
    }

    private static Object marked(Object result) {
        return switch (result) {
            case String text -> new Markup(text);
            case ListValue list ->
                new ListValue(list.items().stream().map(StringMethods::marked).toList());
            case TupleValue tuple ->
                new TupleValue(tuple.items().stream().map(StringMethods::marked).toList());
            default -> result;
        };
    }

    private Object run(CallArguments arguments) {
        return switch (name) {
            case "upper" -> made(none(arguments).toUpperCase(Locale.ROOT));
            case "lower" -> made(none(arguments).toLowerCase(Locale.ROOT));
            case "capitalize" -> made(Casing.capitalize(none(arguments)));
            case "title" -> made(Casing.title(none(arguments)));
            case "swapcase" -> made(Casing.swap(none(arguments)));
            case "strip", "lstrip", "rstrip" -> strip(bind(arguments, "chars="));
            case "split" -> split(bind(arguments, "sep=", "maxsplit="), false);
            case "rsplit" -> split(bind(arguments, "sep=", "maxsplit="), true);
            case "splitlines" -> {
                Signature.Bound bound = bind(arguments, "keepends=");
                yield list(Text.lines(text, Values.truthy(bound.get(0, false), budget)));
            }
            case "partition" -> partition(textOf(bind(arguments, "sep").get(0)), false);
            case "rpartition" -> partition(textOf(bind(arguments, "sep").get(0)), true);
            case "replace" -> replace(bind(arguments, "old", "new", "count="));
            case "startswith", "endswith" -> affixed(bind(arguments, "prefix", "start=", "end="));
            case "removeprefix" -> {
                String prefix = textOf(bind(arguments, "prefix").get(0));
                yield text.startsWith(prefix) ? made(text.substring(prefix.length())) : text;
            }
            case "removesuffix" -> {
                String suffix = textOf(bind(arguments, "suffix").get(0));
                yield text.endsWith(suffix) ? made(text.substring(0, text.length() - suffix.length())) : text;
            }
            case "find", "rfind", "index", "rindex" -> find(bind(arguments, "sub", "start=", "end="));
            case "count" -> {
                Signature.Bound bound = bind(arguments, "sub", "start=", "end=");
                String part = textOf(bound.get(0));
                Window window = window(bound);
                yield window == null ? 0L : (long) Text.count(window.text(), part);
            }
            case "join" -> join(bind(arguments, "iterable").get(0));
            case "center", "ljust", "rjust" -> justify(bind(arguments, "width", "fillchar="));
            case "zfill" -> zeroFill(Numbers.index(bind(arguments, "width").get(0)));
            case "expandtabs" ->
                expandTabs(Numbers.index(bind(arguments, "tabsize=").get(0, 8L)));
            default -> CharacterTests.test(name, none(arguments));
        };
    }

    private Signature.Bound bind(CallArguments arguments, String... parameters) {
        return Signature.of(name, parameters).bind(arguments);
    }

    private String none(CallArguments arguments) {
        bind(arguments);
        return text;
    }

    private String made(String result) {
        return budget.made(result);
    }

    private String textOf(Object value) {
        String other = Values.text(value);
        if (other == null) {
            throw TemplateError.type(name + "() argument must be str, not " + Values.typeName(value));
        }
        return other;
    }

    private ListValue list(List<String> parts) {
        budget.list(parts.size());
        for (String part : parts) {
            budget.text(part.length());
        }
        return new ListValue(new ArrayList<>(parts));
    }

    private String strip(Signature.Bound bound) {
        Object chars = bound.get(0, None.NONE);
        if (chars != None.NONE && Values.text(chars) == null) {
            throw TemplateError.type(name + " arg must be None or str");
        }
        String set = Values.text(chars);
        budget.steps(set == null ? 0 : (long) set.length() * text.length() / 64);
        return made(Text.strip(text, set, !name.equals("rstrip"), !name.equals("lstrip")));
    }

    private ListValue split(Signature.Bound bound, boolean fromRight) {
        Object separator = bound.get(0, None.NONE);
        int max = Numbers.clampedIndex(bound.get(1, -1L));
        if (separator == None.NONE) {
            return list(fromRight ? Text.splitAtSpaceFromRight(text, max) : Text.splitAtSpace(text, max));
        }
        String part = Values.text(separator);
        if (part == null) {
            throw TemplateError.type("must be str or None, not " + Values.typeName(separator));
        }
        if (part.isEmpty()) {
            throw TemplateError.value("empty separator");
        }
        return list(fromRight ? Text.splitFromRight(text, part, max) : Text.split(text, part, max));
    }

    private TupleValue partition(String separator, boolean last) {
        if (separator.isEmpty()) {
            throw TemplateError.value("empty separator");
        }
        int at = last ? Text.lastIndexOf(text, separator, text.length()) : Text.indexOf(text, separator, 0);
        budget.text(text.length());
        if (at < 0) {
            return last ? TupleValue.of("", "", text) : TupleValue.of(text, "", "");
        }
        return TupleValue.of(text.substring(0, at), separator, text.substring(at + separator.length()));
    }

    private String replace(Signature.Bound bound) {
        String with = textOf(bound.get(1));
        if (safe && !(bound.get(1) instanceof Markup)) {
            with = Markup.escape(with, budget);
        }
        return Text.replace(text, textOf(bound.get(0)), with, Numbers.clampedIndex(bound.get(2, -1L)), budget);
    }

    private boolean affixed(Signature.Bound bound) {
        Window window = window(bound);
        List<Object> affixes = bound.get(0) instanceof TupleValue tuple ? tuple.items() : List.of(bound.get(0));
        for (Object affix : affixes) {
            String part = Values.text(affix);
            if (part == null) {
                throw TemplateError.type(
                        name + " first arg must be str or a tuple of str, not " + Values.typeName(bound.get(0)));
            }
            if (window != null
                    && (name.equals("startswith")
                            ? window.text().startsWith(part)
                            : window.text().endsWith(part))) {
                return true;
            }
        }
        return false;
    }

    /** @param start in code points */
    private record Window(String text, int start) {}

    /** What the second and third argument leave of the text; null when they cross. */
    private @Nullable Window window(Signature.Bound bound) {
        if (!bound.given(1) && !bound.given(2)) {
            return new Window(text, 0);
        }
        int length = Text.length(text);
        int start = place(bound.get(1, None.NONE), length, 0);
        int end = Math.min(place(bound.get(2, None.NONE), length, length), length);
        return start > end ? null : new Window(Text.slice(text, start, end), start);
    }

    private static int place(Object bound, int length, int otherwise) {
        if (bound == None.NONE) {
            return otherwise;
        }
        int place = Numbers.clampedIndex(bound);
        return place < 0 ? Math.max(0, place + length) : place;
    }

    private long find(Signature.Bound bound) {
        String part = textOf(bound.get(0));
        Window window = window(bound);
        int at = -1;
        if (window != null) {
            at = name.startsWith("r")
                    ? Text.lastIndexOf(window.text(), part, window.text().length())
                    : Text.indexOf(window.text(), part, 0);
        }
        if (at < 0 || window == null) {
            if (name.endsWith("index")) {
                throw TemplateError.value("substring not found");
            }
            return -1;
        }
        return window.start() + (long) window.text().codePointCount(0, at);
    }

    private String join(Object items) {
        if (!Values.isIterable(items)) {
            throw TemplateError.type("can only join an iterable");
        }
        StringBuilder out = new StringBuilder();
        int count = 0;
        for (Iterator<Object> all = Values.iterate(items); all.hasNext(); count++) {
            Object item = all.next();
            String part = safe && !(item instanceof Markup)
                    ? Markup.escape(Repr.str(item, budget), budget)
                    : Values.text(item);
            if (part == null) {
                throw TemplateError.type(
                        "sequence item " + count + ": expected str instance, " + Values.typeName(item) + " found");
            }
            budget.fits(out.length() + (long) text.length() + part.length());
            budget.step();
            out.append(count == 0 ? "" : text).append(part);
        }
        return made(out.toString());
    }

    private String justify(Signature.Bound bound) {
        int width = Numbers.clampedIndex(bound.get(0));
        String fill = textOf(bound.get(1, " "));
        if (Text.length(fill) != 1) {
            throw TemplateError.type("The fill character must be exactly one character long");
        }
        int missing = width - Text.length(text);
        if (missing <= 0) {
            return text;
        }
        budget.text((long) text.length() + (long) missing * fill.length());
        int left = switch (name) {
            case "ljust" -> 0;
            case "rjust" -> missing;
            default -> missing / 2 + (missing & width & 1);
        };
        return fill.repeat(left) + text + fill.repeat(missing - left);
    }

    private String zeroFill(int width) {
        int missing = width - Text.length(text);
        if (missing <= 0) {
            return text;
        }
        budget.text((long) text.length() + missing);
        int sign = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        return text.substring(0, sign) + "0".repeat(missing) + text.substring(sign);
    }

    private String expandTabs(int size) {
        StringBuilder out = new StringBuilder();
        int column = 0;
        for (int c : text.codePoints().toArray()) {
            if (c == '\t') {
                int spaces = size <= 0 ? 0 : size - column % size;
                budget.fits(out.length() + (long) spaces);
                out.repeat(" ", spaces);
                column += spaces;
            } else {
                out.appendCodePoint(c);
                column = c == '\n' || c == '\r' ? 0 : column + 1;
            }
        }
        return made(out.toString());
    }

    private String format(CallArguments arguments, Rendering rendering) {
        if (safe) {
            throw TemplateError.unsupported("format of a text marked safe");
        }
        return BraceFormat.format(text, arguments, rendering);
    }

    private String formatMap(CallArguments arguments, Rendering rendering) {
        if (!(bind(arguments, "mapping").get(0) instanceof DictValue dict)) {
            throw TemplateError.unsupported("format_map with anything but a dict");
        }
        Map<String, Object> named = new LinkedHashMap<>();
        for (DictValue.Entry entry : dict.entries()) {
            String key = Values.text(entry.key());
            if (key != null) {
                named.put(key, entry.value());
            }
        }
        return format(new CallArguments(List.of(), named), rendering);
    }
}
