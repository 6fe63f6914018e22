package koine.app.chat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import koine.engine.client.TokenEngine;
import org.jspecify.annotations.Nullable;

/** A model that knows five tokens, takes a millisecond for each it reads and two for each it writes. */
public final class ScriptedTokens implements TokenEngine {
    /** One request. */
    public record Asked(int prompt, int tokens, @Nullable String cacheKey) {}

    public final List<Asked> asked = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Integer> known = new HashMap<>();

    @Override
    public int[] tokenize(String text) {
        return new int[] {3, 1, 4, 1, 5};
    }

    @Override
    public synchronized Completion complete(int[] prompt, int tokens, @Nullable String cacheKey) {
        asked.add(new Asked(prompt.length, tokens, cacheKey));
        int cached = cacheKey == null ? 0 : Math.min(known.getOrDefault(cacheKey, 0), prompt.length - 1);
        if (cacheKey != null) {
            known.put(cacheKey, prompt.length);
        }
        long reading = TimeUnit.MILLISECONDS.toNanos(prompt.length - cached);
        long writing = TimeUnit.MILLISECONDS.toNanos(2L * tokens);
        return new Completion(prompt.length, cached, tokens, reading, reading + writing);
    }
}
