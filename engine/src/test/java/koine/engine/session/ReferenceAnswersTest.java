package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import koine.engine.NativeKit;
import koine.engine.session.Generator.Outcome;
import koine.engine.template.ChatTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceAnswersTest {
    private static final int MAX_TOKENS = 64;
    private static final List<String> QUESTIONS = List.of(
            "What is the capital of France? Answer in one sentence.",
            "List three fruits.",
            "What is 12 plus 30?",
            "Write a Python function that reverses a string.",
            "ما هي عاصمة مصر؟",
            "भारत की राजधानी क्या है?",
            "Translate to French: Good morning, my friends!",
            "Write a haiku about the sea 🌊.",
            "Why is the sky blue?",
            "日本の首都はどこですか。 Answer with <b>one</b> word & nothing else.");

    @TempDir
    Path folder;

    @Test
    void tenAnswersEqualThoseOfAPlainProgramOnTheSamePackTokenForToken() throws Exception {
        Path pack = NativeKit.pack();
        Path model = NativeKit.starterModel();
        List<String> reference = referenceLines(pack, model);

        try (LlamaGenerator generator = Chat.load(model, 2048)) {
            ChatTemplate template =
                    ChatTemplate.parse(Objects.requireNonNull(generator.model().chatTemplate()));
            for (int i = 0; i < QUESTIONS.size(); i++) {
                String question = QUESTIONS.get(i);
                Chat.Collector sink = new Chat.Collector();
                // our way from messages to tokens: the file's own template; the program has its own code for it
                String rendered = template.render(Map.of(
                        "messages",
                        List.of(Map.of("role", "user", "content", question)),
                        "add_generation_prompt",
                        true,
                        "bos_token",
                        generator.model().bosToken(),
                        "eos_token",
                        generator.model().eosToken()));
                Outcome outcome = Chat.run(generator, Chat.greedy(rendered, MAX_TOKENS, question), Chat.NEVER, sink);

                int[] prompt = tokens(reference.get(3 * i));
                int[] answer = tokens(reference.get(3 * i + 1));
                byte[] text = HexFormat.of().parseHex(reference.get(3 * i + 2));
                assertEquals(new String(text, StandardCharsets.UTF_8), sink.text.toString(), question);
                assertEquals(prompt.length, outcome.promptTokens(), question);
                assertEquals(answer.length, outcome.answerTokens(), question);
                int[] read = generator.readTokens(question);
                assertArrayEquals(prompt, Arrays.copyOf(read, prompt.length), question);
                // at the limit, the last token was sent but never read
                int answerRead = read.length - prompt.length;
                assertEquals(answer.length == MAX_TOKENS ? MAX_TOKENS - 1 : answer.length, answerRead, question);
                assertArrayEquals(
                        Arrays.copyOf(answer, answerRead),
                        Arrays.copyOfRange(read, prompt.length, read.length),
                        question);
                if (i == 0) {
                    assertEquals("The capital of France is Paris.", sink.text.toString());
                    assertEquals(Generator.Finish.STOP, outcome.finish());
                }
            }
        }
    }

    private List<String> referenceLines(Path pack, Path model) throws IOException {
        List<String> lines = CppProgram.compile("reference", folder)
                .run(
                        String.join("\n", QUESTIONS) + "\n",
                        pack.toString(),
                        model.toString(),
                        String.valueOf(Chat.THREADS),
                        String.valueOf(MAX_TOKENS));
        assertEquals(3 * QUESTIONS.size(), lines.size());
        return lines;
    }

    private static int[] tokens(String line) {
        return line.isEmpty()
                ? new int[0]
                : Arrays.stream(line.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
    }
}
