package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import koine.engine.NativeKit;
import koine.engine.llama.ModelLoadException;
import koine.engine.llama.SamplerOptions;
import koine.engine.llama.SamplerOptions.Dry;
import koine.engine.llama.SamplerOptions.Penalties;
import koine.engine.session.EqualToColdTest.Difference;
import koine.engine.session.Generator.Drafting;
import koine.engine.session.Generator.Finish;
import koine.engine.session.Generator.Hindrance;
import koine.engine.session.Generator.Outcome;
import koine.engine.session.Generator.Prompt;
import koine.engine.session.Generator.Request;
import koine.engine.session.Stage.Answer;
import koine.gguf.GgufValue;
import koine.gguf.TinyFamily;
import koine.gguf.TinyFamily.Memory;
import koine.gguf.TinyModel;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever drafts, an answer is the one without drafts, token by token: beside a model that drafts for itself, whose drafts are
 * kept, and beside one of the same words that says other things, whose drafts are not.
 */
class DraftingTest {
    private static final int CONTEXT = 512;
    private static final String PROMPT = "How deep is the water at the old pier, and who built it?";
    private static final double TOLERANCE = 0.05;

    @TempDir
    static Path folder = Path.of("");

    private static final List<Stage> stages = new ArrayList<>();
    private final List<Difference> parted = new ArrayList<>();
    private int compared;

    @BeforeAll
    static void load() throws Exception {
        Path model = folder.resolve("model.gguf");
        Path other = folder.resolve("other.gguf");
        llama().write(model);
        llama().seed(2).write(other);
        stages.add(new Stage(Stage.options(model, CONTEXT)));
        stages.add(new Stage(Stage.options(model, CONTEXT).withDraft(model)));
        stages.add(new Stage(Stage.options(model, CONTEXT).withDraft(other)));
    }

    @AfterAll
    static void close() {
        stages.forEach(Stage::close);
    }

    static List<TinyFamily> families() {
        return TinyFamily.all();
    }

    private static TinyModel llama() {
        return TinyFamily.of("llama").model(NativeKit.templates()).sure();
    }

    private static Stage plain() {
        return stages.get(0);
    }

    private static Stage self() {
        return stages.get(1);
    }

    private static Stage other() {
        return stages.get(2);
    }

    private static Request request(
            String prompt, SamplerOptions sampling, int maxTokens, @Nullable String key, String... stop) {
        return new Request(
                new Prompt.Text(prompt, 0),
                sampling,
                maxTokens,
                List.of(stop),
                true,
                Set.of(),
                3,
                false,
                key,
                false,
                List.of());
    }

    private static SamplerOptions sampling(
            double temperature,
            int seed,
            Penalties penalties,
            Dry dry,
            Map<Integer, Float> bias,
            @Nullable String rule) {
        return new SamplerOptions(temperature, 0, 1, 0, seed, penalties, dry, bias, rule);
    }

    private static Outcome undrafted(Outcome of) {
        return new Outcome(
                of.finish(), of.promptTokens(), of.cachedTokens(), of.answerTokens(), 0, 0, of.stopText(), 0, 0);
    }

    /**
     * Batches of another size round otherwise, so once in some thousand tokens there is another one, and from there on another
     * answer. What the choice was made of must be the same all the same, and of all answers of a test few may part.
     */
    private void assertSame(Answer plain, Answer drafted) {
        Difference difference = Difference.of(plain, drafted);
        assertTrue(difference.share() < TOLERANCE, difference.toString());
        compared++;
        if (plain.tokens.equals(drafted.tokens)) {
            assertEquals(plain.text.toString(), drafted.text.toString());
            assertEquals(undrafted(plain.outcome()), undrafted(drafted.outcome()));
        } else {
            parted.add(difference);
        }
    }

    @AfterEach
    void fewParted() {
        assertTrue(parted.size() * 12 <= compared, compared + " compared, parted: " + parted);
    }

    /** With all three. @return the answers */
    private List<Answer> same(Request request) {
        List<Answer> answers = stages.stream().map(stage -> stage.ask(request)).toList();
        assertEquals(0, answers.getFirst().outcome().drafted());
        int before = parted.size();
        answers.forEach(answer -> assertSame(answers.getFirst(), answer));
        for (Stage stage : parted.size() > before
                ? List.<Stage>of()
                : stages) { // and it is held as it was said: what comes next goes on from there
            String key = request.cacheKey();
            assertArrayEquals(
                    plain().generator().readTokens(key), stage.generator().readTokens(key));
        }
        return answers;
    }

