package koine.i18n;

import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import koine.i18n.BundleFile.Entry;

/** Compares the texts of a language with those of English; every finding says which lines to paste where. */
final class BundleCheck {
    private final BundleFile english;
    private final BundleFile pendingFile;
    private final Set<String> pending = new LinkedHashSet<>();
    private final boolean release;

    /**
     * @param pendingFile lines "ar: key" for texts that a translator still owes
     * @param release whether nothing may be pending
     */
    BundleCheck(BundleFile english, BundleFile pendingFile, boolean release) {
        this.english = english;
        this.pendingFile = pendingFile;
        this.release = release;
        for (Entry entry : pendingFile.entries()) {
            pending.add(entry.key() + ": " + entry.pattern());
        }
    }

    /** What is wrong with English itself. */
    List<Finding> checkEnglish() {
        List<Finding> findings = new ArrayList<>(checkAlone(english, "en"));
        for (Entry entry : pendingFile.entries()) {
            if (!english.byKey().containsKey(entry.pattern())) {
                findings.add(new Finding(
                        at(pendingFile, entry),
                        "marks " + entry.pattern() + " as pending, which English does not have",
                        delete(pendingFile, entry.line())));
            }
        }
        return findings;
    }

    /** @param tag BCP 47 tag of the language of the translation */
    List<Finding> check(BundleFile translation, String tag) {
        ULocale locale = ULocale.forLanguageTag(tag);
        List<Finding> findings = new ArrayList<>(checkAlone(translation, tag));
        Map<String, Entry> translated = translation.byKey();
        Map<String, Entry> originals = english.byKey();
        for (Entry original : originals.values()) {
            Entry text = translated.get(original.key());
            if (text == null) {
                missing(original, translation, tag, locale, findings);
            } else {
                compare(original, text, translation, locale, findings);
                noLongerPending(text, tag, findings);
            }
        }
        for (Entry text : translated.values()) {
            if (!originals.containsKey(text.key())) {
                findings.add(new Finding(
                        at(translation, text),
                        text.key() + " is obsolete: English does not have it",
                        delete(translation, text.line())));
            }
        }
        return findings;
    }

    private void missing(Entry original, BundleFile translation, String tag, ULocale locale, List<Finding> findings) {
        String mark = tag + ": " + original.key();
        String line = BundleFile.line(original.key(), skeleton(original.pattern(), locale));
        String paste = "translate and paste " + translation.placeFor(original.key(), english) + ":\n" + line;
        if (!pending.contains(mark)) {
            findings.add(new Finding(
                    translation.name(),
                    original.key() + " is missing",
                    paste + "\nor, when a translator does it later, paste into " + pendingFile.name() + ":\n" + mark));
        } else if (release) {
            findings.add(new Finding(
                    translation.name(), original.key() + " is pending, and a release may have nothing pending", paste));
        }
    }

    private void compare(Entry original, Entry text, BundleFile translation, ULocale locale, List<Finding> findings) {
        MessageShape wanted;
        MessageShape found;
        try {
            wanted = MessageShape.of(original.pattern());
            found = MessageShape.of(text.pattern());
        } catch (IllegalArgumentException e) {
            return; // reported by itself
        }
        if (wanted.arguments().equals(found.arguments())) {
            return;
        }
        findings.add(new Finding(
                at(translation, text),
                text.key() + " has the arguments " + found.arguments() + ", but English has " + wanted.arguments(),
                replace(
                        translation,
                        text,
                        renamed(text.pattern(), wanted, found).orElse(skeleton(original.pattern(), locale)))));
    }

    private void noLongerPending(Entry text, String tag, List<Finding> findings) {
        for (Entry entry : pendingFile.entries()) {
            if (entry.key().equals(tag) && entry.pattern().equals(text.key())) {
                findings.add(new Finding(
                        at(pendingFile, entry),
                        text.key() + " is marked pending, but it is there",
                        delete(pendingFile, entry.line())));
            }
        }
    }

    private static List<Finding> checkAlone(BundleFile file, String tag) {
        ULocale locale = ULocale.forLanguageTag(tag);
        List<Finding> findings = new ArrayList<>();
        Set<String> seen = new TreeSet<>();
        for (Entry entry : file.entries()) {
            if (!seen.add(entry.key())) {
                findings.add(new Finding(at(file, entry), entry.key() + " is there twice", delete(file, entry.line())));
            }
            if (entry.pattern().isBlank()) {
                findings.add(new Finding(
                        at(file, entry),
                        entry.key() + " is empty",
                        "write its text, or " + delete(file, entry.line())));
            }
            if (file.lines().get(entry.line() - 1).endsWith("\\")) {
                findings.add(new Finding(
                        at(file, entry),
                        entry.key() + " goes on in the next line",
                        "one text a line: join the lines, with \\n where the text breaks"));
            }
            pattern(entry, file, locale, findings);
        }
        return findings;
    }

    private static void pattern(Entry entry, BundleFile file, ULocale locale, List<Finding> findings) {
        MessageShape shape;
        try {
            shape = MessageShape.of(entry.pattern());
        } catch (IllegalArgumentException e) {
            findings.add(new Finding(
                    at(file, entry),
                    entry.key() + " is no ICU message pattern: " + e.getMessage(),
                    "check the braces; a plural needs \"other {…}\"; write '' for an apostrophe before a brace"));
            return;
        }
        for (MessageShape.Plural plural : shape.plurals()) {
            Set<String> missing = plural.missing(locale);
            Set<String> foreign = plural.foreign(locale);
            if (!missing.isEmpty() || !foreign.isEmpty()) {
                findings.add(new Finding(
                        at(file, entry),
                        entry.key() + ", plural of {" + plural.argument() + "}:"
                                + (missing.isEmpty() ? "" : " lacks " + missing)
                                + (foreign.isEmpty() ? "" : " has " + foreign + ", unknown to the language"),
                        replace(file, entry, MessageShape.withPluralsOf(locale, entry.pattern()))));
                return; // the line to paste mends all plurals of this text
            }
        }
    }

    /** The translation with its one wrong name corrected, when that is all that is wrong. */
    private static Optional<String> renamed(String pattern, MessageShape wanted, MessageShape found) {
        Set<String> lost = new TreeSet<>(wanted.arguments().keySet());
        lost.removeAll(found.arguments().keySet());
        Set<String> extra = new TreeSet<>(found.arguments().keySet());
        extra.removeAll(wanted.arguments().keySet());
        if (lost.size() != 1 || extra.size() != 1) {
            return Optional.empty();
        }
        String name = Pattern.quote(extra.iterator().next());
        String corrected = Pattern.compile("\\{\\s*" + name + "(?=\\s*[,}])")
                .matcher(pattern)
                .replaceAll(Matcher.quoteReplacement("{" + lost.iterator().next()));
        return MessageShape.of(corrected).arguments().equals(wanted.arguments())
                ? Optional.of(corrected)
                : Optional.empty();
    }

    private static String skeleton(String pattern, ULocale locale) {
        try {
            return MessageShape.withPluralsOf(locale, pattern);
        } catch (IllegalArgumentException e) {
            return pattern;
        }
    }

    private static String replace(BundleFile file, Entry entry, String pattern) {
        return "paste over line " + entry.line() + " of " + file.name() + ", and translate what is not yet:\n"
                + BundleFile.line(entry.key(), pattern);
    }

    private static String delete(BundleFile file, int line) {
        return "delete line " + line + " of " + file.name() + ":\n"
                + file.lines().get(line - 1);
    }

    private static String at(BundleFile file, Entry entry) {
        return file.name() + ":" + entry.line();
    }
}
