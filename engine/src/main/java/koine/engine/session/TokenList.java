package koine.engine.session;

import java.util.Arrays;

/** The tokens a sequence has read. */
final class TokenList {
    private int[] tokens = new int[1024];
    private int length;

    /** How many tokens at the begin are the same. */
    int shared(int[] others) {
        int mismatch = Arrays.mismatch(tokens, 0, length, others, 0, others.length);
        return mismatch < 0 ? length : mismatch;
    }

    /** How many tokens at the begin are the same. */
    int shared(TokenList other) {
        int mismatch = Arrays.mismatch(tokens, 0, length, other.tokens, 0, other.length);
        return mismatch < 0 ? length : mismatch;
    }

    /** @param index below the length */
    int at(int index) {
        return tokens[index];
    }

    void keepFirst(int count) {
        length = Math.min(length, count);
    }

    void add(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * tokens.length);
        }
        tokens[length++] = token;
    }

    void addAll(int[] more) {
        for (int token : more) {
            add(token);
        }
    }

    int[] toArray() {
        return Arrays.copyOf(tokens, length);
    }

    int length() {
        return length;
    }
}
