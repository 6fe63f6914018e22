package koine.engine.llama;

/** A model could not be loaded. The message is for logs; what a person reads is chosen by {@link #reason()}. */
public final class ModelLoadException extends Exception {
    private static final long serialVersionUID = 1L;
    private final Reason reason;

    public ModelLoadException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public ModelLoadException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** Why it could not be loaded. */
    public enum Reason {
        /** There is no readable file at the path. */
        MISSING,
        /** Not a GGUF file, or cut short, or damaged. */
        DAMAGED,
        /** A sound file of a kind this pack does not know: architecture, tokenizer or tensor type. */
        UNSUPPORTED,
        /** The pack has no such device, on this computer or now. */
        DEVICE,
        /** The memory for the weights or the context was refused. */
        OUT_OF_MEMORY,
        /** The native pack is missing, incomplete, or not the one this binding was made for. */
        PACK,
        /** What loads it said no more than that. */
        FAILED,
        /** The caller asked to stop. */
        CANCELLED
    }
}
