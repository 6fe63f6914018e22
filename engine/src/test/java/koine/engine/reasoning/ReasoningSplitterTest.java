package koine.engine.reasoning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReasoningSplitterTest {
    private static final String TAGS = "{{ '<think>' }}{{ '</think>' }}";
    private static final String HARMONY = "<|start|><|channel|>analysis<|message|>";
    private static final String GEMMA = "<|channel>thought <channel|>";
    private static final String GRANITE = "<think></think> <response></response>";
    private static final String SOLAR = "<|begin|>assistant<|think|> <|content|>";
    private static final List<String> SOURCES = List.of(
            TAGS,
            HARMONY,
            GEMMA,
            GRANITE,
            SOLAR,
            "<|START_THINKING|>",
            "[THINK]",
            "<|inner_prefix|><|inner_suffix|>",
            "[BEGIN FINAL RESPONSE]",
            "<|open|><|sep|>'think'",
            "to=self<|message|>",
            "<seed:think>");

    private static Piece whole(String source, String prompt, String words) {
        ReasoningSplitter splitter = ReasoningSplitter.forPrompt(ReasoningFormat.detect(source), prompt, null);
        Piece first = splitter.feed(words);
        Piece rest = splitter.finish();
        return new Piece(first.reasoning() + rest.reasoning(), first.content() + rest.content());
    }

    /** What a model has written so far is put together so that its reader finds the same parts, and those that follow. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
            ``                    | `assistant\n`          | ``     | two | two
            `<think></think>`     | `assistant\n`          | ``     | two | two
            `<think></think>`     | `assistant\n`          | one    | two | `<think>\none\n</think>\n\ntwo`
            `<think></think>`     | `assistant\n`          | one    | ``  | `<think>\none`
            `<think></think>`     | `assistant\n<think>\n` | one    | two | `one\n</think>\n\ntwo`
            `<think></think>`     | `assistant\n<think>\n` | one    | ``  | one
            `[THINK]`             | `[/INST]`              | one    | two | `[THINK]\none\n[/THINK]\n\ntwo`
            ``                    | `assistant\n`          | one    | two | -
            `<think></think> <response></response>` | `assistant\n` | one | two | -
            `<|channel|>analysis<|message|>` | `assistant` | one | two | -
            """)
    void an_answer_that_has_begun_is_written_as_its_model_would(
            String source, String prompt, String thoughts, String answer, @Nullable String written) {
        ReasoningFormat format = ReasoningFormat.detect(source);
        String begun = format.begun(lines(prompt), thoughts, answer);
        assertEquals(written == null ? null : lines(written), begun);
        if (begun != null) {
            ReasoningSplitter splitter = ReasoningSplitter.forPrompt(format, lines(prompt), null);
            assertEquals(new Piece(thoughts, answer), splitter.feed(begun));
            Piece next = splitter.feed(" more");
            Piece last = splitter.finish();
            boolean thinking = answer.isEmpty() && !thoughts.isEmpty();
            assertEquals(thinking ? " more" : "", next.reasoning() + last.reasoning());
            assertEquals(thinking ? "" : " more", next.content() + last.content());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            `<think>\\nhm\\n</think>\\n\\n2`        | hm          | 2
            `\\n <think>hm</think>2`                | hm          | 2
            `<think>\\n\\n</think>\\n\\n2`          | ``          | 2
            `</think>2`                             | ``          | 2
            `<think>never done`                     | never done  | ``
            `<think>never done </thi`               | never done </thi | ``
            `<think>a <think> b</think>c`           | a <think> b | c
            `<think>a</think>b</think><think>c`     | a           | `b</think><think>c`
            `2 is <think>not</think> a thought`     | ``          | `2 is <think>not</think> a thought`
            `<thinking>no</thinking>`               | ``          | `<thinking>no</thinking>`
            `<thi`                                  | ``          | `<thi`
            `<think>`                               | ``          | ``
            `2 \\n`                                 | ``          | `2 \\n`
            """)
    void tags_at_the_begin_are_told_from_words(String words, String thoughts, String answer) {
        assertEquals(
                new Piece(lines(thoughts), lines(answer)), whole(TAGS, "<|im_start|>assistant\n", lines(words)), words);
    }

    private static String lines(String text) {
        return text.replace("\\n", "\n");
    }

    @Test
    void a_prompt_that_ends_inside_thoughts_is_continued_even_when_the_model_repeats_the_tag() {
        assertEquals(new Piece("hm", "2"), whole(TAGS, "Assistant: <think>\n", "hm\n</think>\n2"));
        assertEquals(new Piece("hm", "2"), whole(TAGS, "Assistant: <think>\n", "<think>\nhm\n</think>\n2"));
        assertEquals(new Piece("", "<think> 2"), whole(TAGS, "<think>\n\n</think>\n\n", "<think> 2"));
    }

    @Test
    void words_that_cannot_become_a_tag_pass_at_once() {
        ReasoningSplitter splitter = ReasoningSplitter.forPrompt(ReasoningFormat.detect(TAGS), "assistant\n", null);
        assertEquals(Piece.NOTHING, splitter.feed("<"));
        assertEquals(new Piece("", "<b"), splitter.feed("b"));
        assertEquals(new Piece("", " <think>"), splitter.feed(" <think>"));
        ReasoningSplitter thinking = ReasoningSplitter.forPrompt(ReasoningFormat.detect(TAGS), "<think>", null);
        assertTrue(thinking.isThinking());
        assertEquals(new Piece("a", ""), thinking.feed("a "));
        assertEquals(new Piece(" b <", ""), thinking.feed("b <</"));
        assertEquals(new Piece("</x", ""), thinking.feed("x"));
        assertEquals(new Piece("", "2"), thinking.feed("</think>2"));
        assertFalse(thinking.isThinking());
    }

    @Test
    void a_model_that_does_not_think_is_left_alone() {
        String words = " \n<think>x</think> <|channel|>analysis<|message|> [THINK] \n";
        assertEquals(new Piece("", words), whole("{{ messages[0].content }}", "<think>", words));
    }

    @Test
    void a_wrapper_around_the_answer_is_dropped_with_its_space() {
        assertEquals(new Piece("hm", "2 < 3"), whole(GRANITE, "", "<think>hm</think>\n<response> 2 < 3 </response>\n"));
        assertEquals(new Piece("hm", "2 "), whole(GRANITE, "", "<think>hm</think> 2 "));
        assertEquals(new Piece("", "plain"), whole(GRANITE, "", "<response>plain</response>"));
    }

    @Test
    void channels_of_several_messages_come_apart() {
        String start = "<|start|>assistant";
        assertEquals(
                new Piece("one\n\ntwo", "I will look.\n\nDone <|x|>."),
                whole(
                        HARMONY,
                        start,
                        "<|channel|>analysis<|message|>one<|end|><|start|>assistant<|channel|>commentary<|message|>"
                                + "I will look.<|end|><|start|>assistant<|channel|>analysis<|message|>two\n<|end|>"
                                + "<|start|>assistant<|channel|>final <|constrain|>json<|message|>Done <|x|>.<|return|>"));
        assertEquals(new Piece("", "hello"), whole(HARMONY, start, "hello"));
        assertEquals(new Piece("", "hi"), whole(HARMONY, start + "<|channel|>final<|message|>", "hi"));
        assertEquals(new Piece("x", ""), whole(HARMONY, start + "<|channel|>analysis<|message|>", "x"));
        assertEquals(new Piece("", ""), whole(HARMONY, start, "<|channel|>ana"));
        assertEquals(
                new Piece("", "<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}"),
                whole(HARMONY, start, "<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|>"));
        String longAnswer = "x".repeat(5000);
        assertEquals(
                new Piece("r", longAnswer),
                whole(SOLAR, "<|begin|>assistant", "<|think|>r<|end|><|begin|>assistant<|content|>" + longAnswer));
    }

    @Test
    void thoughts_may_come_again_where_their_marks_are_tokens_of_their_own() {
        assertEquals(
                new Piece("a\n\nb", "one\n\ntwo"),
                whole(GEMMA, "", "<|channel>thought\na\n<channel|>one<|channel>thought\nb<channel|>two<channel|>"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"user typed <think>", "<think>", "a\n<think>\n"})
    void a_tag_typed_at_the_very_end_of_the_prompt_is_the_persons(String typed) {
        ReasoningFormat format = ReasoningFormat.detect(TAGS);
        assertFalse(ReasoningSplitter.forPrompt(format, "User: " + typed, typed).isThinking());
        assertTrue(ReasoningSplitter.forPrompt(format, "User: " + typed + "\nBot: <think>\n", typed)
                .isThinking());
        assertTrue(ReasoningSplitter.forPrompt(format, "User: 1\nBot: <think>\n", "1")
                .isThinking());
    }

    @Test
    void what_comes_out_does_not_depend_on_how_the_words_are_cut() {
        long seed = System.nanoTime();
        Families.say("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 6000; round++) {
            String source = SOURCES.get(random.nextInt(SOURCES.size()));
            ReasoningFormat format = ReasoningFormat.detect(source);
            String words = words(random, format);
            String prompt = random.nextInt(3) == 0 ? words(random, format) : "assistant\n";
            Piece whole = whole(source, prompt, words);
            String[] cut = RealTemplatesTest.split(ReasoningSplitter.forPrompt(format, prompt, null), words, random);
            String what = "seed " + seed + " " + format + " after [" + prompt + "]: " + words;
            assertEquals(whole.reasoning(), cut[0], what);
            assertEquals(whole.content(), cut[1], what);
        }
    }

    /** Marks, halves of marks and words, in any order. */
    private static String words(Random random, ReasoningFormat format) {
        List<String> tokens = List.copyOf(format.controlTokens());
        List<String> plain = List.of(
                "a",
                " ",
                "\n\n",
                "<",
                "[",
                "think",
                "thought",
                "analysis",
                "final",
                "assistant",
                " to=self",
                " to=f",
                "Here are my reasoning steps:",
                "response",
                "مرحبا",
                "<|",
                "</");
        StringBuilder words = new StringBuilder();
        for (int i = random.nextInt(14); i > 0; i--) {
            String part = random.nextBoolean() && !tokens.isEmpty()
                    ? tokens.get(random.nextInt(tokens.size()))
                    : plain.get(random.nextInt(plain.size()));
            words.append(random.nextInt(8) == 0 ? part.substring(random.nextInt(part.length())) : part);
        }
        return words.toString();
    }
}
