package koine.engine.session;

/** The prompt does not fit the context. Nothing is ever cut silently. */
public final class ContextOverflowException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int promptTokens;
    private final int contextTokens;

    public ContextOverflowException(int promptTokens, int contextTokens) {
        super("prompt of " + promptTokens + " tokens, context of " + contextTokens);
        this.promptTokens = promptTokens;
        this.contextTokens = contextTokens;
    }

    public int promptTokens() {
        return promptTokens;
    }

    public int contextTokens() {
        return contextTokens;
    }
}
