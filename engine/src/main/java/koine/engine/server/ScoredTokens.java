package koine.engine.server;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import koine.engine.session.TokenScore;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the scores of tokens until their text is told: a text that may become a stop text is held back, and when it is
 * one, its tokens are no part of the answer. One thread.
 */
final class ScoredTokens {
    private final Deque<TokenScore> held = new ArrayDeque<>();
    /** Bytes before the first token held. */
    private long begin;

    private long told;

    /** @return the tokens whose text, or its begin, has been told */
    List<TokenScore> take(List<TokenScore> more, String text) {
        held.addAll(more);
        told += text.getBytes(StandardCharsets.UTF_8).length;
        List<TokenScore> ready = new ArrayList<>();
        while (!held.isEmpty() && begin < told) {
            ready.add(next());
        }
        return ready;
    }

    /** @param stopText which ended the answer, null when none did */
    List<TokenScore> rest(@Nullable String stopText) {
        List<TokenScore> rest = new ArrayList<>();
        while (stopText == null && !held.isEmpty()) {
            rest.add(next());
        }
        return rest;
    }

    private TokenScore next() {
        TokenScore token = held.remove();
        begin += token.bytes().length;
        return token;
    }
}
