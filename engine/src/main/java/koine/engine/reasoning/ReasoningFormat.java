package koine.engine.reasoning;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import koine.engine.reasoning.Layout.Body;
import koine.engine.reasoning.Layout.Wrapper;
import org.jspecify.annotations.Nullable;

/**
 * How a model marks its thoughts, read from its chat template: what a template writes around the thoughts of earlier
 * turns is what the model learned to write. Immutable.
 *
 * <table>
 * <caption>What is looked for in the template's text, comments left out, in this order</caption>
 * <tr><th>name</th><th>in the template</th><th>thoughts, answer</th></tr>
 * <tr><td>harmony</td><td>{@code <|channel|>}, {@code <|message|>}</td><td>{@code <|channel|>analysis<|message|>…<|end|>},
 *     {@code <|start|>assistant<|channel|>final<|message|>…} (gpt-oss)</td></tr>
 * <tr><td>recipients</td><td>{@code to=self}, {@code <|message|>}</td><td>{@code to=self<|message|>…<|eom|>},
 *     {@code <|start|>assistant to=user<|message|>…} (Muse)</td></tr>
 * <tr><td>sections</td><td>{@code <|think|>}, {@code <|content|>}</td><td>{@code <|think|>…<|end|>},
 *     {@code <|begin|>assistant<|content|>…} (Solar Open)</td></tr>
 * <tr><td>elements</td><td>{@code <|open|>}, {@code 'think'}</td><td>{@code <|open|>think<|sep|>…<|close|>think<|sep|>},
 *     {@code <|open|>response<|sep|>…} (Kimi K3)</td></tr>
 * <tr><td>channel</td><td>{@code <|channel>}, {@code <channel|>}</td><td>{@code <|channel>thought…<channel|>…}
 *     (Gemma 4)</td></tr>
 * <tr><td>command</td><td>{@code <|START_THINKING|>}</td><td>{@code <|START_THINKING|>…<|END_THINKING|>}, answer between
 *     {@code START_RESPONSE} or {@code START_TEXT} and its end (Command)</td></tr>
 * <tr><td>inner</td><td>{@code <|inner_prefix|>}</td><td>{@code <|inner_prefix|>…<|inner_suffix|>…} (Apertus)</td></tr>
 * <tr><td>steps</td><td>{@code [BEGIN FINAL RESPONSE]}</td><td>{@code Here are my reasoning steps:…},
 *     {@code [BEGIN FINAL RESPONSE]…} (Apriel)</td></tr>
 * <tr><td>brackets</td><td>{@code [THINK]}</td><td>{@code [THINK]…[/THINK]…} (Magistral, Ministral)</td></tr>
 * <tr><td>tags</td><td>{@code <think>} or {@code </think>}, also with a prefix ({@code <seed:think>}), a suffix
 *     ({@code <think:opensource>}) or as {@code <thought>}</td><td>{@code <think>…</think>…}, the answer in
 *     {@code <response>} or {@code <answer>} where the template has these (Qwen, DeepSeek, Spark, GLM, SmolLM3 and most
 *     others)</td></tr>
 * </table>
 */
public final class ReasoningFormat {
    /** Of a model that does not think aloud, or does in a way nobody wrote into its template. */
    public static final ReasoningFormat NONE = new ReasoningFormat("none", new Layout.Plain(), Set.of());

    private static final Pattern TAG = Pattern.compile("</?((?:[A-Za-z_]+:)?)(think|thought)((?::[A-Za-z_]+)?)>");
    private static final Pattern FORMATTED_TAG = Pattern.compile("'<think\\{}>'\\.format\\((\\w+)\\)");
    /** A token's name: anything in angle or square brackets, for these never are parts of a longer token. */
    private static final Pattern TOKEN = Pattern.compile("<[^<>\\s]+>|\\[[^\\[\\]]+]");

    private final String name;
    private final Layout layout;
    private final Set<String> controlTokens;

    private ReasoningFormat(String name, Layout layout, Set<String> controlTokens) {
        this.name = name;
        this.layout = layout;
        this.controlTokens = Set.copyOf(controlTokens);
    }

    /** @param templateSource the chat template as the model file has it */
    public static ReasoningFormat detect(String templateSource) {
        String text = withoutComments(templateSource);
        if (has(text, "<|channel|>", "<|message|>")) {
            return messages(
                    "harmony",
                    new Layout.Messages(
                            "<|start|>",
                            List.of(new Body("<|message|>", false)),
                            "<|channel|>analysis",
                            List.of("<|channel|>", "to=", "<|constrain|>", "<|message|>"),
                            List.of("<|end|>", "<|return|>", "<|call|>")),
                    "<|channel|>",
                    "<|constrain|>");
        }
        if (has(text, "to=self", "<|message|>")) {
            return messages(
                    "recipients",
                    new Layout.Messages(
                            "<|start|>",
                            List.of(new Body("<|message|>", false)),
                            "to=self",
                            List.of("to=", "<|message|>"),
                            List.of("<|eom|>")));
        }
        if (has(text, "<|think|>", "<|content|>")) {
            return messages(
                    "sections",
                    new Layout.Messages(
                            "<|begin|>",
                            List.of(new Body("<|think|>", true), new Body("<|content|>", false)),
                            "<|think|>",
                            List.of("<|think|>", "<|content|>"),
                            List.of("<|end|>", "<|flush|>")));
        }
        if (has(text, "<|open|>", "<|sep|>", "'think'")) {
            return tags(
                    "elements",
                    "<|open|>think<|sep|>",
                    "<|close|>think<|sep|>",
                    List.of(new Wrapper(
                            "<|open|>response<|sep|>", "<|close|>response<|sep|>", "<|close|>message<|sep|>")),
                    false);
        }
        if (has(text, "<|channel>", "<channel|>")) {
            return tags("channel", "<|channel>thought", "<channel|>", List.of(), true);
        }
        if (has(text, "<|START_THINKING|>")) {
            return tags(
                    "command",
                    "<|START_THINKING|>",
                    "<|END_THINKING|>",
                    List.of(
                            new Wrapper("<|START_RESPONSE|>", "<|END_RESPONSE|>"),
                            new Wrapper("<|START_TEXT|>", "<|END_TEXT|>")),
                    false);
        }
        if (has(text, "<|inner_prefix|>", "<|inner_suffix|>")) {
            return tags("inner", "<|inner_prefix|>", "<|inner_suffix|>", List.of(), true);
        }
        if (has(text, "[BEGIN FINAL RESPONSE]")) {
            return tags(
                    "steps",
                    "Here are my reasoning steps:",
                    "[BEGIN FINAL RESPONSE]",
                    List.of(new Wrapper("", "[END FINAL RESPONSE]")),
                    false);
        }
        if (has(text, "[THINK]")) {
            return tags("brackets", "[THINK]", "[/THINK]", List.of(), false);
        }
        return plainTags(text);
    }

