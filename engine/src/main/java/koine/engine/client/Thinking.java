package koine.engine.client;

/** Whether a model thinks before it answers. */
public enum Thinking {
    /** It does not, or does not tell. */
    NONE,
    /** Always. */
    ALWAYS,
    /** As each question wants it. */
    SWITCHABLE
}
