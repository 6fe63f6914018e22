package koine.app.chat;

import koine.engine.client.EngineFacts;
import koine.engine.client.Sampling;
import koine.engine.client.Sampling.Repetition;
import koine.engine.client.Thinking;

/**
 * What an answer is given that nobody asked for: an end, and something against going round in circles. Small models, and
 * any model in a language it hardly knows, say the same sentence until their context is full.
 */
public final class AnswerDefaults {
    /** Most tokens of an answer: about three pages in English. Whoever wants more lets the model go on. */
    public static final int MOST_TOKENS = 2048;

    /** Thoughts count as the answer does, and are longer. */
    public static final int MOST_TOKENS_THINKING = 8192;

    /** As DRY is recommended, but for longer repetitions only: single signs may come again. */
    static final Repetition REPETITION = new Repetition(0.8, 1.75, 4, 1.0, -1);

    private AnswerDefaults() {}

    /** Greedy stays greedy: who asks for temperature 0 wants the model's own likeliest words, and the same every time. */
    static Sampling sampling(Sampling wanted) {
        Double temperature = wanted.temperature();
        boolean greedy = temperature != null && temperature == 0;
        return greedy || wanted.repetition() != null ? wanted : wanted.withRepetition(REPETITION);
    }

    static int maxTokens(ChatOptions options, EngineFacts facts) {
        Integer wanted = options.maxTokens();
        if (wanted != null) {
            return wanted;
        }
        boolean thinks = facts.thinking() == Thinking.ALWAYS
                || (facts.thinking() == Thinking.SWITCHABLE && !Boolean.FALSE.equals(options.thinking()));
        return thinks ? MOST_TOKENS_THINKING : MOST_TOKENS;
    }
}
