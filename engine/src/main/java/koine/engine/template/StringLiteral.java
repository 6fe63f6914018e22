package koine.engine.template;

import java.util.Locale;

/** Escapes in string literals, as Python's {@code unicode-escape} codec reads them. */
final class StringLiteral {
    private final String source;
    private final int line;
    private final StringBuilder out = new StringBuilder();
    private int at;

    private StringLiteral(String source, int line) {
        this.source = source;
        this.line = line;
    }

    static String unescape(String source, int line) {
        if (source.indexOf('\\') < 0) {
            return source;
        }
        return new StringLiteral(source, line).run();
    }

    private String run() {
        while (at < source.length()) {
            char c = source.charAt(at++);
            if (c == '\\') {
                escape();
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private void escape() {
        int c = source.codePointAt(at);
        at += Character.charCount(c);
        switch (c) {
            case '\n' -> {}
            case '\\', '\'', '"' -> out.append((char) c);
            case 'a' -> out.append('\u0007');
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'v' -> out.append('\u000b');
            case 'x' -> hex(2, "truncated \\xXX escape");
            case 'u' -> hex(4, "truncated \\uXXXX escape");
            case 'U' -> hex(8, "truncated \\UXXXXXXXX escape");
            case 'N' -> named();
            case '0', '1', '2', '3', '4', '5', '6', '7' -> octal();
            default -> {
                out.append('\\');
                if (c < 128) {
                    out.append((char) c);
                } else {
                    // Jinja2 first turns these into escapes of their own, whose backslash is then escaped by this one.
                    String form = c < 0x100 ? "x%02x" : c < 0x10000 ? "u%04x" : "U%08x";
                    out.append(String.format(Locale.ROOT, form, c));
                }
            }
        }
    }

    private void hex(int digits, String error) {
        if (at + digits > source.length()) {
            throw TemplateError.syntax(error, line);
        }
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = source.charAt(at) < 128 ? Character.digit(source.charAt(at), 16) : -1;
            if (digit < 0 || value >= 1 << 24) {
                throw TemplateError.syntax(error, line);
            }
            value = value * 16 + digit;
            at++;
        }
        if (value > Character.MAX_CODE_POINT) {
            throw TemplateError.syntax("illegal Unicode character", line);
        }
        out.appendCodePoint(value);
    }

    private void octal() {
        at--;
        int value = 0;
        for (int i = 0; i < 3 && at < source.length(); i++) {
            int digit = source.charAt(at) - '0';
            if (digit < 0 || digit > 7) {
                break;
            }
            value = value * 8 + digit;
            at++;
        }
        out.appendCodePoint(value);
    }

    private void named() {
        int end = source.indexOf('}', at);
        if (at >= source.length() || source.charAt(at) != '{' || end < 0) {
            throw TemplateError.syntax("malformed \\N character escape", line);
        }
        try {
            out.appendCodePoint(Character.codePointOf(source.substring(at + 1, end)));
        } catch (IllegalArgumentException _) {
            throw TemplateError.syntax("unknown Unicode character name", line);
        }
        at = end + 1;
    }
}
