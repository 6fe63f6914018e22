package koine.engine.template;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Filters that make texts. */
final class TextFilters {
    private static final Signature ALONE = Signature.of("filter", "value");
    private static final Signature CENTER = Signature.of("do_center", "value", "width=");
    private static final Signature INDENT = Signature.of("do_indent", "s", "width=", "first=", "blank=");
    private static final Signature REPLACE = Signature.of("do_replace", "s", "old", "new", "count=");
    private static final Signature TRIM = Signature.of("do_trim", "value", "chars=");
    private static final Signature TRUNCATE =
            Signature.of("do_truncate", "s", "length=", "killwords=", "end=", "leeway=");
    private static final Signature SIZE = Signature.of("do_filesizeformat", "value", "binary=");
    private static final Signature XML = Signature.of("do_xmlattr", "d", "autospace=");

    private final Rendering rendering;
    private final Budget budget;

    TextFilters(Rendering rendering) {
        this.rendering = rendering;
        this.budget = rendering.budget();
    }

    Object apply(String name, Object value, CallArguments arguments) {
        CallArguments all = arguments.withFirst(value);
        return switch (name) {
            case "capitalize", "lower", "upper" -> {
                ALONE.bind(all);
                yield StringMethods.call(soft(value), name, rendering);
            }
            case "title" -> {
                ALONE.bind(all);
                yield budget.made(Casing.titleFilter(Repr.str(value, budget)));
            }
            case "string" -> soft(ALONE.bind(all).get(0));
            case "safe" -> new Markup(Repr.str(ALONE.bind(all).get(0), budget));
            case "e", "escape" -> {
                ALONE.bind(all);
                yield value instanceof Markup ? value : new Markup(Markup.escape(Repr.str(value, budget), budget));
            }
            case "forceescape" -> {
                ALONE.bind(all);
                yield new Markup(Markup.escape(Repr.str(value, budget), budget));
            }
            case "center" ->
                StringMethods.call(
                        soft(value), name, rendering, CENTER.bind(all).get(1, 80L));
            case "trim" ->
                StringMethods.call(
                        soft(value), "strip", rendering, TRIM.bind(all).get(1, None.NONE));
            case "replace" -> replace(REPLACE.bind(all));
            case "indent" -> indent(INDENT.bind(all));
            case "format" -> format(value, arguments);
            case "truncate" -> truncate(TRUNCATE.bind(all));
            case "wordcount" -> wordCount(Repr.str(ALONE.bind(all).get(0), budget));
            case "striptags" -> stripTags(Repr.str(ALONE.bind(all).get(0), budget));
            case "filesizeformat" -> fileSize(SIZE.bind(all));
            case "urlencode" -> urlEncode(ALONE.bind(all).get(0));
            case "xmlattr" -> xmlAttributes(XML.bind(all));
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** A text stays what it is, marked safe or not; anything else is printed. */
    private Object soft(Object value) {
        return Values.text(value) == null ? Repr.str(value, budget) : value;
    }

    private String replace(Signature.Bound bound) {
        Object count = bound.get(3, None.NONE);
        return Text.replace(
                Repr.str(bound.get(0), budget),
                Repr.str(bound.get(1), budget),
                Repr.str(bound.get(2), budget),
                count == None.NONE ? -1 : Numbers.clampedIndex(count),
                budget);
    }

    private Object indent(Signature.Bound bound) {
        Object value = bound.get(0);
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        String text = Values.text(value);
        if (text == null) {
            throw TemplateError.type(
                    "unsupported operand type(s) for +=: " + Repr.quoted(Values.typeName(value)) + " and 'str'");
        }
        String given = Values.text(bound.get(1, 4L));
        int spaces = given == null ? Math.max(0, Numbers.clampedIndex(bound.get(1, 4L))) : 0;
        budget.fits(spaces);
        String indentation = given == null ? " ".repeat(spaces) : given;
        boolean blank = Values.truthy(bound.get(3, false), budget);
        List<String> lines = Text.lines(text + "\n", false);
        budget.steps(lines.size());
        budget.text(text.length() + (long) lines.size() * indentation.length());
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean indented = i == 0 ? Values.truthy(bound.get(2, false), budget) : blank || !line.isEmpty();
            out.append(i == 0 ? "" : "\n").append(indented ? indentation : "").append(line);
        }
        return value instanceof Markup ? new Markup(out.toString()) : out.toString();
    }

    private Object format(Object value, CallArguments arguments) {
        if (!arguments.positional().isEmpty() && !arguments.named().isEmpty()) {
            throw TemplateError.of(
                    "FilterArgumentError", "can't handle positional and keyword arguments at the same time");
        }
        DictValue named = new DictValue(budget);
        arguments.named().forEach(named::put);
        Object values = arguments.named().isEmpty() ? new TupleValue(arguments.positional()) : named;
        return PercentFormat.format(soft(value), values, budget);
    }

    private Object truncate(Signature.Bound bound) {
        Object value = bound.get(0);
        int length = Numbers.index(bound.get(1, 255L));
        String end = Repr.str(bound.get(3, "..."), budget);
        Object leeway = bound.get(4, None.NONE);
        int slack = leeway == None.NONE ? 5 : Numbers.index(leeway);
        int endLength = Text.length(end);
        if (length < endLength) {
            throw TemplateError.of("AssertionError", "expected length >= " + endLength + ", got " + length);
        }
        if (slack < 0) {
            throw TemplateError.of("AssertionError", "expected leeway >= 0, got " + slack);
        }
        if (Values.length(value, budget) <= (long) length + slack) {
            return value;
        }
        Object head = new Slice(None.NONE, (long) length - endLength, None.NONE).of(value, budget);
        if (!Values.truthy(bound.get(2, false), budget)) {
            Object parts = StringMethods.call(head, "rsplit", rendering, " ", 1L);
            head = ((ListValue) parts).items().getFirst();
        }
        return rendering.operators().binary("+", head, end);
    }

    private long wordCount(String text) {
        budget.scan(text.length());
        long words = 0;
        boolean inWord = false;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            boolean word = CharacterTests.isWord(c);
            words += word && !inWord ? 1 : 0;
            inWord = word;
        }
        return words;
    }

