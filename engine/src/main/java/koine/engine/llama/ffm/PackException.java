package koine.engine.llama.ffm;

/** The folder holds no usable native pack; the message says what is missing or which field differs. */
public final class PackException extends Exception {
    private static final long serialVersionUID = 1L;

    public PackException(String message) {
        super(message);
    }

    public PackException(String message, Throwable cause) {
        super(message, cause);
    }
}
