package koine.engine.session;

/** llama.cpp reported a failure; the message names the function and its status. */
public final class GenerationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GenerationException(String message) {
        super(message);
    }
}
