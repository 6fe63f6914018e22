package koine.engine.template;

/**
 * What went wrong inside a template, named as Python names it. Unchecked, because it crosses iterators; turned into a
 * {@link TemplateException} at the border.
 */
final class TemplateError extends RuntimeException {
    private static final long serialVersionUID = 1L;
    /** Of errors that Jinja2 does not have: what we do not support, and our limits. */
    private static final String OURS = "";

    private static final String RECURSION = "RecursionError";

    private final String type;
    private final int line;

    private TemplateError(String type, String text, int line) {
        super(text, null, false, false);
        this.type = type;
        this.line = line;
    }

    /** @param type of the Python exception, such as {@code ValueError} */
    static TemplateError of(String type, String text) {
        return new TemplateError(type, text, 0);
    }

    static TemplateError type(String text) {
        return of("TypeError", text);
    }

    static TemplateError value(String text) {
        return of("ValueError", text);
    }

    static TemplateError syntax(String text, int line) {
        return new TemplateError("TemplateSyntaxError", text, line);
    }

    /** Of a template that Jinja2 accepts, but Python does not accept its translation. */
    static TemplateError python(String type, String text, int line) {
        return new TemplateError(type, text, line);
    }

    static TemplateError assertion(String text, int line) {
        return new TemplateError("TemplateAssertionError", text, line);
    }

    static TemplateError unsupported(String construct) {
        return new TemplateError(OURS, construct + " is not supported", 0);
    }

    static TemplateError unsupported(String construct, int line) {
        return new TemplateError(OURS, construct + " is not supported", line);
    }

    static TemplateError limit(String text) {
        return new TemplateError(OURS, text, 0);
    }

    static TemplateError limit(String text, int line) {
        return new TemplateError(OURS, text, line);
    }

    /** Python has such a limit too, but counts its own way. */
    static TemplateError recursion(String text) {
        return of(RECURSION, text);
    }

    /** What the template itself says is wrong: {@code raise_exception}. */
    static TemplateError raised(String text) {
        return of("TemplateError", text);
    }

    boolean isTypeError() {
        return type.equals("TypeError");
    }

    /** @param currentLine used when the error does not know its own line */
    TemplateException at(int currentLine) {
        String text = String.valueOf(getMessage());
        String jinjaText = switch (type) {
            case OURS -> text;
            case RECURSION -> type + ": maximum recursion depth exceeded while calling a Python object";
            default -> type + ": " + text;
        };
        if (type.equals("TemplateError")) {
            return new TemplateException(text, jinjaText, false);
        }
        String where = " (line " + (line > 0 ? line : currentLine) + ")";
        return new TemplateException(text + where, jinjaText, type.equals(OURS));
    }
}
