package koine.engine.template;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a template into tokens, with {@code trim_blocks} and {@code lstrip_blocks} on as Hugging Face has them. */
final class Lexer {
    private static final Pattern NEWLINE = Pattern.compile("\r\n|\r");
    private static final String[] OPERATORS = {
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=",
        ".", ":", "|", ",", ";"
    };

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private final Deque<String> open = new ArrayDeque<>();
    private int at;
    private int line = 1;
    /** Whether what was last consumed ended a line: then the next tag may strip its indentation. */
    private boolean lineStarting = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) {
        String source = NEWLINE.matcher(template).replaceAll("\n");
        if (source.endsWith("\n")) {
            source = source.substring(0, source.length() - 1);
        }
        Lexer lexer = new Lexer(source);
        try {
            lexer.run();
            lexer.add(TokenType.END, "");
        } catch (TemplateError error) {
            // Not yet thrown: the parser may find an error before it comes here, and that one is to be told.
            lexer.tokens.add(new Token(TokenType.ERROR, "", error, lexer.line));
        }
        return lexer.tokens;
    }

    private void run() {
        while (at < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                data(source.substring(at));
                advance(source.length());
                break;
            }
            Matcher raw = RAW_BEGIN.matcher(source).region(tag, source.length());
            if (raw.lookingAt()) {
                dataBefore(tag, sign(tag + 2), true);
                advance(raw.end());
                rawContent();
            } else {
                char kind = source.charAt(tag + 1);
                char sign = sign(tag + 2);
                dataBefore(tag, sign, kind != '{');
                advance(sign == 0 ? tag + 2 : tag + 3);
                switch (kind) {
                    case '#' -> comment();
                    case '%' -> inside(TokenType.BLOCK_BEGIN, TokenType.BLOCK_END, "%}");
                    default -> inside(TokenType.VARIABLE_BEGIN, TokenType.VARIABLE_END, "}}");
                }
            }
        }
    }

    private static final Pattern RAW_BEGIN = Pattern.compile("\\{%[-+]?\\s*raw\\s*(?:-%}\\s*|%})");
    private static final Pattern RAW_END = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%}|-%}\\s*|%}\\n?)");

    private int nextTag() {
        for (int i = source.indexOf('{', at); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            char next = source.charAt(i + 1);
            if (next == '{' || next == '%' || next == '#') {
                return i;
            }
        }
        return -1;
    }

    private char sign(int position) {
        char c = position < source.length() ? source.charAt(position) : 0;
        return c == '-' || c == '+' ? c : 0;
    }

    private void dataBefore(int end, char sign, boolean mayStripIndentation) {
        String text = source.substring(at, end);
        if (sign == '-') {
            text = Text.strip(text, null, false, true);
        } else if (sign == 0 && mayStripIndentation) {
            int lineStart = text.lastIndexOf('\n') + 1;
            if ((lineStart > 0 || lineStarting) && Text.isSpace(text.substring(lineStart))) {
                text = text.substring(0, lineStart);
            }
        }
        data(text);
        advance(end);
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            add(TokenType.DATA, text);
        }
    }

    private void add(TokenType type, String text) {
        tokens.add(new Token(type, text, text, line));
    }

    private void advance(int to) {
        for (int i = at; i < to; i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
        if (to > at) {
            lineStarting = source.charAt(to - 1) == '\n';
        }
        at = to;
    }

    private void rawContent() {
        Matcher end = RAW_END.matcher(source).region(at, source.length());
        if (!end.find()) {
            if (at == source.length()) {
                return;
            }
            throw TemplateError.syntax("Missing end of raw directive", line);
        }
        String sign = end.group(1);
        dataBefore(end.start(), sign.isEmpty() ? 0 : sign.charAt(0), true);
        advance(end.end());
    }

    private void comment() {
        int close = source.indexOf("#}", at);
        if (close < 0) {
            if (at == source.length()) {
                return;
            }
            throw TemplateError.syntax("Missing end of comment tag", line);
        }
        char before = close > at ? source.charAt(close - 1) : 0;
        advance(afterTag(close + 2, before, true));
    }

    /** Where the text goes on after a tag's closing, given the sign before its closing. */
    private int afterTag(int end, char sign, boolean trimNewline) {
        int to = end;
        if (sign == '-') {
            while (to < source.length() && Text.isSpace(source.codePointAt(to))) {
                to++;
            }
        } else if (sign != '+' && trimNewline && to < source.length() && source.charAt(to) == '\n') {
            to++;
        }
        return to;
    }

    /** A statement or a print statement, up to its end outside all brackets. */
    private void inside(TokenType begin, TokenType end, String closing) {
        boolean block = end == TokenType.BLOCK_END;
        add(begin, "");
        open.clear();
        while (at < source.length()) {
            char c = source.charAt(at);
            if (open.isEmpty()) {
                if (source.startsWith(closing, at)) {
                    add(end, "");
                    advance(afterTag(at + 2, (char) 0, block));
                    return;
                }
                if ((c == '-' || (c == '+' && block)) && source.startsWith(closing, at + 1)) {
                    add(end, "");
                    advance(afterTag(at + 3, c, block));
                    return;
                }
            }
            int codePoint = source.codePointAt(at);
            if (Text.isSpace(codePoint)) {
                advance(at + Character.charCount(codePoint));
            } else if (c >= '0' && c <= '9') {
                number();
            } else if (isWord(codePoint)) {
                name();
            } else if (!(c == '\'' || c == '"') || !string(c)) {
                operator();
            }
        }
    }

    private static boolean isWord(int codePoint) {
        return codePoint == '_' || Character.isLetterOrDigit(codePoint);
    }

    private void name() {
        int end = at;
        while (end < source.length() && isWord(source.codePointAt(end))) {
            end += Character.charCount(source.codePointAt(end));
        }
        add(TokenType.NAME, source.substring(at, end));
        advance(end);
    }

    private void operator() {
        for (String sign : OPERATORS) {
            if (source.startsWith(sign, at)) {
                balance(sign);
                add(TokenType.OPERATOR, sign);
                advance(at + sign.length());
                return;
            }
        }
        throw TemplateError.syntax(
                "unexpected char " + Repr.quoted(Character.toString(source.codePointAt(at))) + " at "
                        + source.codePointCount(0, at),
                line);
    }

    private void balance(String sign) {
        switch (sign) {
            case "{" -> open.push("}");
            case "(" -> open.push(")");
            case "[" -> open.push("]");
            case "}", ")", "]" -> {
                if (open.isEmpty()) {
                    throw TemplateError.syntax("unexpected '" + sign + "'", line);
                }
                String expected = open.pop();
                if (!expected.equals(sign)) {
                    throw TemplateError.syntax("unexpected '" + sign + "', expected '" + expected + "'", line);
                }
            }
            default -> {}
        }
    }

    private boolean string(char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            return false;
        }
        add(TokenType.STRING, StringLiteral.unescape(source.substring(at + 1, end), line));
        advance(end + 1);
        return true;
    }

    private void number() {
        int end = digits(at);
        boolean afterDot = at > 0 && source.charAt(at - 1) == '.';
        boolean isFloat = false;
        if (!afterDot) {
            int mark = end;
            if (charAt(mark) == '.' && isDigit(charAt(mark + 1))) {
                mark = digits(mark + 1);
                end = mark;
                isFloat = true;
            }
            if (charAt(mark) == 'e' || charAt(mark) == 'E') {
                int exponent = charAt(mark + 1) == '+' || charAt(mark + 1) == '-' ? mark + 2 : mark + 1;
                if (isDigit(charAt(exponent))) {
                    end = digits(exponent);
                    isFloat = true;
                }
            }
        }
        if (isFloat) {
            String text = source.substring(at, end).replace("_", "");
            tokens.add(new Token(TokenType.FLOAT, text, Double.valueOf(text), line));
        } else {
            end = integer();
        }
        advance(end);
    }

    private int integer() {
        char prefix = Character.toLowerCase(charAt(at + 1));
        int radix = charAt(at) != '0' ? 10 : prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 10;
        int end;
        String text;
        if (radix != 10 && digitsEnd(at + 2, radix) > at + 2) {
            end = digitsEnd(at + 2, radix);
            text = source.substring(at + 2, end);
        } else {
            radix = 10;
            end = charAt(at) == '0' ? at + 1 : digitsEnd(at, 10);
            while (charAt(at) == '0' && (charAt(end) == '0' || (charAt(end) == '_' && charAt(end + 1) == '0'))) {
                end++;
            }
            text = source.substring(at, end);
        }
        text = text.replace("_", "");
        if (text.length() > Numbers.MAX_DIGITS) {
            throw TemplateError.limit("a number with more than " + Numbers.MAX_DIGITS + " digits", line);
        }
        tokens.add(new Token(TokenType.INTEGER, text, Numbers.normal(new BigInteger(text, radix)), line));
        return end;
    }

    private int digits(int from) {
        return digitsEnd(from, 10);
    }

    /** Digits with single underscores between them. */
    private int digitsEnd(int from, int radix) {
        int i = from;
        while (i < source.length()) {
            char c = source.charAt(i) == '_' && (i > from || radix != 10) ? charAt(i + 1) : source.charAt(i);
            if (c >= 128 || Character.digit(c, radix) < 0) {
                break;
            }
            i += source.charAt(i) == '_' ? 2 : 1;
        }
        return i;
    }

    private char charAt(int position) {
        return position < source.length() ? source.charAt(position) : 0;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
