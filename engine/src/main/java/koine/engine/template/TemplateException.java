package koine.engine.template;

/** A chat template could not be rendered; the message names the construct and its line, or is the template's own. */
public final class TemplateException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String jinjaText;
    private final boolean refused;

    public TemplateException(String message) {
        this(message, message, true);
    }

    TemplateException(String message, String jinjaText, boolean refused) {
        super(message);
        this.jinjaText = jinjaText;
        this.refused = refused;
    }

    /** The error as Python prints it, type and text without the line: {@code UndefinedError: 'tools' is undefined}. */
    public String jinjaText() {
        return jinjaText;
    }

    /** Whether it is ours alone: a construct that is not supported, or a limit. Jinja2 may render such a template. */
    public boolean isRefusal() {
        return refused;
    }
}
