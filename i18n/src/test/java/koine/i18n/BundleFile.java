package koine.i18n;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * A file of texts, line by line, so that a finding can name the line and duplicates are seen.
 *
 * @param lines all lines as they are written
 */
record BundleFile(String name, List<String> lines, List<Entry> entries) {
    /**
     * @param line counted from 1
     * @param section the header the text stands under, or empty
     */
    record Entry(int line, String section, String key, String pattern) {}

    static BundleFile parse(String name, String content) {
        List<String> lines = content.lines().toList();
        List<Entry> entries = new ArrayList<>();
        String section = "";
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            section = line.startsWith("# ----") ? sectionIn(line) : section;
            Properties one = load(line);
            for (String key : one.stringPropertyNames()) {
                entries.add(new Entry(i + 1, section, key, one.getProperty(key)));
            }
        }
        return new BundleFile(name, lines, List.copyOf(entries));
    }

    /** By key; of duplicates the last, as the program reads them. */
    Map<String, Entry> byKey() {
        Map<String, Entry> map = new LinkedHashMap<>();
        entries.forEach(entry -> map.put(entry.key(), entry));
        return map;
    }

    /** Where a new text belongs: below the text that stands before it in the other file, else below its header. */
    String placeFor(String key, BundleFile model) {
        String section = model.sectionOf(key);
        Map<String, Entry> here = byKey();
        Optional<Entry> before = model.entries().stream()
                .takeWhile(entry -> !entry.key().equals(key))
                .map(entry -> here.get(entry.key()))
                .filter(entry -> entry != null && entry.section().equals(section))
                .reduce((first, last) -> last);
        return before.map(entry -> "below line " + entry.line() + " (" + entry.key() + ")")
                .orElseGet(() -> lineOf(section) == 0
                        ? "at the end"
                        : "below line " + lineOf(section) + " (the header \"" + section + "\")")
                .concat(" of " + name);
    }

    /** The line of a header, 0 when there is none. */
    private int lineOf(String section) {
        for (int i = 0; i < lines.size(); i++) {
            if (!section.isEmpty() && sectionIn(lines.get(i)).equals(section)) {
                return i + 1;
            }
        }
        return 0;
    }

    /** The section that a line begins, or empty. */
    private static String sectionIn(String line) {
        return line.startsWith("# ----") ? line.replaceAll("(^# -+ *| *-+$)", "") : "";
    }

    private String sectionOf(String key) {
        Entry entry = byKey().get(key);
        return entry == null ? "" : entry.section();
    }

    /** The line that gives a key a pattern. */
    static String line(String key, String pattern) {
        String escaped = pattern.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t");
        return key + "=" + (escaped.startsWith(" ") ? "\\" + escaped : escaped);
    }

    private static Properties load(String line) {
        Properties one = new Properties();
        try {
            one.load(new StringReader(line));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return one;
    }
}