    private String stripTags(String text) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        for (int start = text.indexOf('<'); start >= 0; start = text.indexOf('<', at)) {
            String closing = text.startsWith("<!--", start) ? "-->" : ">";
            int end = text.indexOf(closing, closing.length() == 1 ? start : start + 4);
            if (end < 0) {
                break;
            }
            out.append(text, at, start);
            at = end + closing.length();
        }
        out.append(text, at, text.length());
        String plain = String.join(" ", Text.splitAtSpace(out.toString(), -1));
        if (plain.indexOf('&') >= 0) {
            throw TemplateError.unsupported("striptags of a text with entities");
        }
        return budget.made(plain);
    }

    private String fileSize(Signature.Bound bound) {
        Object value = bound.get(0);
        String text = Values.text(value);
        Double parsed = text == null ? null : Numbers.parseFloat(text);
        if (parsed == null && !Numbers.isNumber(value)) {
            throw TemplateError.value("could not convert to float: " + Repr.repr(value, budget));
        }
        double bytes = parsed == null ? Numbers.toDouble(value) : parsed;
        boolean binary = Values.truthy(bound.get(1, false), budget);
        double base = binary ? 1024 : 1000;
        if (bytes == 1) {
            return "1 Byte";
        }
        if (bytes < base) {
            return Repr.number(Numbers.truncate(bytes)) + " Bytes";
        }
        String prefixes = binary ? "KMGTPEZY" : "kMGTPEZY";
        int step = 0;
        double unit = base * base;
        while (bytes >= unit && step < prefixes.length() - 1) {
            unit *= base;
            step++;
        }
        return Numbers.fixed(base * bytes / unit, 1) + " " + prefixes.charAt(step) + (binary ? "iB" : "B");
    }

    private String urlEncode(Object value) {
        if (Values.text(value) != null || !Values.isIterable(value)) {
            return quoteUrl(Repr.str(value, budget), "/");
        }
        Object pairs = value instanceof DictValue dict ? new DictView(dict, DictView.Kind.ITEMS) : value;
        List<String> parts = new ArrayList<>();
        for (Iterator<Object> all = Values.iterate(pairs); all.hasNext(); ) {
            List<Object> pair = Values.toList(all.next(), budget);
            if (pair.size() != 2) {
                throw TemplateError.value("too many values to unpack (expected 2)");
            }
            String key = quoteUrl(Repr.str(pair.get(0), budget), "").replace("%20", "+");
            parts.add(key + "=" + quoteUrl(Repr.str(pair.get(1), budget), "").replace("%20", "+"));
        }
        return budget.made(String.join("&", parts));
    }

    private String quoteUrl(String text, String plain) {
        budget.text(text.length() * 4L);
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean unreserved = c < 128 && (Character.isLetterOrDigit(c) || "_.-~".indexOf(c) >= 0);
            if (unreserved || plain.indexOf(c) >= 0) {
                out.append(c);
            } else {
                out.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return out.toString();
    }

    private String xmlAttributes(Signature.Bound bound) {
        if (!(bound.get(0) instanceof DictValue dict)) {
            throw TemplateError.of(
                    "AttributeError", Repr.quoted(Values.typeName(bound.get(0))) + " object has no attribute 'items'");
        }
        StringBuilder out = new StringBuilder();
        for (DictValue.Entry entry : dict.entries()) {
            if (entry.value() == None.NONE || entry.value() instanceof Undefined) {
                continue;
            }
            String key = Objects.requireNonNullElse(Values.text(entry.key()), "");
            if (key.isEmpty() || key.chars().anyMatch(c -> " \t\n\u000b\f\r/>=".indexOf(c) >= 0)) {
                throw TemplateError.value("Invalid character in attribute name: " + Repr.repr(entry.key(), budget));
            }
            out.append(out.isEmpty() ? "" : " ").append(escaped(entry.key()));
            out.append("=\"").append(escaped(entry.value())).append('"');
        }
        boolean space = !out.isEmpty() && Values.truthy(bound.get(1, true), budget);
        return budget.made((space ? " " : "") + out);
    }

    private String escaped(Object value) {
        String text = Repr.str(value, budget);
        return value instanceof Markup ? text : Markup.escape(text, budget);
    }
}
