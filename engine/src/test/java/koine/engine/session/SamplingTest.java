package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import koine.engine.NativeKit;
import koine.engine.llama.SamplerOptions;
import koine.engine.llama.SamplerOptions.Dry;
import koine.engine.llama.SamplerOptions.Penalties;
import koine.engine.session.Generator.Finish;
import koine.engine.session.Generator.Prompt;
import koine.engine.session.Generator.Request;
import koine.engine.session.Stage.Answer;
import koine.gguf.TinyFamily;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is chosen, against the same arithmetic done here on the same logits. A token of this model is a byte. */
class SamplingTest {
    private static final String PROMPT = "How deep is the water?";
    private static final int SAID = 24;

    @TempDir
    static Path folder = Path.of("");

    private static @Nullable Stage shared;

    @BeforeAll
    static void load() throws Exception {
        Path model = folder.resolve("tiny.gguf");
        TinyFamily.of("llama").model(NativeKit.templates()).write(model);
        shared = new Stage(Stage.options(model, 1024));
    }

    @AfterAll
    static void close() {
        if (shared != null) {
            shared.close();
        }
    }

    private static Stage stage() {
        return Objects.requireNonNull(shared);
    }

    private static SamplerOptions with(
            double temperature, Penalties penalties, Dry dry, Map<Integer, Float> bias, @Nullable String grammar) {
        return new SamplerOptions(temperature, 0, 1, 0, 1, penalties, dry, bias, grammar);
    }

    private static Request request(String prompt, SamplerOptions sampling, int maxTokens, boolean ignoreEnd) {
        return new Request(
                new Prompt.Text(prompt, 0),
                sampling,
                maxTokens,
                List.of(),
                ignoreEnd,
                Set.of(),
                0,
                false,
                null,
                false,
                List.of());
    }

    private static Answer answer(String prompt, SamplerOptions sampling) {
        return stage().ask(request(prompt, sampling, SAID, true));
    }

    private static int token(char letter) {
        int[] tokens = stage().generator().tokenizer().tokens(String.valueOf(letter), false, true);
        assertEquals(1, tokens.length);
        return tokens[0];
    }

    @ParameterizedTest
    @CsvSource({"64, 1.5, 0, 0", "64, 1, 0.7, 0", "64, 1, 0, 0.9", "8, 1.3, 0.2, 0.4", "30, 4, 0, 0"})
    void penaltiesWeighDownWhatWasSaid(int lastTokens, double repeat, double frequency, double presence) {
        Penalties penalties = new Penalties(lastTokens, repeat, frequency, presence);
        Answer answer = answer(PROMPT, with(0, penalties, Dry.OFF, Map.of(), null));
        int[] prompt = stage().generator().tokenizer().tokens(PROMPT, true, true);
        int changed = 0;
        for (int i = 0; i < answer.tokens.size(); i++) {
            Map<Integer, Integer> counts = new HashMap<>();
            for (int back = 1; back <= lastTokens && i - back >= -prompt.length; back++) {
                int at = i - back;
                counts.merge(at >= 0 ? answer.tokens.get(at) : prompt[prompt.length + at], 1, Integer::sum);
            }
            float[] logits = answer.logits.get(i).clone();
            int likeliest = best(logits);
            counts.forEach((token, count) -> {
                float logit = logits[token];
                logits[token] = (float) ((logit > 0 ? logit / repeat : logit * repeat) - count * frequency - presence);
            });
            assertEquals(best(logits), answer.tokens.get(i), "token " + i);
            changed += best(logits) == likeliest ? 0 : 1;
        }
        assertTrue(changed > 0, "the penalty changed nothing");
    }

    private static int best(float[] logits) {
        int best = 0;
        for (int token = 1; token < logits.length; token++) {
            best = logits[token] > logits[best] ? token : best;
        }
        return best;
    }

    @Test
    void dryKeepsFromRepeatingWhatIsLongEnoughUnlessSomethingBreaksIt() {
        String prompt = "wxyz, wxyz, wxy";
        Map<Integer, Float> liked = Map.of(token('z'), 30f);
        assertEquals(token('z'), first(prompt, Dry.OFF, liked));
        assertNotEquals(token('z'), first(prompt, new Dry(40, 1.75, 2, 64, List.of()), liked));
        assertEquals(token('z'), first(prompt, new Dry(40, 1.75, 12, 64, List.of()), liked));
        assertEquals(token('z'), first(prompt, new Dry(40, 1.75, 2, 4, List.of()), liked));
        assertEquals(token('z'), first(prompt, new Dry(40, 1.75, 2, 64, List.of("y")), liked));
    }

    private static int first(String prompt, Dry dry, Map<Integer, Float> bias) {
        return answer(prompt, with(0, Penalties.OFF, dry, bias, null)).tokens.getFirst();
    }

    @Test
    void aBiasForcesATokenOrRulesItOut() {
        Answer plain = answer(PROMPT, SamplerOptions.greedy());
        int likeliest = plain.tokens.getFirst();
        assertEquals(token('k'), first(PROMPT, Dry.OFF, Map.of(token('k'), 100f)));
        Map<Integer, Float> not = Map.of(likeliest, Float.NEGATIVE_INFINITY);
        Answer other = answer(PROMPT, with(0, Penalties.OFF, Dry.OFF, not, null));
        assertTrue(!other.tokens.contains(likeliest) && plain.tokens.contains(likeliest), other.toString());
    }

