package koine.engine.session;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Which tokens the context has read, and for whom. */
final class PrefixCache {
    private int[] tokens = new int[1024];
    private int length;
    private @Nullable String owner;

    /** How many tokens at the begin of the prompt are already read, if they were read for the same key. */
    int shared(@Nullable String key, int[] prompt) {
        if (key == null || !key.equals(owner)) {
            return 0;
        }
        int mismatch = Arrays.mismatch(tokens, 0, length, prompt, 0, prompt.length);
        return mismatch < 0 ? length : mismatch;
    }

    void keepFirst(int count, @Nullable String key) {
        length = count;
        owner = key;
    }

    void append(int[] source, int from, int count) {
        if (length + count > tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.max(tokens.length * 2, length + count));
        }
        System.arraycopy(source, from, tokens, length, count);
        length += count;
    }

    int[] tokens() {
        return Arrays.copyOf(tokens, length);
    }

    int length() {
        return length;
    }
}
