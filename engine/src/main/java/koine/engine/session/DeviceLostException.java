package koine.engine.session;

/** A device cannot compute any more; what it holds is lost, and so is the generator. */
public final class DeviceLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DeviceLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