    @Test
    void aBiasOnATokenThatDoesNotExistIsRefused() {
        Answer answer = stage().new Answer();
        Request request = request(PROMPT, with(0, Penalties.OFF, Dry.OFF, Map.of(1 << 20, 1f), null), 4, true);
        stage().generator().begin(request, Chat.NEVER, answer);
        assertInstanceOf(IllegalArgumentException.class, answer.failure());
    }

    @Test
    void eachOfTheCutsAloneCanLeaveOnlyTheLikeliest() {
        List<Integer> greedy = answer(PROMPT, SamplerOptions.greedy()).tokens;
        assertEquals(greedy, answer(PROMPT, new SamplerOptions(2, 1, 1, 0, 5)).tokens);
        assertEquals(greedy, answer(PROMPT, new SamplerOptions(2, 0, 0, 0, 5)).tokens);
        assertEquals(greedy, answer(PROMPT, new SamplerOptions(2, 0, 1, 1, 5)).tokens);
        assertNotEquals(greedy, answer(PROMPT, new SamplerOptions(2, 0, 1, 0, 5)).tokens);
    }

    @Test
    void topKChoosesAmongTheLikeliestOnlyAndAmongAllOfThem() {
        Set<Integer> ranks = new HashSet<>();
        for (int seed = 0; seed < 8; seed++) {
            Answer answer = answer(PROMPT, new SamplerOptions(5, 3, 1, 0, seed));
            for (int i = 0; i < answer.tokens.size(); i++) {
                float[] logits = answer.logits.get(i);
                int rank = 0;
                for (float logit : logits) {
                    rank += logit > logits[answer.tokens.get(i)] ? 1 : 0;
                }
                ranks.add(rank);
            }
        }
        assertEquals(Set.of(0, 1, 2), ranks);
    }

    @Test
    void aSeedGivesItsAnswerWhateverRunsBeside() {
        Set<List<Integer>> answers = new HashSet<>();
        for (int seed = 0; seed < 6; seed++) {
            List<Integer> alone = answer(PROMPT, new SamplerOptions(1.5, 0, 1, 0, seed)).tokens;
            assertEquals(alone, answer(PROMPT, new SamplerOptions(1.5, 0, 1, 0, seed)).tokens);
            answers.add(alone);
        }
        assertEquals(6, answers.size());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.8, 3})
    void anAnswerKeepsToItsGrammarAndEndsWithIt(double temperature) {
        Set<String> said = new HashSet<>();
        for (int seed = 0; seed < 12; seed++) {
            SamplerOptions sampling = new SamplerOptions(
                    temperature,
                    0,
                    1,
                    0,
                    seed,
                    Penalties.OFF,
                    Dry.OFF,
                    Map.of(),
                    "root ::= \"yes\" | \"no\" | [0-9]+ \"!\"");
            Answer answer = stage().ask(request(PROMPT, sampling, 40, false));
            String text = answer.text.toString();
            boolean whole = answer.outcome().finish() == Finish.STOP;
            assertTrue(text.matches(whole ? "yes|no|[0-9]+!" : "[0-9]{40}"), text);
            said.add(text);
        }
        assertTrue(temperature == 0 ? said.size() == 1 : said.size() > 1, said.toString());
    }

    @Test
    void aGrammarAnswersInUnicodeTokenByToken() {
        SamplerOptions sampling = with(0, Penalties.OFF, Dry.OFF, Map.of(), "root ::= \"नमस्ते \" [α-ω]{3}");
        Answer answer = stage().ask(request(PROMPT, sampling, 80, false));
        assertTrue(answer.text.toString().matches("नमस्ते [α-ω]{3}"), answer.text.toString());
        assertEquals(Finish.STOP, answer.outcome().finish());
    }

    @ParameterizedTest
    @ValueSource(strings = {"root ::= \"a", "root ::= other", "yes", "root ::= root \"a\"", "root ::= ["})
    void aGrammarThatCannotBeReadIsRefused(String grammar) {
        Answer answer = stage().new Answer();
        SamplerOptions sampling = with(0, Penalties.OFF, Dry.OFF, Map.of(), grammar);
        stage().generator().begin(request(PROMPT, sampling, 4, false), Chat.NEVER, answer);
        assertInstanceOf(IllegalArgumentException.class, answer.failure());
        assertEquals(SAID, answer(PROMPT, SamplerOptions.greedy()).tokens.size());
    }

    @Test
    void aGrammarThatNoTokenFitsFailsThatAnswerOnly() {
        Map<Integer, Float> never = Map.of(token('b'), Float.NEGATIVE_INFINITY);
        Request impossible = request(PROMPT, with(0, Penalties.OFF, Dry.OFF, never, "root ::= \"ab\""), 8, false);
        Request ordinary = request(PROMPT, SamplerOptions.greedy(), SAID, true);
        List<Answer> answers = stage().together(1, List.of(ordinary, impossible));
        assertInstanceOf(GenerationException.class, answers.get(1).failure());
        assertEquals("a", answers.get(1).text.toString());
        assertEquals(SAID, answers.get(0).tokens.size());
        assertEquals(SAID, answer(PROMPT, SamplerOptions.greedy()).tokens.size());
    }
}
