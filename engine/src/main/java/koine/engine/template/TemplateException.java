package koine.engine.template;

/** A chat template could not be rendered; the message names the construct and its line, or is the template's own. */
public final class TemplateException extends Exception {
    private static final long serialVersionUID = 1L;

    public TemplateException(String message) {
        super(message);
    }
}
