package koine.engine.template;

/** A chat template could not be rendered; the message names the construct and its line, or is the template's own. */
public final class TemplateException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String jinjaText;

    public TemplateException(String message) {
        super(message);
        this.jinjaText = message;
    }

    TemplateException(String message, String jinjaText) {
        super(message);
        this.jinjaText = jinjaText;
    }

    /** The error as Python prints it, type and text without the line: {@code UndefinedError: 'tools' is undefined}. */
    public String jinjaText() {
        return jinjaText;
    }
}
