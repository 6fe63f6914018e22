package koine.gguf;

/** An adapter does not go with a model. The message is for programmers; people are told by {@link #reason()}. */
public final class MisfitException extends Exception {
    private static final long serialVersionUID = 1L;
    private final Reason reason;

    MisfitException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** Why it does not go with it. */
    public enum Reason {
        /** A GGUF file of another kind: a whole model, a control vector. */
        NOT_AN_ADAPTER,
        /** An adapter that contradicts itself. */
        DAMAGED,
        /** Made for models of another architecture. */
        OTHER_ARCHITECTURE,
        /** Made for another model: the tensors it changes are not there, or of other shapes. */
        OTHER_TENSORS,
        /** A sound adapter of a kind, or on a model of a kind, that cannot be computed here. */
        UNSUPPORTED
    }
}
