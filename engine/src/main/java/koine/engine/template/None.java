package koine.engine.template;

/** Python's {@code None}. */
enum None {
    NONE
}
