package koine.engine.template;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code "{} is {name!r:>8}".format(...)}, as Jinja2's sandbox does it. */
final class BraceFormat {
    private static final int MAX_DEPTH = 2;
    private final Rendering rendering;
    private final CallArguments arguments;
    /** Number of the next field without a name; negative once fields are numbered by hand. */
    private int automatic;

    private boolean manual;

    private BraceFormat(Rendering rendering, CallArguments arguments) {
        this.rendering = rendering;
        this.arguments = arguments;
    }

    static String format(String form, CallArguments arguments, Rendering rendering) {
        return new BraceFormat(rendering, arguments).run(form, MAX_DEPTH);
    }

    private String run(String form, int depth) {
        if (depth < 0) {
            throw TemplateError.value("Max string recursion exceeded");
        }
        rendering.budget().scan(form.length());
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < form.length()) {
            char c = form.charAt(at++);
            boolean doubled = at < form.length() && form.charAt(at) == c;
            if (c == '{' && !doubled) {
                int end = closing(form, at);
                out.append(field(form.substring(at, end), depth));
                rendering.budget().fits(out.length());
                at = end + 1;
            } else if (c == '}' && !doubled) {
                throw TemplateError.value("Single '}' encountered in format string");
            } else {
                out.append(c);
                at += c == '{' || c == '}' ? 1 : 0;
            }
        }
        return rendering.budget().made(out.toString());
    }

    private static int closing(String form, int from) {
        if (from >= form.length()) {
            throw TemplateError.value("Single '{' encountered in format string");
        }
        int open = 1;
        for (int i = from; i < form.length(); i++) {
            char c = form.charAt(i);
            if (c == '[' && open == 1) {
                i = form.indexOf(']', i);
                if (i < 0) {
                    break;
                }
            }
            open += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (open == 0) {
                return i;
            }
        }
        throw TemplateError.value("expected '}' before end of string");
    }

    private String field(String text, int depth) {
        int nameEnd = 0;
        while (nameEnd < text.length() && text.charAt(nameEnd) != ':' && text.charAt(nameEnd) != '!') {
            nameEnd = text.charAt(nameEnd) == '[' ? bracketEnd(text, nameEnd) : nameEnd + 1;
        }
        char conversion = 0;
        int specStart = nameEnd;
        if (nameEnd < text.length() && text.charAt(nameEnd) == '!') {
            if (nameEnd + 1 >= text.length()) {
                throw TemplateError.value("end of string while looking for conversion specifier");
            }
            conversion = text.charAt(nameEnd + 1);
            specStart = nameEnd + 2;
            if (specStart < text.length() && text.charAt(specStart) != ':') {
                throw TemplateError.value("expected ':' after conversion specifier");
            }
        }
        Object value = converted(lookup(text.substring(0, nameEnd)), conversion);
        String spec = specStart < text.length() ? text.substring(specStart + 1) : "";
        return FormatSpec.format(value, run(spec, depth - 1), rendering.budget());
    }

    private static int bracketEnd(String text, int open) {
        int close = text.indexOf(']', open);
        if (close < 0) {
            throw TemplateError.value("Missing ']' in format string");
        }
        return close + 1;
    }

    private Object converted(Object value, char conversion) {
        return switch (conversion) {
            case 0 -> value;
            case 's' -> Repr.str(value, rendering.budget());
            case 'r' -> Repr.repr(value, rendering.budget());
            case 'a' -> throw TemplateError.unsupported("the conversion !a of str.format");
            default -> throw TemplateError.value("Unknown conversion specifier '" + conversion + "'");
        };
    }

    private Object lookup(String name) {
        List<String> steps = steps(name);
        Object value = first(steps.getFirst());
        for (String step : steps.subList(1, steps.size())) {
            String key = step.substring(1);
            rendering.budget().step();
            boolean attribute = step.charAt(0) == '.';
            Object index = attribute ? null : number(key);
            value = attribute
                    ? Attributes.attribute(value, key, rendering)
                    : Attributes.item(value, index == null ? key : index, rendering);
        }
        return value;
    }

    /** The first name, then each further step with its sign, {@code .} or {@code [}. */
    private static List<String> steps(String name) {
        List<String> steps = new ArrayList<>();
        int start = 0;
        int i = 0;
        while (i < name.length()) {
            char c = name.charAt(i);
            if (c != '.' && c != '[') {
                i++;
                continue;
            }
            if (i > start || steps.isEmpty()) {
                steps.add(name.substring(start, i));
            }
            if (c == '[') {
                int close = name.indexOf(']', i);
                if (close < 0) {
                    throw TemplateError.value("Missing ']' in format string");
                }
                steps.add(name.substring(i, close));
                i = close + 1;
                start = i;
            } else {
                start = i++;
            }
        }
        if (i > start || steps.isEmpty()) {
            steps.add(name.substring(start));
        }
        return steps;
    }

    private static @Nullable Object number(String text) {
        return text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9') || text.length() > 9
                ? null
                : Long.valueOf(text);
    }

    private Object first(String name) {
        Object number = number(name);
        if (!name.isEmpty() && number == null) {
            Object value = arguments.named().get(name);
            if (value == null) {
                throw TemplateError.of("KeyError", Repr.quoted(name));
            }
            return value;
        }
        boolean byHand = number != null;
        if (byHand ? automatic > 0 : manual) {
            throw TemplateError.value(
                    byHand
                            ? "cannot switch from manual field specification to automatic field numbering"
                            : "cannot switch from automatic field numbering to manual field specification");
        }
        manual |= byHand;
        int index = number instanceof Long l ? l.intValue() : automatic++;
        if (index >= arguments.positional().size()) {
            throw TemplateError.of("IndexError", "tuple index out of range");
        }
        return arguments.positional().get(index);
    }
}
