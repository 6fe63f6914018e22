package koine.engine.session;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import koine.engine.llama.Vocabulary;

/** Logits to log-probabilities. */
final class Scores {
    private final Vocabulary vocabulary;
    private final int alternatives;

    Scores(Vocabulary vocabulary, int alternatives) {
        this.vocabulary = vocabulary;
        this.alternatives = alternatives;
    }

    TokenScore of(int token, float[] logits) {
        double norm = logSumExp(logits);
        List<TokenScore> others = new ArrayList<>();
        for (int other : likeliest(logits)) {
            others.add(new TokenScore(other, vocabulary.piece(other, true), logits[other] - norm, List.of()));
        }
        return new TokenScore(token, vocabulary.piece(token, true), logits[token] - norm, others);
    }

    /** The first token of a prompt follows nothing. */
    TokenScore unscored(int token) {
        return new TokenScore(token, vocabulary.piece(token, true), Double.NaN, List.of());
    }

    /** Equal ones in the order of their numbers. */
    private List<Integer> likeliest(float[] logits) {
        Comparator<Integer> byLogit = Comparator.comparingDouble(token -> logits[token]);
        PriorityQueue<Integer> best = new PriorityQueue<>(byLogit.thenComparing(Comparator.reverseOrder()));
        for (int token = 0; token < logits.length && alternatives > 0; token++) {
            if (best.size() < alternatives) {
                best.add(token);
            } else if (logits[token] > logits[best.element()]) {
                best.poll();
                best.add(token);
            }
        }
        List<Integer> tokens = new ArrayList<>();
        while (!best.isEmpty()) {
            tokens.addFirst(best.poll());
        }
        return tokens;
    }

    private static double logSumExp(float[] logits) {
        double most = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            most = Math.max(most, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - most);
        }
        return most + Math.log(sum);
    }
}
