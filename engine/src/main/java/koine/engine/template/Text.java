package koine.engine.template;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's text: indices are code points, white space is Unicode's. */
final class Text {
    /** From this length of the wanted part on, a naive search could take seconds. */
    private static final int NAIVE_SEARCH = 32;

    private Text() {}

    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** @param index in code points, from 0 to the length */
    static int offset(String text, int index) {
        return text.offsetByCodePoints(0, index);
    }

    static String slice(String text, int from, int to) {
        if (from >= to) {
            return "";
        }
        int start = offset(text, from);
        return text.substring(start, text.offsetByCodePoints(start, to - from));
    }

    /** {@code str.isspace} of one character. */
    static boolean isSpace(int c) {
        return switch (c) {
            case 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0 -> true;
            case 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000 -> true;
            default -> c >= 0x2000 && c <= 0x200a;
        };
    }

    /** Whether there is nothing but white space; true for "". */
    static boolean isSpace(String text) {
        return text.codePoints().allMatch(Text::isSpace);
    }

    /** @param chars the characters to take off; null is white space */
    static String strip(String text, @Nullable String chars, boolean left, boolean right) {
        int start = 0;
        int end = text.length();
        while (left && start < end && strips(text.codePointAt(start), chars)) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (right && end > start && strips(text.codePointBefore(end), chars)) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(start, end);
    }

    private static boolean strips(int c, @Nullable String chars) {
        return chars == null ? isSpace(c) : chars.indexOf(c) >= 0;
    }

    /** At runs of white space; no empty parts. */
    static List<String> splitAtSpace(String text, int max) {
        List<String> parts = new ArrayList<>();
        int at = 0;
        while (true) {
            while (at < text.length() && isSpace(text.codePointAt(at))) {
                at++;
            }
            if (at >= text.length()) {
                return parts;
            }
            if (max >= 0 && parts.size() >= max) {
                parts.add(strip(text.substring(at), null, false, true));
                return parts;
            }
            int start = at;
            while (at < text.length() && !isSpace(text.codePointAt(at))) {
                at += Character.charCount(text.codePointAt(at));
            }
            parts.add(text.substring(start, at));
        }
    }

    /** As {@link #splitAtSpace}, counted from the right. */
    static List<String> splitAtSpaceFromRight(String text, int max) {
        List<String> parts = new ArrayList<>();
        int at = text.length();
        while (true) {
            while (at > 0 && isSpace(text.codePointBefore(at))) {
                at--;
            }
            if (at <= 0) {
                break;
            }
            if (max >= 0 && parts.size() >= max) {
                parts.add(strip(text.substring(0, at), null, true, false));
                break;
            }
            int end = at;
            while (at > 0 && !isSpace(text.codePointBefore(at))) {
                at -= Character.charCount(text.codePointBefore(at));
            }
            parts.add(text.substring(at, end));
        }
        return parts.reversed();
    }

    static List<String> split(String text, String separator, int max) {
        List<String> parts = new ArrayList<>();
        int at = 0;
        int hit = max == 0 ? -1 : indexOf(text, separator, 0);
        while (hit >= 0) {
            parts.add(text.substring(at, hit));
            at = hit + separator.length();
            hit = max >= 0 && parts.size() >= max ? -1 : indexOf(text, separator, at);
        }
        parts.add(text.substring(at));
        return parts;
    }

    static List<String> splitFromRight(String text, String separator, int max) {
        List<String> parts = new ArrayList<>();
        int end = text.length();
        int hit = max == 0 ? -1 : lastIndexOf(text, separator, end);
        while (hit >= 0) {
            parts.add(text.substring(hit + separator.length(), end));
            end = hit;
            hit = max >= 0 && parts.size() >= max ? -1 : lastIndexOf(text, separator, end);
        }
        parts.add(text.substring(0, end));
        return parts.reversed();
    }

    static List<String> lines(String text, boolean keepEnds) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (!endsLine(c)) {
                continue;
            }
            int end = at - 1;
            if (c == '\r' && at < text.length() && text.charAt(at) == '\n') {
                at++;
            }
            lines.add(text.substring(start, keepEnds ? at : end));
            start = at;
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    private static boolean endsLine(char c) {
        return switch (c) {
            case '\n', '\r', 0x0b, 0x0c, 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029 -> true;
            default -> false;
        };
    }

    /** Linear in the worst case too, which {@link String#indexOf} is not. */
    static int indexOf(String text, String part, int from) {
        if (part.length() < NAIVE_SEARCH) {
            return text.indexOf(part, from);
        }
        int[] border = borders(part);
        int matched = 0;
        for (int i = from; i < text.length(); i++) {
            while (matched > 0 && part.charAt(matched) != text.charAt(i)) {
                matched = border[matched - 1];
            }
            if (part.charAt(matched) == text.charAt(i)) {
                matched++;
            }
            if (matched == part.length()) {
                return i + 1 - matched;
            }
        }
        return -1;
    }

    /** @param before where the last match must end at the latest */
    static int lastIndexOf(String text, String part, int before) {
        String head = text.substring(0, before);
        if (part.length() < NAIVE_SEARCH) {
            return head.lastIndexOf(part);
        }
        int hit = indexOf(reversed(head), reversed(part), 0);
        return hit < 0 ? -1 : before - hit - part.length();
    }

    private static String reversed(String text) {
        char[] units = text.toCharArray();
        for (int i = 0, j = units.length - 1; i < j; i++, j--) {
            char unit = units[i];
            units[i] = units[j];
            units[j] = unit;
        }
        return new String(units);
    }

    private static int[] borders(String part) {
        int[] border = new int[part.length()];
        for (int i = 1, matched = 0; i < part.length(); i++) {
            while (matched > 0 && part.charAt(matched) != part.charAt(i)) {
                matched = border[matched - 1];
            }
            if (part.charAt(matched) == part.charAt(i)) {
                matched++;
            }
            border[i] = matched;
        }
        return border;
    }

    /** How often, without overlaps. */
    static int count(String text, String part) {
        if (part.isEmpty()) {
            return length(text) + 1;
        }
        int count = 0;
        for (int at = indexOf(text, part, 0); at >= 0; at = indexOf(text, part, at + part.length())) {
            count++;
        }
        return count;
    }

    /** @param max most replacements; negative is all of them */
    static String replace(String text, String old, String with, int max, Budget budget) {
        int count = max == 0 ? 0 : count(text, old);
        if (max >= 0) {
            count = Math.min(count, max);
        }
        budget.scan(text.length());
        budget.text(text.length() + (long) count * (with.length() - old.length()));
        if (count == 0) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        int at = 0;
        for (int i = 0; i < count; i++) {
            int hit = old.isEmpty() ? nextGap(text, at, i) : indexOf(text, old, at);
            out.append(text, at, hit).append(with);
            at = hit + old.length();
        }
        return out.append(text, at, text.length()).toString();
    }

    /** With an empty text to replace, the gaps between all characters are replaced. */
    private static int nextGap(String text, int at, int round) {
        return round == 0 ? at : at + Character.charCount(text.codePointAt(at));
    }

    /** By code points, which differs from {@link String#compareTo} outside the basic plane. */
    static int compare(String left, String right) {
        int shorter = Math.min(left.length(), right.length());
        for (int i = 0; i < shorter; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                boolean surrogates = Character.isSurrogate(a) != Character.isSurrogate(b);
                return surrogates ? (Character.isSurrogate(a) ? 1 : -1) : Character.compare(a, b);
            }
        }
        return Integer.compare(left.length(), right.length());
    }
}
