package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import koine.engine.NativeKit;
import koine.engine.session.Journey.Step;
import koine.engine.session.Stage.Answer;
import koine.gguf.TinyFamily;
import koine.gguf.TinyFamily.Memory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever was read before, an answer is the one that a generator gives that has read nothing else. Batches of another size
 * round otherwise, so logits are compared with a tolerance, token by token, until rounding has chosen another token: then
 * the two must have been as close as that. What a wrong memory looks like is measured in the same run, to be sure that
 * the tolerance would see it.
 */
class EqualToColdTest {
    /** Of the spread of a row's logits. The largest that rounding does, seen over all tiny models, is 0.02. */
    private static final double TINY_TOLERANCE = 0.05;

    /** In a model of 30 layers it adds up to 0.26, where more than 64 tokens are computed by other code than few are. */
    private static final double TOLERANCE = 0.6;

    private static final int SAID = 6;

    @TempDir
    Path folder = Path.of("");

    static List<TinyFamily> families() {
        return Journey.families();
    }

    @Test
    void ofTheStarterModel() throws Exception {
        check("SmolLM2", NativeKit.starterModel(), 2048, Memory.FULL_ATTENTION, TOLERANCE);
    }

    @ParameterizedTest
    @MethodSource("families")
    void ofEveryArchitecture(TinyFamily family) throws Exception {
        check(family.architecture(), write(family), 4096, family.memory(), TINY_TOLERANCE);
    }

    @ParameterizedTest
    @MethodSource("families")
    void whereTheContextIsTooSmallForAll(TinyFamily family) throws Exception {
        // its logits become NaN after some 340 tokens, and llama.cpp clears a state by multiplying it with 0
        assumeFalse(family.architecture().equals("qwen35"), "this tiny model's numbers grow beyond all bounds");
        Path model = write(family);
        try (Stage small = new Stage(Stage.options(model, 1024));
                Stage alone = new Stage(Stage.options(model, 1024))) {
            List<Generator.Request> requests = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                requests.add(Stage.request("The tide turns at " + i + ".", 400, "s" + i, false));
            }
            List<Answer> answers = small.together(3, requests);
            int wanted = 0;
            for (int i = 0; i < 4; i++) {
                String prompt = "The tide turns at " + i + ".";
                wanted += alone.tokens(prompt) + 400;
                assertEquals(400, answers.get(i).tokens.size());
                for (int said : new int[] {0, 150, 300, 330, 360}) {
                    Difference difference = alone.next(prompt, answers.get(i), said);
                    assertTrue(difference.share() < TINY_TOLERANCE, i + " after " + said + ": " + difference);
                }
            }
            Recorder recorder = small.recorder;
            assertTrue(recorder.largestContent() <= 1024, "tokens held: " + recorder.largestContent());
            boolean severalAtOnce = small.generator().model().slots() > 1;
            assertEquals(severalAtOnce, recorder.tokensRead() > wanted, "none had to wait and was read again");
        }
    }

    private Path write(TinyFamily family) throws Exception {
        Path file = folder.resolve(family.architecture() + ".gguf");
        family.model(NativeKit.templates()).write(file);
        return file;
    }

    private void check(String name, Path model, int contextTokens, Memory memory, double most) throws Exception {
        GeneratorOptions options =
                Stage.options(model, contextTokens).withSnapshots(folder.resolve("snapshots"), 1L << 30);
        Map<String, Integer> reused = new HashMap<>();
        List<String> table = new ArrayList<>();
        int slots;
        try (Stage warm = new Stage(options);
                Stage cold = new Stage(Stage.options(model, contextTokens))) {
            slots = warm.generator().model().slots();
            List<Step> steps = Journey.whole(warm, SAID).steps();
            double tolerance = Math.min(most, visible(cold, steps.getLast().prompt()) / 2);
            for (Step step : steps) {
                Answer alone = cold.ask(null, step.prompt(), SAID);
                Difference difference = Difference.of(step.answer(), alone);
                reused.put(step.name(), step.answer().cached());
                table.add(String.format(
                        Locale.ROOT,
                        "%-14s %-28s %4d of %4d reused, %s",
                        name,
                        step.name(),
                        step.answer().cached(),
                        alone.outcome().promptTokens(),
                        difference));
                assertEquals(0, alone.cached());
                assertTrue(difference.share() < tolerance, step.name() + ": " + difference);
            }
        }
        if (Journey.LONG) {
            System.getLogger("koine.proof").log(System.Logger.Level.INFO, String.join("\n", table));
        }
        assertReused(reused, memory, slots);
    }

    /** What two other words in a prompt make of its logits: little where the random weights hardly look back. */
    private static double visible(Stage cold, String prompt) {
        String changed = prompt.replace("old pier", "moon");
        double share = Difference.of(cold.ask(null, changed, SAID), cold.ask(null, prompt, SAID))
                .share();
        assertTrue(share > 0, "another question makes no difference at all");
        return share;
    }

    private static void assertReused(Map<String, Integer> reused, Memory memory, int slots) {
        for (String none : List.of("cold", "first", "with reasoning", "beside others 0", "beside others 3")) {
            assertEquals(0, reused.get(none), none);
        }
        List<String> some = new ArrayList<>(List.of("follow-up", "after others 1", "retry", "restored"));
        if (memory == Memory.FULL_ATTENTION) {
            some.addAll(List.of("edit", "stripped reasoning", "back on the first branch"));
        }
        if (slots == 1) {
            some.remove("after others 1");
        }
        for (String step : some) {
            assertTrue(reused.getOrDefault(step, 0) > 0, step + " reused nothing: " + reused);
        }
    }

    /**
     * @param share the largest difference of two logits of the same token, by the spread of all (their standard deviation)
     * @param compared rows that were; when the tokens part, the rest is not
     */
    record Difference(double share, int compared, int tokens) {
        static Difference of(Answer one, Answer other) {
            double worst = 0;
            int row = 0;
            int both = Math.min(one.tokens.size(), other.tokens.size());
            for (; row < both; row++) {
                double share = share(one.logits.get(row), other.logits.get(row));
                worst = Double.isNaN(share) ? Double.POSITIVE_INFINITY : Math.max(worst, share);
                if (!one.tokens.get(row).equals(other.tokens.get(row))) {
                    row++;
                    break;
                }
            }
            return new Difference(worst, row, both);
        }

        static Difference of(float[] one, float[] other) {
            double share = share(one, other);
            return new Difference(Double.isNaN(share) ? Double.POSITIVE_INFINITY : share, 1, 1);
        }

        private static double share(float[] one, float[] other) {
            double mean = 0;
            for (float logit : other) {
                mean += logit / other.length;
            }
            double square = 0;
            double most = 0;
            for (int i = 0; i < one.length; i++) {
                square += (other[i] - mean) * (other[i] - mean) / other.length;
                most = Math.max(most, Math.abs(one[i] - other[i]));
            }
            return most / Math.sqrt(square);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.5f over %d of %d rows", share, compared, tokens);
        }
    }
}
