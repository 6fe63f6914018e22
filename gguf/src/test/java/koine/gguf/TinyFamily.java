package koine.gguf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What makes a {@link TinyModel} of an architecture chat as the models of that architecture do: its chat template, and the
 * tokens this template writes. Templates are those in {@code models/templates} of llama.cpp's source.
 *
 * @param template name of the template's file
 * @param standsIn why the template is another family's, null where it is this family's own
 * @param memory what llama.cpp keeps of the text it has read
 * @param bos begins every sequence; null for a family that has none, whose files name {@code eos} in its place
 * @param eos ends a text
 * @param eot ends a turn, null where {@code eos} does that too
 * @param control tokens that are never text
 * @param words tokens that are text, in one piece, such as {@code <think>}
 */
public record TinyFamily(
        String architecture,
        String template,
        @Nullable String standsIn,
        Memory memory,
        @Nullable String bos,
        String eos,
        @Nullable String eot,
        List<String> control,
        List<String> words) {
    /** Room for every template with tools and a talk of some turns, one token for each byte. */
    public static final int CONTEXT_TOKENS = 4096;

    private static final List<String> TOOL_WORDS = List.of("<tool_call>", "</tool_call>");
    private static final List<String> THINK_WORDS = List.of("<think>", "</think>");
    private static final List<String> THINK_AND_TOOL_WORDS =
            List.of("<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>");
    private static final List<String> QWEN_VISION = List.of("<|vision_start|>", "<|vision_end|>", "<|image_pad|>");
    private static final List<String> LLAMA_3 = List.of("<|start_header_id|>", "<|end_header_id|>", "<|eom_id|>");
    private static final List<String> COMMAND = List.of(
            "<|START_OF_TURN_TOKEN|>",
            "<|USER_TOKEN|>",
            "<|CHATBOT_TOKEN|>",
            "<|SYSTEM_TOKEN|>",
            "<|END_OF_TURN_TOKEN|>");
    private static final List<String> COMMAND_R7B = List.of(
            "<|START_THINKING|>",
            "<|END_THINKING|>",
            "<|START_RESPONSE|>",
            "<|END_RESPONSE|>",
            "<|START_ACTION|>",
            "<|END_ACTION|>",
            "<|START_TOOL_RESULT|>",
            "<|END_TOOL_RESULT|>");
    private static final List<String> MISTRAL = List.of(
            "[SYSTEM_PROMPT]",
            "[/SYSTEM_PROMPT]",
            "[INST]",
            "[/INST]",
            "[AVAILABLE_TOOLS]",
            "[/AVAILABLE_TOOLS]",
            "[TOOL_CALLS]",
            "[ARGS]",
            "[TOOL_RESULTS]",
            "[/TOOL_RESULTS]",
            "[THINK]",
            "[/THINK]");
    private static final List<String> DEEPSEEK = List.of(
            "<｜User｜>",
            "<｜Assistant｜>",
            "<｜tool▁calls▁begin｜>",
            "<｜tool▁call▁begin｜>",
            "<｜tool▁sep｜>",
            "<｜tool▁call▁end｜>",
            "<｜tool▁calls▁end｜>");

    /** What of the text that was read can be forgotten again, and how. */
    public enum Memory {
        /** Keys and values of every token: any tail can be cut off. */
        FULL_ATTENTION,
        /** Some layers keep the last tokens only. */
        SLIDING_WINDOW,
        /** Some layers keep a state into which all tokens have been folded: no tail can be cut off. */
        RECURRENT
    }

    public TinyFamily {
        control = List.copyOf(control);
        words = List.copyOf(words);
    }

    /** One for each architecture of the catalogue, as the shapes are. */
    public static List<TinyFamily> all() {
        String plain = "its models are base models or write plain \"User:\" and \"Assistant:\", as this one does";
        String ernie =
                "its own is not at hand; this one has its form, \"User\" and \"Assistant\" between sentence tokens";
        return List.of(
                of("bailingmoe2", "inclusionai-ling-3.0-flash", Memory.FULL_ATTENTION)
                        .tokens("<|startoftext|>", "<|endoftext|>", "<|role_end|>", List.of("<role>", "</role>"))
                        .words(THINK_AND_TOOL_WORDS),
                of("cohere2", "CohereForAI-c4ai-command-r7b-12-2024-tool_use", Memory.SLIDING_WINDOW)
                        .tokens("<BOS_TOKEN>", "<|END_OF_TURN_TOKEN|>", null, joined(COMMAND, COMMAND_R7B)),
                of("command-r", "CohereForAI-c4ai-command-r-plus-tool_use", Memory.FULL_ATTENTION)
                        .tokens("<BOS_TOKEN>", "<|END_OF_TURN_TOKEN|>", null, COMMAND),
                of("deepseek2", "deepseek-ai-DeepSeek-V3.1", Memory.FULL_ATTENTION)
                        .tokens("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", null, DEEPSEEK)
                        .words(THINK_WORDS),
                of("ernie4_5", "llama-cpp-deepseek-r1", Memory.FULL_ATTENTION)
                        .because(ernie)
                        .tokens("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", null, DEEPSEEK)
                        .words(THINK_WORDS),
                of("ernie4_5-moe", "llama-cpp-deepseek-r1", Memory.FULL_ATTENTION)
                        .because(ernie)
                        .tokens("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", null, DEEPSEEK)
                        .words(THINK_WORDS),
                of("exaone4", "GLM-4.6", Memory.SLIDING_WINDOW)
                        .because("its own is not at hand; this one too has one token for each role, and thinks")
                        .tokens(
                                null,
                                "<|endoftext|>",
                                "<|user|>",
                                List.of("[gMASK]", "<sop>", "<|system|>", "<|assistant|>", "<|observation|>"))
                        .words(THINK_AND_TOOL_WORDS),
                of("falcon", "microsoft-Phi-3.5-mini-instruct", Memory.FULL_ATTENTION)
                        .because("its own is not at hand; Falcon 3 writes these turns")
                        .tokens(null, "<|endoftext|>", "<|end|>", List.of("<|system|>", "<|user|>", "<|assistant|>")),
                of("falcon-h1", "Qwen-Qwen2.5-7B-Instruct", Memory.RECURRENT)
                        .because("its own is not at hand; it is ChatML, as this one is")
                        .tokens(null, "<|endoftext|>", "<|im_end|>", List.of("<|im_start|>"))
                        .words(TOOL_WORDS),
                of("gemma3", "google-gemma-2-2b-it", Memory.SLIDING_WINDOW)
                        .because("that of Gemma 2: the tokens and turns are the same, but it refuses a system message")
                        .tokens("<bos>", "<eos>", "<end_of_turn>", List.of("<start_of_turn>")),
                of("gpt2", "llama-cpp-rwkv-world", Memory.FULL_ATTENTION)
                        .because(plain)
                        .tokens("<s>", "</s>", null, List.of()),
                of("gptneox", "llama-cpp-rwkv-world", Memory.FULL_ATTENTION)
                        .because(plain)
                        .tokens("<s>", "</s>", null, List.of()),
                of("hunyuan-dense", "tencent-Hy3", Memory.FULL_ATTENTION)
                        .because("that of its maker's next model; the dense one's own is not at hand")
                        .tokens(
                                "<｜hy_begin_of_sentence:opensource｜>",
                                "<｜hy_eos:opensource｜>",
                                null,
                                List.of(
                                        "<｜hy_User:opensource｜>",
                                        "<｜hy_Assistant:opensource｜>",
                                        "<｜reasoning_mode:opensource｜>"))
                        .words(List.of("<think:opensource>", "</think:opensource>")),
                of("jais2", "meta-llama-Llama-3.3-70B-Instruct", Memory.FULL_ATTENTION)
                        .because("its own is not at hand")
                        .tokens("<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>", LLAMA_3),
                of("llama", "meta-llama-Llama-3.2-3B-Instruct", Memory.FULL_ATTENTION)
                        .tokens("<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>", LLAMA_3),
                of("mistral3", "mistralai-Ministral-3-14B-Reasoning-2512", Memory.FULL_ATTENTION)
                        .tokens("<s>", "</s>", null, MISTRAL),
                of("plamo2", "Bielik-11B-v3.0-Instruct", Memory.RECURRENT)
                        .because("its own is not at hand; this one is ChatML that thinks")
                        .tokens("<s>", "</s>", "<|im_end|>", List.of("<|im_start|>"))
                        .words(joined(THINK_WORDS, TOOL_WORDS)),
                of("qwen2", "Qwen-Qwen2.5-7B-Instruct", Memory.FULL_ATTENTION)
                        .tokens(null, "<|endoftext|>", "<|im_end|>", List.of("<|im_start|>"))
                        .words(TOOL_WORDS),
                of("qwen3", "Qwen-Qwen3-0.6B", Memory.FULL_ATTENTION)
                        .tokens(null, "<|endoftext|>", "<|im_end|>", List.of("<|im_start|>"))
                        .words(THINK_AND_TOOL_WORDS),
                of("qwen35", "Qwen3.5-4B", Memory.RECURRENT)
                        .tokens(null, "<|endoftext|>", "<|im_end|>", joined(List.of("<|im_start|>"), QWEN_VISION))
                        .words(THINK_AND_TOOL_WORDS),
                of("qwen3moe", "Qwen3-Coder", Memory.FULL_ATTENTION)
                        .tokens(null, "<|endoftext|>", "<|im_end|>", List.of("<|im_start|>"))
                        .words(TOOL_WORDS),
                of("spark2_5", "Spark2.5", Memory.SLIDING_WINDOW)
                        .tokens(
                                "<｜start▁of▁sentence｜>",
                                "<｜end▁of▁sentence｜>",
                                null,
                                List.of("<|System|>", "<|User|>", "<|Bot|>", "<|Tool|>"))
                        .words(THINK_AND_TOOL_WORDS));
    }

    /** @throws IllegalArgumentException when there is no such architecture here */
    public static TinyFamily of(String architecture) {
        return all().stream()
                .filter(family -> family.architecture.equals(architecture))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no family of " + architecture));
    }

    private static TinyFamily of(String architecture, String template, Memory memory) {
        return new TinyFamily(architecture, template + ".jinja", null, memory, null, "", null, List.of(), List.of());
    }

    private TinyFamily because(String standsIn) {
        return new TinyFamily(architecture, template, standsIn, memory, bos, eos, eot, control, words);
    }

    private TinyFamily tokens(@Nullable String bos, String eos, @Nullable String eot, List<String> others) {
        SequencedSet<String> all = new LinkedHashSet<>();
        Stream.of(bos, eos, eot).flatMap(Stream::ofNullable).forEach(all::add);
        all.addAll(others);
        return new TinyFamily(architecture, template, standsIn, memory, bos, eos, eot, List.copyOf(all), words);
    }

    private TinyFamily words(List<String> words) {
        return new TinyFamily(architecture, template, standsIn, memory, bos, eos, eot, control, words);
    }

    private static List<String> joined(List<String> some, List<String> more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    /** Where the template lies. @param testkit the folder that holds {@code llama.cpp} */
    public Path templateFile(Path testkit) {
        return testkit.resolve("llama.cpp/models/templates").resolve(template);
    }

    /** The template's text. @param testkit the folder that holds {@code llama.cpp} */
    public String templateText(Path testkit) {
        try {
            return Files.readString(templateFile(testkit));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The token that ends an answer. */
    public String endOfAnswer() {
        return eot == null ? eos : eot;
    }

    /** A model of this family with its template. @param testkit the folder that holds {@code llama.cpp} */
    public TinyModel model(Path testkit) {
        return TinyModel.of(architecture).context(CONTEXT_TOKENS).family(this, templateText(testkit));
    }

    /**
     * A model that thinks before it answers, as far as two layers can: asked anything through the template of Qwen 3 it says
     * {@code <think>}, {@value #THOUGHT}, {@code </think>}, {@value #ANSWER}, and ends its turn.
     *
     * @param testkit the folder that holds {@code llama.cpp}
     */
    public static TinyModel thinking(Path testkit) {
        TinyFamily family = of("qwen3");
        // the template ends with a line feed
        List<String> script = new ArrayList<>(List.of("\u010A", "<think>"));
        THOUGHT.codePoints().mapToObj(Character::toString).forEach(script::add);
        script.add("</think>");
        ANSWER.codePoints().mapToObj(Character::toString).forEach(script::add);
        script.add(family.endOfAnswer());
        return family.model(testkit).script(script);
    }

    /** What {@link #thinking} thinks: no letter stands twice, nor in what it says. */
    public static final String THOUGHT = "Hm,so";

    /** What {@link #thinking} says. */
    public static final String ANSWER = "Fine.";

    /** A decoder that gives the vector of a text: that of its last token. */
    public static TinyModel embedding() {
        TinyFamily family = of("qwen3");
        return TinyModel.of("qwen3")
                .context(CONTEXT_TOKENS)
                .family(family, null)
                .put("qwen3.pooling_type", GgufValue.uint32(3)); // LLAMA_POOLING_TYPE_LAST
    }

    @Override
    public String toString() {
        return architecture;
    }
}
