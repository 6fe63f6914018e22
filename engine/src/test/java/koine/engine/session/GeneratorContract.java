package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import koine.engine.NativeKit;
import koine.engine.llama.AdapterException;
import koine.engine.llama.ModelLoadException;
import koine.engine.llama.ModelLoadException.Reason;
import koine.engine.llama.Offload;
import koine.engine.llama.SamplerOptions;
import koine.engine.llama.SamplerOptions.Dry;
import koine.engine.llama.SamplerOptions.Penalties;
import koine.engine.session.Generator.AdapterUse;
import koine.engine.session.Generator.Cancel;
import koine.engine.session.Generator.Finish;
import koine.engine.session.Generator.Outcome;
import koine.engine.session.Generator.Prompt;
import koine.engine.session.Generator.Request;
import koine.gguf.TinyFamily;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link Generator} does, and that each keeps to the abilities it declares. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class GeneratorContract {
    private static final String PARIS = Chat.prompt("What is the capital of France? Answer in one sentence.");
    private static final String ANSWER = "The capital of France is Paris.";
    private static final String FOX = Chat.prompt("Tell me a story about a fox.");
    private static final String SENTENCE = "The ship sailed on over the wide grey sea while the crew sang. ";
    private static final String COUNTING = "one two three four one two three four one two three four";
    private static final int CONTEXT = 2048;

    private final List<Double> progress = new ArrayList<>();
    private @Nullable Generator shared;

    @TempDir
    static Path folder = Path.of("");

    /** Loads a model on one thread. */
    abstract Generator load(GeneratorOptions options, List<Double> progress) throws ModelLoadException;

    /** The folder of its native library. */
    abstract Path pack();

    private GeneratorOptions options(Path model, int contextTokens) {
        return new GeneratorOptions(pack(), model, contextTokens).withThreads(Chat.THREADS);
    }

    @BeforeAll
    void load() throws ModelLoadException {
        shared = load(options(NativeKit.starterModel(), CONTEXT), progress);
    }

    @AfterAll
    void close() {
        if (shared != null) {
            shared.close();
        }
    }

    private Generator generator() {
        return Objects.requireNonNull(shared);
    }

    private Set<Ability> abilities() {
        return generator().model().abilities();
    }

    private static final class Pieces extends Chat.Collector {
        final List<String> pieces = new ArrayList<>();

        @Override
        public void onText(String more) {
            super.onText(more);
            pieces.add(more);
        }
    }

    private Outcome run(Request request, Cancel cancel, Chat.Collector sink) {
        return Chat.run(generator(), request, cancel, sink);
    }

    private String text(Request request) {
        Chat.Collector sink = new Chat.Collector();
        run(request, Chat.NEVER, sink);
        return sink.text.toString();
    }

    private void theNextAnswerIsRight() {
        assertEquals(ANSWER, text(Chat.greedy(PARIS, 32, null)));
    }

    private static Request with(SamplerOptions sampling, boolean ignoreEnd, Set<String> visible, int maxTokens) {
        return with(new Prompt.Text(PARIS, 0), sampling, ignoreEnd, visible, maxTokens, -1, false, List.of());
    }

    private static Request with(
            Prompt prompt,
            SamplerOptions sampling,
            boolean ignoreEnd,
            Set<String> visible,
            int maxTokens,
            int alternatives,
            boolean scorePrompt,
            List<AdapterUse> adapters) {
        return new Request(
                prompt,
                sampling,
                maxTokens,
                List.of(),
                ignoreEnd,
                visible,
                alternatives,
                scorePrompt,
                null,
                false,
                adapters);
    }

    private static SamplerOptions greedy(Map<Integer, Float> biases, Dry dry, @Nullable String grammar) {
        return new SamplerOptions(0, 0, 1, 0, 0, Penalties.OFF, dry, biases, grammar);
    }

    // what every generator does

    @Test
    void the_model_says_what_it_is() {
        Generator.ModelInfo info = generator().model();
        assertEquals("llama", info.architecture());
        assertEquals(8192, info.trainedContextTokens());
        assertEquals(CONTEXT, info.contextTokens());
        assertEquals("<|im_start|>", info.bosToken());
        assertEquals("<|im_end|>", info.eosToken());
        assertTrue(info.parameters() > 130_000_000, info.toString());
        assertTrue(info.bytes() > 80_000_000, info.toString());
        assertNotNull(info.chatTemplate());
        assertTrue(info.chatTemplate().contains("<|im_start|>"));
        assertEquals(49152, generator().tokenizer().size());
        assertEquals(pack().getFileName().toString(), info.pack());
    }

    @Test
    void the_likeliest_answer_is_the_same_each_time_and_ends_with_the_turn() {
        for (int i = 0; i < 2; i++) {
            Chat.Collector sink = new Chat.Collector();
            Outcome outcome = run(Chat.greedy(PARIS, 32, null), Chat.NEVER, sink);
            assertEquals(ANSWER, sink.text.toString());
            assertEquals(Finish.STOP, outcome.finish());
            assertEquals(7, outcome.answerTokens());
            assertEquals(generator().tokenizer().tokens(PARIS, true, true).length, outcome.promptTokens());
            assertTrue(outcome.promptMillis() > 0 && outcome.answerMillis() > 0, outcome.toString());
            text(Chat.greedy(FOX, 8, "fox"));
        }
    }

    @Test
    void the_token_limit_ends_the_answer() {
        Chat.Collector sink = new Chat.Collector();
        Outcome outcome = run(Chat.greedy(PARIS, 3, null), Chat.NEVER, sink);
        assertEquals(Finish.LENGTH, outcome.finish());
        assertEquals(3, outcome.answerTokens());
        assertEquals("The capital of", sink.text.toString());
    }

    @Test
    void no_token_asked_for_is_a_prompt_read_and_nothing_said() {
        Chat.Collector sink = new Chat.Collector();
        Outcome outcome = run(Chat.greedy(PARIS, 0, null), Chat.NEVER, sink);
        assertEquals(Finish.LENGTH, outcome.finish());
        assertEquals(0, outcome.answerTokens());
        assertEquals("", sink.text.toString());
        assertEquals(null, outcome.stopText());
    }

    @Test
    void a_stop_text_ends_the_answer_before_it_wherever_tokens_part_it() {
        Chat.Collector sink = new Chat.Collector();
        Outcome outcome = run(Chat.greedy(PARIS, 32, null, "of Fra"), Chat.NEVER, sink);
        assertEquals(Finish.STOP, outcome.finish());
        assertEquals("The capital ", sink.text.toString());
        assertEquals("of Fra", outcome.stopText());
        theNextAnswerIsRight();
    }

    @Test
    void an_answer_that_is_not_to_end_goes_on() {
        Chat.Collector sink = new Chat.Collector();
        Outcome outcome = run(with(SamplerOptions.greedy(), true, Set.of(), 24), Chat.NEVER, sink);
        assertEquals(Finish.LENGTH, outcome.finish());
        assertEquals(24, outcome.answerTokens());
        assertTrue(sink.text.toString().startsWith(ANSWER), sink.text.toString());
    }

    @Test
    void equal_seeds_give_equal_answers_and_others_differ() {
        String first = text(random(7));
        assertEquals(first, text(random(7)));
        assertFalse(first.equals(text(random(8))) && first.equals(text(random(9))), first);
    }

    private static Request random(long seed) {
        return new Request(FOX, new SamplerOptions(1.0, 40, 0.95, 0.05, seed), 24, List.of(), null);
    }

    @Test
    void every_piece_is_of_whole_characters() {
        String begun = Chat.prompt("Repeat: 🦊🦊 नमस्ते") + "🦊🦊";
        Pieces sink = new Pieces();
        run(Chat.greedy(begun, 24, null), Chat.NEVER, sink);
        assertTrue(sink.text.toString().contains("नमस्ते"), sink.text.toString());
        assertTrue(sink.text.toString().contains("🦊"), sink.text.toString());
        for (String piece : sink.pieces) {
            assertFalse(piece.contains("\uFFFD"), sink.pieces.toString());
            assertEquals(
                    piece,
                    new String(piece.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8),
                    "half a character");
        }
    }

    @Test
    void an_answer_that_ends_within_a_character_leaves_it_out() {
        String begun = Chat.prompt("Repeat: 🦊🦊 नमस्ते") + "🦊🦊 नमस्ते\n\n";
        Pieces whole = new Pieces();
        run(Chat.greedy(begun, 24, null), Chat.NEVER, whole);
        for (int most = 1; most < 8; most++) {
            Pieces cut = new Pieces();
            Outcome outcome = run(Chat.greedy(begun, most, null), Chat.NEVER, cut);
            assertEquals(most, outcome.answerTokens());
            assertFalse(cut.text.toString().contains("\uFFFD"), cut.pieces.toString());
            assertTrue(whole.text.toString().startsWith(cut.text.toString()), cut.pieces + " of " + whole.pieces);
        }
    }

    @Test
    void a_prompt_of_tokens_is_read_as_it_is() {
        List<Integer> tokens = new ArrayList<>();
        for (int token : generator().tokenizer().tokens(PARIS, true, true)) {
            tokens.add(token);
        }
        Chat.Collector sink = new Chat.Collector();
        Outcome outcome = run(
                with(new Prompt.Tokens(tokens), SamplerOptions.greedy(), false, Set.of(), 32, -1, false, List.of()),
                Chat.NEVER,
                sink);
        assertEquals(ANSWER, sink.text.toString());
        assertEquals(tokens.size(), outcome.promptTokens());
    }

    @Test
    void an_empty_prompt_and_a_token_that_does_not_exist_are_refused() {
        assertThrows(
                IllegalArgumentException.class, () -> run(Chat.greedy("", 8, null), Chat.NEVER, new Chat.Collector()));
        for (List<Integer> tokens : List.of(List.<Integer>of(), List.of(1, 49152), List.of(-1))) {
            Request request =
                    with(new Prompt.Tokens(tokens), SamplerOptions.greedy(), false, Set.of(), 8, -1, false, List.of());
            assertThrows(IllegalArgumentException.class, () -> run(request, Chat.NEVER, new Chat.Collector()));
        }
        assertThrows(
                IllegalArgumentException.class, () -> generator().tokenizer().bytes(49152));
        assertThrows(
                IllegalArgumentException.class,
                () -> text(with(greedy(Map.of(49152, 1f), Dry.OFF, null), false, Set.of(), 8)));
        theNextAnswerIsRight();
    }

    @Test
    void a_prompt_too_large_is_refused_with_its_size_and_nothing_is_cut() {
        ContextOverflowException refused = assertThrows(
                ContextOverflowException.class,
                () -> run(Chat.greedy(SENTENCE.repeat(200), 8, null), Chat.NEVER, new Chat.Collector()));
        assertEquals(CONTEXT, refused.contextTokens());
        assertTrue(refused.promptTokens() > CONTEXT, "tokens: " + refused.promptTokens());
        theNextAnswerIsRight();
    }

    @Test
    void a_full_context_ends_the_answer() throws ModelLoadException {
        try (Generator small = load(options(NativeKit.starterModel(), 256), new ArrayList<>())) {
            assertEquals(256, small.model().contextTokens());
            String prompt = Chat.prompt("Tell me a very long story about a fox, a bear and the sea. ".repeat(12));
            Outcome outcome = Chat.run(small, Chat.greedy(prompt, -1, null), Chat.NEVER, new Chat.Collector());
            assertEquals(Finish.LENGTH, outcome.finish());
            int all = outcome.promptTokens() + outcome.answerTokens();
            assertTrue(all == 256 || all == 256 + 1, outcome.toString());
            assertEquals(
                    ANSWER,
                    Stream.of(new Chat.Collector())
                            .peek(sink -> Chat.run(small, Chat.greedy(PARIS, 32, null), Chat.NEVER, sink))
                            .map(sink -> sink.text.toString())
                            .findFirst()
                            .orElse(""));
        }
    }

    @Test
    void an_exception_of_the_listener_ends_its_own_answer_only() {
        IllegalStateException gone = new IllegalStateException("the client is gone");
        Chat.Collector broken = new Chat.Collector() {
            @Override
            public void onText(String more) {
                throw gone;
            }
        };
        Chat.Collector other = new Chat.Collector();
        generator().begin(Chat.greedy(PARIS, 32, "broken"), Chat.NEVER, broken);
        generator().begin(Chat.greedy(PARIS, 32, "other"), Chat.NEVER, other);
        toTheEnd();
        assertSame(gone, broken.failure());
        assertEquals(ANSWER, other.text.toString());
        assertEquals(Finish.STOP, other.outcome().finish());
    }

    private void toTheEnd() {
        while (generator().step()) {
            // a round at a time
        }
    }

    @Test
    void a_cancelled_answer_leaves_the_others_as_they_are() {
        Chat.Collector first = new Chat.Collector();
        Chat.Collector second = new Chat.Collector();
        Chat.Collector third = new Chat.Collector();
        generator().begin(Chat.greedy(FOX, -1, "first"), () -> first.text.length() > 10, first);
        generator().begin(Chat.greedy(FOX, 8, "second"), () -> true, second);
        generator().begin(Chat.greedy(PARIS, 32, "third"), Chat.NEVER, third);
        toTheEnd();
        assertEquals(Finish.CANCELLED, first.outcome().finish());
        assertEquals(Finish.CANCELLED, second.outcome().finish());
        assertEquals(0, second.outcome().answerTokens());
        assertEquals(ANSWER, third.text.toString());
    }

    @Test
    void biases_make_and_forbid_tokens() {
        int the = generator().tokenizer().tokens("The", false, true)[0];
        String without = text(with(greedy(Map.of(the, Float.NEGATIVE_INFINITY), Dry.OFF, null), false, Set.of(), 8));
        assertFalse(without.startsWith("The"), without);
        int fox = generator().tokenizer().tokens("fox", false, true)[0];
        assertEquals("foxfoxfox", text(with(greedy(Map.of(fox, 100f), Dry.OFF, null), false, Set.of(), 3)));
    }

    @Test
    void penalties_keep_from_saying_the_same_again() {
        String prompt = "a b a b a b a b a b a b a b a b";
        Request plain = new Request(prompt, SamplerOptions.greedy(), 12, List.of(), null);
        SamplerOptions penalized =
                new SamplerOptions(0, 0, 1, 0, 0, new Penalties(64, 1, 2, 2), Dry.OFF, Map.of(), null);
        assertEquals(" a b a b a b a b a b a b", text(plain));
        String other = text(new Request(prompt, penalized, 12, List.of(), null));
        assertFalse(other.contains("a b a b"), other);
    }

    @Test
    void control_tokens_are_silent_unless_they_are_asked_for() {
        int start = generator().tokenizer().tokens("<|im_start|>", false, true)[0];
        SamplerOptions always = greedy(Map.of(start, 200f), Dry.OFF, null);
        assertEquals("", text(with(always, false, Set.of(), 2)));
        assertEquals("<|im_start|><|im_start|>", text(with(always, false, Set.of("<|im_start|>"), 2)));
    }

    /** Both versions of llama.cpp split them so. */
    static List<Map.Entry<String, List<Integer>>> referenceTokens() {
        return List.of(
                Map.entry("<|im_start|>user\nHi<|im_end|>\n", List.of(1, 4093, 198, 26843, 2, 198)),
                Map.entry("Hello World! 3.14", List.of(19556, 2260, 17, 216, 35, 30, 33, 36)),
                Map.entry("नमस्ते", List.of(30658, 35090, 38770, 16525, 26293, 30581)),
                Map.entry(
                        "مرحبا بالعالم", List.of(21706, 20602, 44626, 31462, 10805, 45726, 22208, 34966, 22208, 21706)),
                Map.entry("🦊 fox", List.of(10813, 116, 228, 16438)),
                Map.entry("  two\n\n\tspaces ", List.of(216, 827, 1116, 197, 41123, 216)));
    }

    @ParameterizedTest
    @MethodSource("referenceTokens")
    void texts_become_the_tokens_they_should_and_come_back(Map.Entry<String, List<Integer>> reference) {
        Tokenizer tokenizer = generator().tokenizer();
        int[] tokens = tokenizer.tokens(reference.getKey(), true, true);
        assertEquals(reference.getValue(), Arrays.stream(tokens).boxed().toList());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int token : tokens) {
            bytes.writeBytes(tokenizer.bytes(token));
        }
        assertEquals(reference.getKey(), bytes.toString(StandardCharsets.UTF_8));
    }

    @Test
    void the_token_that_begins_every_sequence_stands_there_once() throws Exception {
        TinyFamily family = TinyFamily.of("llama");
        Path file = folder.resolve(getClass().getSimpleName() + "-bos.gguf");
        family.model(NativeKit.templates()).without(".*scale").write(file);
        try (Generator tiny = load(options(file, 0), new ArrayList<>())) {
            String bos = Objects.requireNonNull(family.bos());
            int[] once = tiny.tokenizer().tokens(bos + "Hi", true, true);
            assertEquals(3, once.length);
            assertArrayEquals(once, tiny.tokenizer().tokens("Hi", true, true));
            assertEquals(bos, tiny.model().bosToken());
            Chat.Collector with = new Chat.Collector();
            Chat.Collector without = new Chat.Collector();
            Outcome one = Chat.run(tiny, Chat.greedy(bos + "Hi", 8, null), Chat.NEVER, with);
            Outcome two = Chat.run(tiny, Chat.greedy("Hi", 8, null), Chat.NEVER, without);
            assertEquals(3, one.promptTokens());
            assertEquals(3, two.promptTokens());
            assertEquals(with.text.toString(), without.text.toString());
        }
    }

    @Test
    void files_that_cannot_be_loaded_are_refused_with_their_reason() throws IOException {
        String name = getClass().getSimpleName();
        Path missing = folder.resolve("nothing.gguf");
        assertEquals(Reason.MISSING, reason(missing));
        Path text = Files.writeString(folder.resolve(name + "-text.gguf"), "this is no model");
        assertEquals(Reason.DAMAGED, reason(text));
        Path cut = folder.resolve(name + "-cut.gguf");
        Files.write(cut, Arrays.copyOf(Files.readAllBytes(NativeKit.starterModel()), 20_000_000));
        assertEquals(Reason.DAMAGED, reason(cut));
        theNextAnswerIsRight();
    }

    private Reason reason(Path model) {
        return assertThrows(ModelLoadException.class, () -> load(options(model, 0), new ArrayList<>()))
                .reason();
    }

    @Test
    void a_long_word_does_not_end_the_process() {
        int[] tokens = generator().tokenizer().tokens("a".repeat(20_000), true, true);
        assertTrue(tokens.length > 100, "tokens: " + tokens.length);
        assertThrows(
                IllegalArgumentException.class, () -> generator().tokenizer().tokens("a".repeat(500_000), true, true));
    }

    // what it declares it can do, and nothing else

    @ParameterizedTest
    @EnumSource(Ability.class)
    void what_is_declared_is_there_and_what_is_not_is_refused_or_told(Ability ability) throws Exception {
        boolean able = abilities().contains(ability);
        switch (ability) {
            case SCORES -> asked(ability, able, scored(0, false), this::hasScores);
            case PROMPT_SCORES -> asked(ability, able, scored(0, true), this::hasPromptScores);
            case GRAMMAR ->
                asked(
                        ability,
                        able,
                        with(greedy(Map.of(), Dry.OFF, "root ::= \"no\" | \"never\""), false, Set.of(), 8),
                        request -> assertTrue(Set.of("no", "never").contains(text(request)), text(request)));
            case DRY -> asked(ability, able, dry(), this::doesNotRepeat);
            case ADAPTERS -> asked(ability, able, adapted(), this::looksForTheAdapter);
            case EMBEDDINGS -> {
                UnsupportedOperationException refused = assertThrows(
                        UnsupportedOperationException.class,
                        () -> generator().embed(List.of(new int[] {1}), Chat.NEVER));
                assertEquals(!able, refused instanceof MissingAbilityException); // the model has none in any case
            }
            case PLAIN_TOKENS -> {
                if (able) {
                    assertTrue(generator().tokenizer().tokens("<|im_end|>", false, false).length > 1);
                } else {
                    missing(ability, () -> generator().tokenizer().tokens("<|im_end|>", false, false));
                }
            }
            case OFFLOAD -> {
                GeneratorOptions elsewhere = options(NativeKit.starterModel(), CONTEXT)
                        .withOffload(new Offload("Nowhere0", "Nowhere", Offload.FITTING, 0));
                ModelLoadException refused =
                        assertThrows(ModelLoadException.class, () -> load(elsewhere, new ArrayList<>()));
                assertEquals(Reason.DEVICE, refused.reason());
                // who can compute on a device has looked for this one
                assertEquals(
                        able, String.valueOf(refused.getMessage()).contains("no such device"), refused.getMessage());
            }
            case SEVERAL_AT_ONCE -> assertEquals(able, answersTakeTurns());
            case PREFIX_CACHE -> assertEquals(able, cached("talk", PARIS, "talk", followUp()) > 20);
            case CONVERSATIONS -> {
                assertEquals(0, cached("mine", PARIS, "yours", PARIS));
                assertEquals(0, cached(null, PARIS, null, PARIS));
                // not for who asks for the likeliest words: they are to be the same, whatever was read before
                SamplerOptions lively = new SamplerOptions(0.5, 1, 1, 0, 7);
                for (String key : List.of("mine", "yours")) {
                    text(new Request(PARIS, lively, 4, List.of(), key));
                }
                Outcome again = run(new Request(PARIS, lively, 4, List.of(), "mine"), Chat.NEVER, new Chat.Collector());
                assertEquals(able, again.cachedTokens() > 0);
            }
            case SNAPSHOTS -> keepsOnDiskIf(able);
            case PROMPT_PROGRESS -> assertEquals(able, reports().size() > 2);
            case CANCEL_IN_PROMPT -> {
                List<Integer> reports = new ArrayList<>();
                Chat.Collector sink = reading(reports);
                Outcome outcome = run(
                        Chat.greedy(Chat.prompt(SENTENCE.repeat(100)), 8, null),
                        () -> !reports.isEmpty() && reports.getLast() > 0,
                        sink);
                assertEquals(Finish.CANCELLED, outcome.finish());
                assertEquals("", sink.text.toString());
                assertEquals(able, reports.getLast() < outcome.promptTokens());
            }
            case LOAD_PROGRESS -> {
                assertEquals(able, progress.size() > 1);
                assertEquals(1.0, progress.getLast());
            }
            case EXACT_COUNTS -> {
                // estimates are right, too, where every token is a piece of text
                assertEquals(
                        7,
                        run(Chat.greedy(PARIS, 32, null), Chat.NEVER, new Chat.Collector())
                                .answerTokens());
                assertEquals(
                        able,
                        cachedOfASpelledAnswer() <= generator().tokenizer().tokens(PARIS, true, true).length);
            }
        }
        theNextAnswerIsRight();
    }

    @FunctionalInterface
    private interface Check {
        void with(Request request) throws Exception;
    }

    private void asked(Ability ability, boolean able, Request request, Check check) throws Exception {
        assertEquals(Set.of(ability), removed(Ability.neededBy(request), ability));
        if (able) {
            check.with(request);
        } else {
            missing(ability, () -> run(request, Chat.NEVER, new Chat.Collector()));
        }
    }

    /** Scores of a prompt are asked for together with those of the answer. */
    private static Set<Ability> removed(Set<Ability> needed, Ability ability) {
        Set<Ability> others = new HashSet<>(needed);
        if (ability == Ability.PROMPT_SCORES) {
            others.remove(Ability.SCORES);
        }
        return others;
    }

    private static void missing(Ability ability, org.junit.jupiter.api.function.Executable asked) {
        MissingAbilityException refused = assertThrows(MissingAbilityException.class, asked);
        assertTrue(
                refused.ability() == ability
                        || (ability == Ability.PROMPT_SCORES && refused.ability() == Ability.SCORES),
                refused.getMessage());
    }

    private static Request scored(int alternatives, boolean prompt) {
        return with(
                new Prompt.Text(PARIS, 0),
                SamplerOptions.greedy(),
                false,
                Set.of(),
                8,
                alternatives,
                prompt,
                List.of());
    }

    private static final class Scored extends Chat.Collector {
        final List<TokenScore> prompt = new ArrayList<>();
        final List<TokenScore> answer = new ArrayList<>();

        @Override
        public void onToken(TokenScore token) {
            answer.add(token);
        }

        @Override
        public void onPromptToken(TokenScore token) {
            prompt.add(token);
        }
    }

    private void hasScores(Request request) {
        Scored sink = new Scored();
        run(request, Chat.NEVER, sink);
        assertEquals(7, sink.answer.size());
        assertTrue(sink.answer.stream().allMatch(score -> score.logProbability() <= 0), "" + sink.answer);
    }

    private void hasPromptScores(Request request) {
        Scored sink = new Scored();
        Outcome outcome = run(request, Chat.NEVER, sink);
        assertEquals(outcome.promptTokens(), sink.prompt.size());
    }

    private static Request dry() {
        return new Request(COUNTING, greedy(Map.of(), new Dry(20, 1.75, 2, 256, List.of()), null), 12, List.of(), null);
    }

    private void doesNotRepeat(Request request) {
        String plain = text(new Request(COUNTING, SamplerOptions.greedy(), 12, List.of(), null));
        assertTrue(plain.contains("two three four"), plain);
        assertFalse(text(request).contains("two three four"), text(request));
    }

    private static Request adapted() {
        return with(
                new Prompt.Text(PARIS, 0),
                SamplerOptions.greedy(),
                false,
                Set.of(),
                8,
                -1,
                false,
                List.of(new AdapterUse(folder.resolve("nothing-here.gguf"), 1)));
    }

    private void looksForTheAdapter(Request request) {
        AdapterException refused =
                assertThrows(AdapterException.class, () -> run(request, Chat.NEVER, new Chat.Collector()));
        assertEquals(AdapterException.Reason.MISSING, refused.reason());
    }

    private boolean answersTakeTurns() {
        List<String> order = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            generator().begin(Chat.greedy(PARIS, 32, name), Chat.NEVER, new Chat.Collector() {
                @Override
                public void onText(String more) {
                    order.add(name);
                }
            });
        }
        toTheEnd();
        assertEquals(14, order.size());
        return order.indexOf("b") < order.lastIndexOf("a");
    }

    private static String followUp() {
        return PARIS + ANSWER + "<|im_end|>\n<|im_start|>user\nAnd of Italy?<|im_end|>\n<|im_start|>assistant\n";
    }

    private int cached(@Nullable String key, String prompt, @Nullable String nextKey, String next) {
        run(Chat.greedy(prompt, 32, key), Chat.NEVER, new Chat.Collector());
        Chat.Collector sink = new Chat.Collector();
        int cached = run(Chat.greedy(next, 32, nextKey), Chat.NEVER, sink).cachedTokens();
        assertEquals(next.equals(PARIS) ? ANSWER : text(Chat.greedy(next, 32, null)), sink.text.toString());
        return cached;
    }

    /** Said in other tokens than the same text is read in: of it nothing can be used again. */
    private int cachedOfASpelledAnswer() {
        int letter = generator().tokenizer().tokens("a", false, true)[0];
        SamplerOptions always = greedy(Map.of(letter, 200f), Dry.OFF, null);
        Chat.Collector sink = new Chat.Collector();
        run(new Request(PARIS, always, 4, List.of(), "spelled"), Chat.NEVER, sink);
        assertEquals("aaaa", sink.text.toString());
        assertNotEquals(letter, generator().tokenizer().tokens("aaaa", false, true)[0]);
        Request next = Chat.greedy(PARIS + "aaaa<|im_end|>\n", 1, "spelled");
        return run(next, Chat.NEVER, new Chat.Collector()).cachedTokens();
    }

    private void keepsOnDiskIf(boolean able) throws Exception {
        if (able) {
            return; // SnapshotsTest
        }
        Path snapshots = folder.resolve(getClass().getSimpleName() + "-snapshots");
        GeneratorOptions options = options(NativeKit.starterModel(), 256).withSnapshots(snapshots, 1 << 30);
        try (Generator keeping = load(options, new ArrayList<>())) {
            Chat.Collector sink = new Chat.Collector();
            Request request = new Request(
                    new Prompt.Text(PARIS, 0),
                    SamplerOptions.greedy(),
                    32,
                    List.of(),
                    false,
                    Set.of(),
                    -1,
                    false,
                    "kept",
                    true,
                    List.of());
            Chat.run(keeping, request, Chat.NEVER, sink);
            assertEquals(ANSWER, sink.text.toString());
            while (keeping.rest(() -> false)) {
                // a moment at a time
            }
            keeping.forget("kept");
            assertInstanceOf(Outcome.class, Chat.run(keeping, request, Chat.NEVER, new Chat.Collector()));
            assertFalse(Files.exists(snapshots));
        }
    }

    private List<Integer> reports() {
        List<Integer> reports = new ArrayList<>();
        run(Chat.greedy(Chat.prompt(SENTENCE.repeat(100)), 1, null), Chat.NEVER, reading(reports));
        assertEquals(reports.stream().sorted().toList(), reports);
        assertNotEquals(0, reports.getLast());
        return reports;
    }

    private static Chat.Collector reading(List<Integer> reports) {
        return new Chat.Collector() {
            @Override
            public void onPromptProgress(int processed, int cached, int total) {
                reports.add(processed);
            }
        };
    }

    @Test
    void a_forgotten_conversation_is_read_anew() throws IOException {
        run(Chat.greedy(PARIS, 32, "secret"), Chat.NEVER, new Chat.Collector());
        generator().forget("secret");
        assertEquals(
                0,
                run(Chat.greedy(PARIS, 32, "secret"), Chat.NEVER, new Chat.Collector())
                        .cachedTokens());
        generator().begin(Chat.greedy(PARIS, 32, "secret"), Chat.NEVER, new Chat.Collector());
        generator().step();
        generator().forget("secret");
        toTheEnd();
        Chat.Collector sink = new Chat.Collector();
        assertEquals(0, run(Chat.greedy(PARIS, 32, "secret"), Chat.NEVER, sink).cachedTokens());
        assertEquals(ANSWER, sink.text.toString());
    }
}
