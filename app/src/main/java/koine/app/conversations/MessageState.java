package koine.app.conversations;

/** Where a message stands. */
public enum MessageState {
    /** Being written right now. After a kill it is found so at the next start, and becomes interrupted. */
    STREAMING,
    COMPLETE,
    /** Ended before its end: stopped by the user, or the engine or the app died; what arrived is kept. */
    INTERRUPTED,
    /** No answer came; nothing or little was received. */
    FAILED
}
