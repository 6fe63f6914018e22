package koine.engine.reasoning;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that end a model's turn though llama.cpp does not know it. It knows a list of names, and what the model's file
 * declares; a file that declares the wrong token makes a model talk to itself. What a template writes after the answers
 * of earlier turns is what ends a turn.
 */
public final class EndOfTurn {
    /** Names by which llama.cpp v0.5.0 knows an end of generation, whatever the file declares. */
    private static final Set<String> KNOWN = Set.of(
            "<|eot_id|>",
            "<|im_end|>",
            "<|end|>",
            "<|return|>",
            "<|call|>",
            "<|flush|>",
            "<|calls|>",
            "<end_of_turn>",
            "<|endoftext|>",
            "</s>",
            "<|eom_id|>",
            "<EOT>",
            "_<EOT>",
            "[EOT]",
            "[EOS]",
            "<|end_of_text|>",
            "<end_of_utterance>",
            "<eos>",
            "<turn|>",
            "<|tool_response>",
            "<｜end▁of▁sentence｜>",
            "[e~[");

    private static final String ANSWER = "koineanswer";
    private static final String NEXT = "koinenext";
    private static final String EOS = "<koineeos>";
    private static final Pattern TOKEN =
            Pattern.compile("\\s*(<[^<>\\s]{1,60}>|\\[\\|?[^\\[\\]\\s]{1,60}\\|?]|\\[e~\\[)");

    private EndOfTurn() {}

    /**
     * Names of control tokens that end a turn besides those llama.cpp knows; mostly none. To be used only as tokens, and
     * only where the vocabulary has a control token of that name: as text, anybody may write them.
     *
     * @param templateSource the chat template as the model file has it
     */
    public static Set<String> texts(String templateSource) {
        String rendered = new Probe(templateSource)
                .render(
                        List.of(
                                Probe.message("user", "1+1?"),
                                Probe.message("assistant", ANSWER),
                                Probe.message("user", NEXT)),
                        Map.of("eos_token", EOS));
        String end = end(rendered, ReasoningFormat.detect(templateSource).controlTokens());
        return end == null || end.equals(EOS) || KNOWN.contains(end) ? Set.of() : Set.of(end);
    }

    /** The first token after the answer that is not one of the answer's own form. */
    private static @Nullable String end(@Nullable String rendered, Set<String> ofAnswer) {
        int answer = rendered == null ? -1 : rendered.indexOf(ANSWER);
        int next = rendered == null ? -1 : rendered.indexOf(NEXT, Math.max(0, answer));
        if (rendered == null || answer < 0 || next < 0) {
            return null;
        }
        String between = rendered.substring(answer + ANSWER.length(), next);
        Matcher token = TOKEN.matcher(between);
        boolean found = token.lookingAt();
        while (found) {
            String name = token.group(1);
            if (KNOWN.contains(name) || !ofAnswer.contains(name)) {
                return name;
            }
            // inside such a form there may be words: <|close|>message<|sep|>
            found = token.find();
        }
        return null;
    }
}
