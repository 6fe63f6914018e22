package koine.engine.llama;

import koine.gguf.MisfitException;

/** An adapter cannot be used with this model. The message is for programmers; people are told by {@link #reason()}. */
public final class AdapterException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final Reason reason;

    public AdapterException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    static AdapterException of(MisfitException misfit) {
        Reason reason = switch (misfit.reason()) {
            case NOT_AN_ADAPTER -> Reason.NOT_AN_ADAPTER;
            case DAMAGED -> Reason.DAMAGED;
            case OTHER_ARCHITECTURE, OTHER_TENSORS -> Reason.OTHER_BASE;
            case UNSUPPORTED -> Reason.UNSUPPORTED;
        };
        return new AdapterException(reason, String.valueOf(misfit.getMessage()));
    }

    public Reason reason() {
        return reason;
    }

    /** Why it cannot be used. */
    public enum Reason {
        /** There is no readable file at the path. */
        MISSING,
        /** Not a GGUF file, or cut short, or damaged. */
        DAMAGED,
        /** A sound GGUF file of another kind: a whole model, a control vector. */
        NOT_AN_ADAPTER,
        /** Made for another model: its architecture, or the names or shapes of its tensors, are not this one's. */
        OTHER_BASE,
        /** A sound adapter of a kind, or on a model of a kind, that cannot be computed here. */
        UNSUPPORTED,
        /** The memory for it was refused. */
        OUT_OF_MEMORY
    }
}