    /** In one pass, for templates come from strangers. */
    private static String withoutComments(String source) {
        StringBuilder text = new StringBuilder();
        int from = 0;
        int comment = source.indexOf("{#");
        while (comment >= 0) {
            int end = source.indexOf("#}", comment + 2);
            if (end < 0) {
                break;
            }
            text.append(source, from, comment);
            from = end + 2;
            comment = source.indexOf("{#", from);
        }
        return text.append(source, from, source.length()).toString();
    }

    private static ReasoningFormat plainTags(String text) {
        Matcher formatted = FORMATTED_TAG.matcher(text);
        if (formatted.find()) {
            Matcher suffix = Pattern.compile(
                            "set\\s+" + Pattern.quote(formatted.group(1)) + "\\s*=\\s*['\"]([^'\"]*)['\"]")
                    .matcher(text);
            String end = suffix.find() ? suffix.group(1) : "";
            return tags("tags", "<think" + end + ">", "</think" + end + ">", List.of(), false);
        }
        Matcher tag = TAG.matcher(text);
        if (!tag.find()) {
            return NONE;
        }
        String inside = tag.group(1) + tag.group(2) + tag.group(3) + ">";
        List<Wrapper> wrappers = new ArrayList<>();
        for (String around : List.of("response", "answer")) {
            if (has(text, "<" + around + ">", "</" + around + ">")) {
                wrappers.add(new Wrapper("<" + around + ">", "</" + around + ">"));
            }
        }
        return tags("tags", "<" + inside, "</" + inside, wrappers, false);
    }

    private static boolean has(String text, String... parts) {
        for (String part : parts) {
            if (!text.contains(part)) {
                return false;
            }
        }
        return true;
    }

    private static ReasoningFormat tags(String name, String open, String close, List<Wrapper> wrappers, boolean again) {
        Set<String> tokens = new LinkedHashSet<>(tokens(open));
        tokens.addAll(tokens(close));
        for (Wrapper wrapper : wrappers) {
            tokens.addAll(tokens(wrapper.open()));
            tokens.addAll(tokens(wrapper.close()));
        }
        return new ReasoningFormat(name, new Layout.Tags(open, close, wrappers, again), tokens);
    }

    private static ReasoningFormat messages(String name, Layout.Messages layout, String... more) {
        Set<String> tokens = new LinkedHashSet<>(layout.ends());
        tokens.add(layout.begin());
        layout.bodies().forEach(body -> tokens.add(body.marker()));
        tokens.addAll(List.of(more));
        return new ReasoningFormat(name, layout, tokens);
    }

    private static List<String> tokens(String marker) {
        return TOKEN.matcher(marker).results().map(found -> found.group()).toList();
    }

    /** As in the table above; {@code none} for {@link #NONE}. Stable, for logs and tests. */
    public String name() {
        return name;
    }

    public boolean isNone() {
        return this == NONE;
    }

    /**
     * Names of the tokens that a {@link ReasoningSplitter} has to see as text. In some vocabularies they are control
     * tokens, which are generated without text unless one asks for it. A token that ends the turn is none of its
     * business, though it may be named here.
     */
    public Set<String> controlTokens() {
        return controlTokens;
    }

    /**
     * What the model would have written so far: for an answer that another engine began and this one is to go on with.
     *
     * @param prompt what asked for the answer; it may have opened the thoughts already
     * @param reasoning thoughts so far, perhaps none; closed when there is an answer
     * @param content answer so far, perhaps none
     * @return null for a format whose words cannot be put together again from its parts
     */
    public @Nullable String begun(String prompt, String reasoning, String content) {
        boolean open = ReasoningSplitter.forPrompt(this, prompt, null).isThinking();
        return switch (layout) {
            case Layout.Plain() -> reasoning.isEmpty() ? content : null;
            case Layout.Messages _ -> null;
            case Layout.Tags tags -> {
                boolean thought = open || !reasoning.isEmpty();
                if (!tags.wrappers().isEmpty() && !content.isEmpty()) {
                    yield null; // some of these models write them and some do not
                }
                String before = open || !thought ? "" : tags.open() + "\n";
                String after = content.isEmpty() || !thought ? "" : "\n" + tags.close() + "\n\n";
                yield before + reasoning + after + content;
            }
        };
    }

    Layout layout() {
        return layout;
    }

    @Override
    public String toString() {
        return name;
    }
}
