package koine.engine.reasoning;

import java.util.List;

/** How a family writes its thoughts and its answer, one after the other. */
sealed interface Layout {
    /** Everything is answer. */
    record Plain() implements Layout {}

    /**
     * Thoughts between two tags, at the begin of the turn.
     *
     * @param wrappers tags that some families put around the answer; they are dropped
     * @param again whether thoughts may come again after the answer began
     */
    record Tags(String open, String close, List<Wrapper> wrappers, boolean again) implements Layout {}

    /**
     * @param open may be empty: then the answer only has an end
     * @param after dropped too, when it follows
     */
    record Wrapper(String open, String close, String after) {
        Wrapper(String open, String close) {
            this(open, close, "");
        }
    }

    /**
     * A turn of several messages, each with a header that says whom it is for.
     *
     * @param begin of every message, before the role
     * @param bodies what ends a header, and with it tells what follows when the header itself does not
     * @param thoughts what makes a header one of thoughts
     * @param headers what a header after the role may begin with
     * @param ends of a message
     */
    record Messages(String begin, List<Body> bodies, String thoughts, List<String> headers, List<String> ends)
            implements Layout {}

    /** @param thinking whether what follows is always thoughts */
    record Body(String marker, boolean thinking) {}
}
