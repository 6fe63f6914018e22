package koine.app.bench;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import koine.engine.client.ChatMessage;
import koine.engine.client.ChatRequest;
import koine.engine.client.ChatResult;
import koine.engine.client.EngineLease;
import koine.engine.client.Sampling;
import koine.engine.client.TokenEngine;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/** What engines are made to write when they are compared. */
final class Writers {
    /** So long an answer takes: a shorter one is over within what else the computer does in a moment. */
    private static final double SECONDS = 1.5;

    private static final int LEAST_ANSWER = 24;
    private static final int MOST_ANSWER = 256;
    private static final int FIRST_ANSWER = 64;
    private static final int PROMPT = 512;

    /** So few say nothing of a speed. */
    private static final int LEAST = 8;

    /** Each round another answer to the same question, the same for both engines. */
    private static final double TEMPERATURE = 0.7;

    private static final String NO_TEMPLATE = "KOINE-E203";

    private Writers() {}

    /**
     * Answers to questions, as a person has them: what a draft model guesses depends on what is written. A model that was
     * not made for conversations goes on with the questions' text.
     *
     * @param questions each asks for a long answer
     */
    static Duel.Writer answers(List<String> questions) {
        return new Duel.Writer() {
            private boolean talks = true;
            private double last;

            @Override
            public double write(EngineLease engine, int round) throws Problem {
                String question = questions.get(round % questions.size());
                int most = length(last);
                if (talks) {
                    try {
                        last = answer(engine, question, most, round);
                        return last;
                    } catch (Problem e) {
                        if (!e.code().equals(NO_TEMPLATE)) {
                            throw e;
                        }
                        talks = false;
                    }
                }
                last = goOn(engine, tokens(engine, question), most, null);
                return last;
            }
        };
    }

    /** @param speed in tokens per second; 0 when it is not known yet */
    private static int length(double speed) {
        return speed == 0 ? FIRST_ANSWER : (int) Math.clamp(speed * SECONDS, LEAST_ANSWER, MOST_ANSWER);
    }

    /** Whole questions with a prompt of some length: how many a second. */
    static Duel.Writer whole(String text) {
        return (engine, round) -> {
            int[] prompt = SpeedTest.tokens(tokens(engine, text), PROMPT);
            TokenEngine.Completion done = engine.tokens().complete(prompt, FIRST_ANSWER, null);
            return (double) TimeUnit.SECONDS.toNanos(1) / Math.max(1, done.nanos());
        };
    }

    private static double answer(EngineLease engine, String question, int most, int round) throws Problem {
        ChatRequest request = new ChatRequest(
                "measure-" + UUID.randomUUID(),
                List.of(new ChatMessage("user", question)),
                new Sampling(TEMPERATURE, null, null, null, (long) round),
                most,
                null);
        ChatResult result = engine.engine().chat(request, text -> {});
        if (result.answerTokens() < LEAST || !(result.answerMillis() > 0)) {
            throw new Problem("KOINE-A131", Map.of());
        }
        return (result.answerTokens() - 1) * 1000.0 / result.answerMillis();
    }

    private static double goOn(EngineLease engine, int[] prompt, int most, @Nullable String key) throws Problem {
        TokenEngine.Completion done = engine.tokens().complete(prompt, most, key);
        double seconds = (double) (done.nanos() - done.firstTokenNanos()) / TimeUnit.SECONDS.toNanos(1);
        return (done.tokens() - 1) / Math.max(1e-9, seconds);
    }

    private static int[] tokens(EngineLease engine, String text) throws Problem {
        int[] words = engine.tokens().tokenize(text);
        if (words.length == 0) {
            throw new Problem("KOINE-E206", Map.of());
        }
        return words;
    }

    /** Behind a long text that was read before, where the context's own form matters. @param depth in tokens */
    static Duel.Writer behind(String text, int depth) {
        String run = UUID.randomUUID().toString();
        return new Duel.Writer() {
            private double last;

            @Override
            public double write(EngineLease engine, int round) throws Problem {
                int[] prompt = SpeedTest.tokens(tokens(engine, text), depth);
                // by the pid: what one has read, the other has not
                last = goOn(engine, prompt, length(last), "measure-" + run + "-" + engine.pid());
                return last;
            }
        };
    }
}