    /** All but a draft in which rounding chose another word, and what followed that. */
    private static void assertMostKept(Outcome outcome) {
        assertTrue(outcome.drafted() - outcome.draftedKept() <= 8, outcome.toString());
    }

    private static Outcome outcome(Answer answer) {
        return answer.outcome();
    }

    @Test
    void theLikeliestWords() {
        int before = self().recorder.script.size();
        List<Answer> answers = same(request(PROMPT, SamplerOptions.greedy(), 120, "likeliest"));
        Outcome self = outcome(answers.get(1));
        assertTrue(self.drafted() > 90, self.toString());
        assertMostKept(self);
        Outcome other = outcome(answers.get(2));
        assertTrue(other.drafted() > 20, other.toString());
        assertTrue(other.draftedKept() < other.drafted() / 3, other.toString());
        String longest = "D " + (1 + Drafter.MOST) + " ";
        assertTrue(
                self().recorder.script.stream().skip(before).anyMatch(line -> line.startsWith(longest)),
                "drafts that are right become longer");
        assertTrue(other.drafted() < 2 * 120, "drafts that are wrong become shorter: " + other);
    }

    @Test
    void theSameAgainToTheLastDigitWhateverWasDraftedBefore() {
        for (Stage stage : List.of(self(), other())) {
            Answer first = stage.ask(null, PROMPT, 60);
            stage.ask("between", "Something else altogether, in a conversation of its own.", 30);
            Answer again = stage.ask(null, PROMPT, 60);
            assertEquals(first.tokens, again.tokens);
            assertEquals(outcome(first).drafted(), outcome(again).drafted());
            for (int i = 0; i < first.logits.size(); i++) {
                assertArrayEquals(first.logits.get(i), again.logits.get(i), "token " + i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 10, 60})
    void wordsLeftToChance(double temperature) {
        int kept = 0;
        for (int seed = 0; seed < 6; seed++) {
            SamplerOptions dice = sampling(temperature, seed, Penalties.OFF, Dry.OFF, Map.of(), null);
            Outcome self = outcome(same(request(PROMPT, dice, 60, "chance")).get(1));
            assertTrue(self.drafted() > 10, self.toString());
            kept += self.draftedKept();
        }
        assertTrue(temperature > 50 || kept > 20, "kept " + kept);
    }

    @Test
    void penalties() {
        for (Penalties penalties :
                List.of(new Penalties(64, 1.5, 0, 0), new Penalties(8, 1, 0.7, 0.9), new Penalties(30, 4, 0.2, 0.4))) {
            same(request(PROMPT, sampling(0, 0, penalties, Dry.OFF, Map.of(), null), 60, "penalties"));
            same(request(PROMPT, sampling(20, 3, penalties, Dry.OFF, Map.of(), null), 60, "penalties"));
        }
    }

    @Test
    void theRuleAgainstRepetitions() {
        Dry dry = new Dry(40, 1.75, 2, 64, List.of());
        same(request("wxyz, wxyz, wxy", sampling(0, 0, Penalties.OFF, dry, Map.of(), null), 60, "dry"));
    }

    @Test
    void biases() {
        int likeliest = plain().ask(null, PROMPT, 8).tokens.get(4);
        Map<Integer, Float> not = Map.of(likeliest, Float.NEGATIVE_INFINITY);
        same(request(PROMPT, sampling(0, 0, Penalties.OFF, Dry.OFF, not, null), 60, "biases"));
    }

    @Test
    void grammars() {
        String list = "root ::= \"[\" [a-z]{3,12} (\", \" [0-9]{2,9}){2,6} \"]\"";
        for (int seed = 0; seed < 4; seed++) {
            SamplerOptions held = sampling(seed * 20, seed, Penalties.OFF, Dry.OFF, Map.of(), list);
            Request request = new Request(
                    new Prompt.Text(PROMPT, 0), held, 120, List.of(), false, Set.of(), 0, false, "g", false, List.of());
            List<Answer> answers = same(request);
            String text = answers.get(1).text.toString();
            assertTrue(text.matches("\\[[a-z]{3,12}(, [0-9]{2,9}){2,6}]"), text);
        }
    }

    @Test
    void aTextThatEndsItInTheMiddle() {
        String whole = plain().ask(null, PROMPT, 60).text.toString();
        for (int at = 1; at < 40; at++) {
            String stop = whole.substring(at, whole.offsetByCodePoints(at, 2));
            if (stop.indexOf('\uFFFD') < 0) {
                Answer answer = same(request(PROMPT, SamplerOptions.greedy(), 60, "stop", stop))
                        .get(1);
                assertEquals(Finish.STOP, answer.outcome().finish());
                assertEquals(stop, answer.outcome().stopText());
            }
        }
    }

    @Test
    void asManyTokensAsAreWanted() {
        int wrong = 0;
        for (int tokens = 0; tokens < 40; tokens++) {
            List<Answer> answers = same(request(PROMPT, SamplerOptions.greedy(), tokens, "most"));
            assertEquals(tokens, answers.get(1).outcome().answerTokens());
            wrong += outcome(answers.get(1)).drafted() - outcome(answers.get(1)).draftedKept();
        }
        assertTrue(wrong < 20, "drafted and not wanted: " + wrong);
    }

    @Test
    void asManyTokensAsTheContextHolds() {
        String prompt = PROMPT.repeat(8);
        int read = plain().tokens(prompt);
        List<Answer> answers = same(request(prompt, SamplerOptions.greedy(), -1, "full"));
        for (Answer answer : answers) {
            assertEquals(Finish.LENGTH, answer.outcome().finish());
            assertEquals(CONTEXT - read + 1, answer.outcome().answerTokens());
        }
        for (Stage stage : stages) {
            assertEquals(CONTEXT, stage.recorder.largestContent());
        }
    }

    @Test
    void cancelledAfterAnyToken() {
        Answer whole = plain().ask(null, PROMPT, 40);
        for (Stage stage : List.of(self(), other())) {
            for (int said = 1; said < 30; said++) {
                String key = "cancelled " + said;
                Answer broken = stage.askUntilSaid(key, PROMPT, said);
                assertEquals(Finish.CANCELLED, broken.outcome().finish());
                assertEquals(whole.tokens.subList(0, said), broken.tokens);
                int[] held = stage.generator().readTokens(key);
                assertEquals(stage.tokens(PROMPT) + said - 1, held.length);
                assertEquals(whole.tokens, stage.ask(key, PROMPT, 40).tokens);
            }
        }
    }

    @Test
    void theTurnsOfAConversation() {
        List<Answer> first = same(request(PROMPT, SamplerOptions.greedy(), 50, "talk"));
        String two = PROMPT + first.getFirst().text + " And at low tide?";
        Answer second = same(request(two, SamplerOptions.greedy(), 50, "talk")).get(1);
        assertTrue(second.cached() >= plain().tokens(PROMPT), second.toString());
        assertTrue(second.outcome().drafted() > 30, second.toString());
        same(request(two, SamplerOptions.greedy(), 30, "talk")); // again
        same(request(PROMPT + " No, at high tide.", SamplerOptions.greedy(), 30, "talk")); // edited
        same(request(two, sampling(20, 7, Penalties.OFF, Dry.OFF, Map.of(), null), 50, "talk"));
    }

    @Test
    void nobodyMakesRoomForADraft() {
        for (Stage stage : stages) {
            int idle = stage.ask("idle", PROMPT, 20).outcome().promptTokens() + 19;
            List<Integer> prompt = new ArrayList<>();
            for (int token : stage.generator().tokenizer().tokens(PROMPT.repeat(8), true, true)) {
                prompt.add(token);
            }
            int said = 30;
            Request busy = new Request(
                    new Prompt.Tokens(prompt.subList(0, CONTEXT - idle - said + 1)),
                    sampling(0.01, 1, Penalties.OFF, Dry.OFF, Map.of(), null),
                    -1,
                    List.of(),
                    true,
                    Set.of(),
                    0,
                    false,
                    "busy",
                    false,
                    List.of());
            Answer answer = stage.new Answer();
            Chat.run(stage.generator(), busy, () -> answer.tokens.size() >= said, answer);
            assertEquals(said, answer.tokens.size());
            assertEquals(idle, stage.generator().readTokens("idle").length);
            assertEquals(CONTEXT - idle, stage.generator().readTokens("busy").length);
        }
    }

    @Test
    void aPromptWhoseTokensAreScored() {
        Request scored = new Request(
                new Prompt.Text(PROMPT, 0),
                SamplerOptions.greedy(),
                40,
                List.of(),
                true,
                Set.of(),
                2,
                true,
                null,
                false,
                List.of());
        same(scored);
    }

    @Test
    void besideOthersAndThenAlone() throws Exception {
        List<Request> requests = List.of(
                request(PROMPT, SamplerOptions.greedy(), 20, "a"),
                request("And at low tide?", sampling(20, 5, Penalties.OFF, Dry.OFF, Map.of(), null), 90, "b"),
                request("Who built it?", SamplerOptions.greedy(), 12, "c"));
        for (Stage stage : List.of(self(), other())) {
            List<Answer> plain = plain().together(5, requests);
            plain().forget("a", "b", "c");
            List<Answer> answers = stage.together(5, requests);
            for (int i = 0; i < answers.size(); i++) {
                assertSame(plain.get(i), answers.get(i));
            }
            assertTrue(answers.get(1).outcome().drafted() > 10, answers.toString());
            assertEquals(0, answers.get(2).outcome().drafted(), "it was never alone");
            assertTrue(stage.recorder.mostSequences() > 1, "they were not computed together");
            assertEquals(0, stage.recorder.mostOutputsBeside(), "drafted beside others");
        }
    }

    @Test
    void aSmallContextOfManyConversations() {
        for (int round = 0; round < 3; round++) {
            for (int key = 0; key < 6; key++) {
                String prompt = ("In conversation " + key + ": " + PROMPT).repeat(3);
                List<Answer> answers = same(request(prompt, SamplerOptions.greedy(), 60, "many " + key));
                assertTrue(answers.get(1).outcome().drafted() > 10, answers.toString());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void ofEveryArchitecture(TinyFamily family) throws Exception {
        Path model = folder.resolve(family.architecture() + ".gguf");
        Path other = folder.resolve(family.architecture() + "-other.gguf");
        family.model(NativeKit.templates()).sure().write(model);
        family.model(NativeKit.templates()).sure().seed(2).write(other);
        boolean drafts = family.memory() != Memory.RECURRENT;
        // longer than a sliding window with all that is kept beside it
        String prompt = PROMPT.repeat(family.memory() == Memory.SLIDING_WINDOW ? 16 : 2);
        try (Stage plain = new Stage(Stage.options(model, 2048));
                Stage self = new Stage(Stage.options(model, 2048).withDraft(model));
                Stage changing = new Stage(Stage.options(model, 2048).withDraft(other))) {
            assertEquals(
                    new Drafting(model.getFileName().toString(), drafts ? null : Hindrance.MODEL),
                    self.generator().model().drafting());
            for (Stage stage : List.of(self, changing)) {
                for (int tokens : new int[] {60, 1, 90}) {
                    Answer drafted = stage.ask("talk", prompt, tokens);
                    assertSame(plain.ask("talk", prompt, tokens), drafted);
                    assertEquals(drafts && tokens > 1, outcome(drafted).drafted() > 0, drafted.toString());
                    if (stage == self) {
                        assertMostKept(outcome(drafted));
                    }
                }
                String next = prompt + plain.ask("talk", prompt, 60).text + "And then?";
                stage.ask("talk", prompt, 60);
                assertSame(plain.ask("talk", next, 40), stage.ask("talk", next, 40));
                plain.forget("talk");
            }
            assertNull(plain.generator().model().drafting());
        }
    }

    @Test
    void aMemoryThatRefusesToForgetADraftIsReadAnew() throws Exception {
        Path model = folder.resolve("model.gguf");
        try (Stage refusing = new Stage(Stage.options(model, CONTEXT).withDraft(folder.resolve("other.gguf")))) {
            refusing.recorder.refuseRollbacks();
            for (int seed = 0; seed < 4; seed++) {
                Request request = request("In " + seed + PROMPT, SamplerOptions.greedy(), 40, "refused " + seed);
                Answer answer = refusing.ask(request);
                assertSame(plain().ask(request), answer);
                int[] read = refusing.generator().readTokens("refused " + seed);
                assertEquals(answer.outcome().promptTokens() + 39, read.length);
            }
            assertTrue(refusing.recorder.refused() > 4, "refused: " + refusing.recorder.refused());
        }
    }

    @Test
    void aDraftThatFailsEndsTheDraftsAndNoAnswer() throws Exception {
        Path model = folder.resolve("model.gguf");
        try (Stage stage = new Stage(Stage.options(model, CONTEXT).withDraft(model))) {
            assertSame(plain().ask("a", PROMPT, 40), stage.ask("a", PROMPT, 40));
            stage.recorder.fail(2);
            for (String key : List.of("a", "b")) {
                Answer after = stage.ask(key, PROMPT + PROMPT, 40);
                assertSame(plain().ask(key, PROMPT + PROMPT, 40), after);
                assertEquals(0, outcome(after).drafted());
            }
            plain().forget("a", "b");
        }
    }

    @Test
    void aDraftMadeForAShorterContextEndsThere() throws Exception {
        Path model = folder.resolve("model.gguf");
        Path draft = folder.resolve("short.gguf");
        llama().context(256).write(draft);
        try (Stage stage = new Stage(Stage.options(model, CONTEXT).withDraft(draft))) {
            int read = stage.tokens(PROMPT);
            for (String key : List.of("d", "e", "f")) {
                Request request = request(key + PROMPT, SamplerOptions.greedy(), 300, key);
                Answer answer = stage.ask(request);
                assertSame(plain().ask(request), answer);
                int drafted = outcome(answer).drafted();
                assertTrue(drafted > 100 && drafted <= 256 - read, answer.toString());
            }
        }
    }

    @Test
    void whereTheDraftsContextIsTooSmallForAllConversationsOthersGo() throws Exception {
        Path model = folder.resolve("model.gguf");
        Path draft = folder.resolve("small.gguf");
        llama().context(256).write(draft);
        try (Stage stage = new Stage(Stage.options(model, CONTEXT).withDraft(draft));
                Stage without = new Stage(Stage.options(model, CONTEXT))) {
            for (String key : List.of("g", "h", "i", "g", "h")) {
                // nearly, but not quite the likeliest: for those all else is forgotten
                SamplerOptions dice = sampling(0.01, 1, Penalties.OFF, Dry.OFF, Map.of(), null);
                Request request = request(key + PROMPT, dice, 90, key);
                Answer answer = stage.ask(request);
                assertSame(without.ask(request), answer);
                assertTrue(outcome(answer).drafted() > 10, answer.toString());
            }
            assertTrue(stage.recorder.held() > CONTEXT, "both hold several");
        }
    }

    @Test
    void tokensThatOnlyOneOfTheTwoKnows() throws Exception {
        TinyFamily small = TinyFamily.of("qwen3");
        List<String> words = new ArrayList<>(small.words());
        words.add("<more>");
        TinyFamily large = new TinyFamily(
                small.architecture(),
                small.template(),
                small.standsIn(),
                small.memory(),
                small.bos(),
                small.eos(),
                small.eot(),
                small.control(),
                words);
        Path few = folder.resolve("few.gguf");
        Path many = folder.resolve("many.gguf");
        small.model(NativeKit.templates())
                .script(List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"))
                .write(few);
        large.model(NativeKit.templates())
                .script(List.of("a", "b", "c", "d", "<more>", "e", "f", "g", "h", "i"))
                .write(many);
        for (List<Path> pair : List.of(List.of(few, many), List.of(many, few))) {
            try (Stage stage = new Stage(Stage.options(pair.get(0), 256).withDraft(pair.get(1)));
                    Stage without = new Stage(Stage.options(pair.get(0), 256))) {
                assertEquals(
                        new Drafting(pair.get(1).getFileName().toString(), null),
                        stage.generator().model().drafting());
                Answer answer = stage.ask("talk", "a", 9);
                assertSame(without.ask("talk", "a", 9), answer);
                assertTrue(answer.text.toString().startsWith("bcd"), answer.text.toString());
                assertTrue(outcome(answer).drafted() > 0, answer.toString());
                String more = "a" + answer.text + "a";
                assertSame(without.ask("talk", more, 9), stage.ask("talk", more, 9));
            }
        }
    }

    private void assertHindered(Path model, Path draft, Hindrance why) throws ModelLoadException {
        try (Stage stage = new Stage(Stage.options(model, CONTEXT).withDraft(draft));
                Stage without = new Stage(Stage.options(model, CONTEXT))) {
            assertEquals(
                    new Drafting(draft.getFileName().toString(), why),
                    stage.generator().model().drafting());
            Answer answer = stage.ask(null, PROMPT, 20);
            assertSame(without.ask(null, PROMPT, 20), answer);
            assertEquals(0, outcome(answer).drafted());
        }
    }

    @Test
    void aModelThatCannotDraftIsSaidNotTo() throws Exception {
        Path model = folder.resolve("model.gguf");
        assertHindered(model, folder.resolve("none.gguf"), Hindrance.MISSING);
        assertHindered(model, Files.writeString(folder.resolve("text.gguf"), "no model"), Hindrance.DAMAGED);
        byte[] bytes = Files.readAllBytes(model);
        Path cut = Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(bytes, bytes.length / 2));
        assertHindered(model, cut, Hindrance.DAMAGED);
        Path foreign = folder.resolve("foreign.gguf");
        TinyFamily.of("qwen2").model(NativeKit.templates()).write(foreign);
        assertHindered(model, foreign, Hindrance.OTHER_VOCABULARY);
        Path recurrent = folder.resolve("recurrent.gguf");
        TinyFamily.of("falcon-h1").model(NativeKit.templates()).write(recurrent);
        assertHindered(foreign, recurrent, Hindrance.UNSUPPORTED);
        assertHindered(recurrent, foreign, Hindrance.MODEL);
        Path embedding = folder.resolve("embedding.gguf");
        llama().put("llama.attention.causal", GgufValue.bool(false)).write(embedding);
        assertHindered(model, embedding, Hindrance.UNSUPPORTED);
        Path unknown = folder.resolve("unknown.gguf");
        llama().put("general.architecture", GgufValue.text("llama-of-tomorrow")).write(unknown);
        assertHindered(model, unknown, Hindrance.UNSUPPORTED);
    }

    @Test
    void oneOfAnotherArchitectureWithTheSameWordsDrafts() throws Exception {
        Path model = folder.resolve("gpt2.gguf");
        Path draft = folder.resolve("gptneox.gguf");
        TinyFamily.of("gpt2").model(NativeKit.templates()).sure().write(model);
        TinyFamily.of("gptneox").model(NativeKit.templates()).sure().write(draft);
        try (Stage stage = new Stage(Stage.options(model, CONTEXT).withDraft(draft));
                Stage without = new Stage(Stage.options(model, CONTEXT))) {
            Answer answer = stage.ask(null, PROMPT, 60);
            assertSame(without.ask(null, PROMPT, 60), answer);
            assertTrue(outcome(answer).drafted() > 0, answer.toString());
        }
    }

    @Test
    void aLoadThatIsCancelledWhileTheDraftLoadsIsCancelled() throws Exception {
        GeneratorOptions options =
                Stage.options(folder.resolve("model.gguf"), CONTEXT).withThreads(1);
        int[] asked = new int[2];
        LlamaGenerator.load(options, fraction -> {}, () -> asked[0]++ < 0).close();
        ModelLoadException failure = assertThrows(
                ModelLoadException.class,
                () -> LlamaGenerator.load(
                        options.withDraft(folder.resolve("other.gguf")), _ -> {}, () -> asked[1]++ >= asked[0]));
        assertEquals(ModelLoadException.Reason.CANCELLED, failure.reason());
        assertTrue(asked[1] > asked[0], "the model itself was loaded");
    }

    @Test
    void aForgottenConversationLeavesNothing() throws Exception {
        Path model = folder.resolve("model.gguf");
        try (Stage stage = new Stage(Stage.options(model, CONTEXT).withDraft(model))) {
            Answer answer = stage.ask("secret", PROMPT, 30);
            assertTrue(stage.recorder.held() > 2 * answer.outcome().promptTokens(), "in both contexts");
            stage.forget("secret");
            assertEquals(0, stage.recorder.held());
            stage.ask(null, PROMPT, 30);
            assertEquals(0, stage.recorder.held(), "it is nobody's");
        }
    }

    @Test
    void theModelIsToldOf() {
        assertNotNull(self().generator().model().drafting());
        assertFalse(Objects.requireNonNull(self().generator().model().drafting())
                .file()
                .contains("/"));
    }
}
