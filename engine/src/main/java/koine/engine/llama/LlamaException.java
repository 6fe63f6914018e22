package koine.engine.llama;

/** A llama.cpp function failed; the message names it and its status. */
public final class LlamaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LlamaException(String message) {
        super(message);
    }
}
