package koine.ui.chat;

/** What a conversation is waiting for. */
public sealed interface Activity {
    /** For the next question. */
    record Idle() implements Activity {}

    /** Asked, nothing heard yet. */
    record Asked() implements Activity {}

    /** @param fraction of the model that is loaded, 0 to 1 */
    record Loading(double fraction) implements Activity {}

    /** The model reads the conversation. Tokens. */
    record Reading(int processed, int total) implements Activity {}

    /** The model thinks before it answers. */
    record Thinking() implements Activity {}

    /** @param share of the oldest messages that is read, 0 to 1 */
    record Summarizing(double share) implements Activity {}

    /** The answer comes. */
    record Writing() implements Activity {}

    /** @param seen the last thing shown before the user asked to stop */
    record Stopping(Activity seen) implements Activity {}

    default boolean busy() {
        return !(this instanceof Idle);
    }
}
