package koine.engine.jllama;

import de.kherud.llama.Inside;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the library's one context has read, and the reading of more, a part at a time. The library shares what it has read with
 * every prompt that begins alike; here only prompts of one conversation do. Belongs to the generator's thread.
 */
final class Reading {
    /** So many tokens are read before anybody is asked again whether they are still wanted. */
    static final int PART = 32;

    private static final int[] NOTHING = {};

    private final Inside inside;
    private @Nullable String key;
    private int[] tokens = NOTHING;
    private boolean strange;

    Reading(Inside inside) {
        this.inside = inside;
    }

    /**
     * A conversation takes the context over.
     *
     * @return how many of the prompt's tokens it holds already, most likely; never all
     */
    int begin(@Nullable String conversation, int[] prompt) {
        if (conversation == null || !conversation.equals(key)) {
            clear();
        }
        key = conversation;
        strange = true; // until it is known what was read
        int mismatch = Arrays.mismatch(tokens, prompt);
        int same = mismatch < 0 ? prompt.length : mismatch;
        return Math.min(same, prompt.length - 1);
    }

    /** Reads the prompt as far as this; blocks for as long as a part takes. */
    void read(int[] prompt, int end) {
        inside.next(inside.begin(RequestJson.reading(prompt, end)));
    }

    /** It has read these, as far as is known. */
    void hold(int[] read) {
        tokens = read;
    }

    boolean isOf(String conversation) {
        return conversation.equals(key);
    }

    /** Forgets all of it. */
    void clear() {
        key = null;
        if (strange) {
            tokens = NOTHING;
            read(new int[] {0}, 1); // the library has no other way than to read something else
            strange = false;
        }
    }
}
