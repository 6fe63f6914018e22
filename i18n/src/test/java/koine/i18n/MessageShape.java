package koine.i18n;

import com.ibm.icu.text.MessagePattern;
import com.ibm.icu.text.MessagePattern.ArgType;
import com.ibm.icu.text.MessagePattern.Part;
import com.ibm.icu.text.PluralRules;
import com.ibm.icu.text.PluralRules.PluralType;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a translation must keep of a pattern.
 *
 * @param arguments for each argument, at any depth, how it is used: text, plural, selectordinal, select with its
 *     variants, or a format such as "number" or "date, short"; text is left out where another use is there
 * @param plurals the plurals in the order in which they stand
 */
record MessageShape(Map<String, Set<String>> arguments, List<Plural> plurals) {
    private static final List<String> CATEGORIES = List.of("zero", "one", "two", "few", "many", "other");

    /**
     * @param start of the whole argument in the pattern, with {@code limit} its end
     * @param variants selector to message, in the order in which they stand
     */
    record Plural(String argument, PluralType type, String offset, int start, int limit, Map<String, String> variants) {
        Set<String> missing(ULocale locale) {
            Set<String> missing = new TreeSet<>(categories(locale));
            missing.removeAll(variants.keySet());
            return missing;
        }

        /** Categories the language does not have; "=0" and the like are always allowed. */
        Set<String> foreign(ULocale locale) {
            Set<String> foreign = new TreeSet<>(variants.keySet());
            foreign.removeIf(selector -> selector.startsWith("="));
            foreign.removeAll(categories(locale));
            return foreign;
        }

        private Set<String> categories(ULocale locale) {
            return PluralRules.forLocale(locale, type).getKeywords();
        }

        /** The same plural with exactly the categories of the language, new ones with the text of "other". */
        private String in(ULocale locale) {
            String other = variants.getOrDefault("other", "");
            Stream<String> explicit = variants.keySet().stream().filter(selector -> selector.startsWith("="));
            Stream<String> own = CATEGORIES.stream().filter(categories(locale)::contains);
            String keyword = type == PluralType.CARDINAL ? "plural" : "selectordinal";
            return Stream.concat(explicit, own)
                    .map(selector -> selector + " {" + variants.getOrDefault(selector, other) + "}")
                    .collect(Collectors.joining(" ", "{" + argument + ", " + keyword + ", " + offset, "}"));
        }
    }

    /** @throws IllegalArgumentException for a pattern that ICU refuses */
    static MessageShape of(String text) {
        MessagePattern pattern = new MessagePattern(text);
        Map<String, Set<String>> arguments = new TreeMap<>();
        List<Plural> plurals = new ArrayList<>();
        for (int i = 0; i < pattern.countParts(); i++) {
            if (pattern.getPartType(i) != Part.Type.ARG_START) {
                continue;
            }
            String name = pattern.getSubstring(pattern.getPart(i + 1));
            ArgType type = pattern.getPart(i).getArgType();
            if (type.hasPluralStyle()) {
                plurals.add(plural(pattern, i, name));
            }
            arguments.computeIfAbsent(name, n -> new TreeSet<>()).add(use(pattern, i));
        }
        for (Set<String> uses : arguments.values()) {
            if (uses.size() > 1) {
                uses.remove("text");
            }
        }
        return new MessageShape(arguments, plurals);
    }

    /** The pattern with exactly the plural categories of the language; translated texts stay. */
    static String withPluralsOf(ULocale locale, String text) {
        String adapted = text;
        while (true) {
            String current = adapted;
            var wrong = of(current).plurals().stream()
                    .filter(plural -> !plural.missing(locale).isEmpty()
                            || !plural.foreign(locale).isEmpty())
                    .findFirst();
            if (wrong.isEmpty()) {
                return current;
            }
            Plural plural = wrong.get();
            adapted = current.substring(0, plural.start()) + plural.in(locale) + current.substring(plural.limit());
        }
    }

    private static String use(MessagePattern pattern, int argStart) {
        return switch (pattern.getPart(argStart).getArgType()) {
            case NONE -> "text";
            case PLURAL -> "plural";
            case SELECTORDINAL -> "selectordinal";
            case CHOICE -> "choice";
            case SELECT ->
                "select "
                        + variants(pattern, argStart).keySet().stream().sorted().collect(Collectors.joining("/"));
            case SIMPLE -> {
                Part style = pattern.getPart(argStart + 3);
                String type = pattern.getSubstring(pattern.getPart(argStart + 2));
                yield style.getType() == Part.Type.ARG_STYLE
                        ? type + ", " + pattern.getSubstring(style).strip()
                        : type;
            }
        };
    }

    private static Plural plural(MessagePattern pattern, int argStart, String name) {
        Part first = pattern.getPart(argStart + 2);
        boolean hasOffset = first.getType() == Part.Type.ARG_INT || first.getType() == Part.Type.ARG_DOUBLE;
        return new Plural(
                name,
                pattern.getPart(argStart).getArgType() == ArgType.PLURAL ? PluralType.CARDINAL : PluralType.ORDINAL,
                hasOffset ? "offset:" + pattern.getSubstring(first) + " " : "",
                pattern.getPatternIndex(argStart),
                pattern.getPart(pattern.getLimitPartIndex(argStart)).getLimit(),
                variants(pattern, argStart));
    }

    private static Map<String, String> variants(MessagePattern pattern, int argStart) {
        Map<String, String> variants = new LinkedHashMap<>();
        int end = pattern.getLimitPartIndex(argStart);
        for (int i = argStart + 2; i < end; i++) {
            if (pattern.getPartType(i) != Part.Type.ARG_SELECTOR) {
                continue;
            }
            String selector = pattern.getSubstring(pattern.getPart(i));
            while (pattern.getPartType(i) != Part.Type.MSG_START) {
                i++;
            }
            int limit = pattern.getLimitPartIndex(i);
            variants.put(
                    selector,
                    pattern.getPatternString()
                            .substring(pattern.getPart(i).getLimit(), pattern.getPatternIndex(limit)));
            i = limit;
        }
        return variants;
    }
}
