package koine.engine.server;

import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import koine.engine.llama.SamplerOptions;
import koine.engine.reasoning.ThinkingSwitch.Effort;
import koine.engine.reasoning.ThinkingSwitch.Think;
import koine.engine.session.Generator;
import koine.engine.session.Generator.Prompt;
import koine.engine.session.Tokenizer;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /v1/chat/completions}, checked. What would change the answer and is not supported is an
 * error, as is a field nobody knows; nothing is silently ignored but what leaves the answer as it is.
 *
 * @param variables of the template, from the request itself
 * @param separate whether thoughts are told apart from the answer
 * @param goesOn whether the last message is the begin of the answer
 * @param alternatives likely tokens told beside each token; -1 for no scores
 */
record CompletionRequest(
        List<Map<String, @Nullable Object>> messages,
        Map<String, @Nullable Object> variables,
        Think think,
        Effort effort,
        boolean separate,
        boolean goesOn,
        SamplerOptions sampling,
        int alternatives,
        CommonFields common) {
    private static final int MAX_ALTERNATIVES = 20;

    private static final Set<String> KNOWN = Set.of(
            "messages",
            "logprobs",
            "top_logprobs",
            "reasoning_effort",
            "reasoning_format",
            "chat_template_kwargs",
            "continue_final_message",
            "tools",
            "tool_choice",
            "modalities");

    private static final Set<String> UNSUPPORTED =
            Set.of("functions", "function_call", "audio", "verbosity", "web_search_options", "add_generation_prompt");

    /** Set by Koine itself. */
    private static final Set<String> RESERVED =
            Set.of("messages", "tools", "add_generation_prompt", "bos_token", "eos_token");

    static CompletionRequest parse(byte[] body, PromptRenderer prompts, Tokenizer tokenizer) throws ApiException {
        Fields fields = Fields.parse(body);
        Set<String> known = CommonFields.together(KNOWN, CommonFields.NAMES, SamplingFields.NAMES);
        fields.requireOnly(
                CommonFields.together(known, OutputFormat.NAMES, Set.of()),
                CommonFields.IGNORED,
                CommonFields.together(UNSUPPORTED, SamplingFields.UNSUPPORTED, Set.of()));
        refuseTools(fields);
        refuseOtherThanText(fields);
        String grammar = OutputFormat.grammar(fields);
        Map<String, @Nullable Object> variables = variables(fields);
        List<Map<String, @Nullable Object>> messages = ChatMessages.parse(fields);
        boolean goesOn = fields.bool("continue_final_message", false);
        if (goesOn
                && (messages.size() < 2
                        || !"assistant".equals(messages.getLast().get("role")))) {
            throw ApiException.invalid(
                    "\"continue_final_message\" needs a last message of the assistant, after another");
        }
        if (goesOn && grammar != null) {
            throw ApiException.unsupported("\"continue_final_message\" with an answer of a given form");
        }
        return new CompletionRequest(
                messages,
                variables,
                think(fields, variables, grammar != null),
                effort(fields),
                separate(fields),
                goesOn,
                new SamplingFields(fields, tokenizer, prompts.model().contextTokens()).options(grammar),
                alternatives(fields),
                CommonFields.parse(fields, 1, Integer.MAX_VALUE));
    }

    /**
     * @param controls names of control tokens that are to be seen in what is generated
     * @param ends names of control tokens that end the turn
     */
    Generator.Request request(PromptRenderer.Rendered prompt, Set<String> controls, Set<String> ends) {
        List<String> stop = new ArrayList<>(common.stop());
        Set<String> visible = controls;
        if (!common.ignoreEnd() && !ends.isEmpty()) {
            stop.addAll(ends);
            visible = CommonFields.together(controls, ends, Set.of());
        }
        return new Generator.Request(
                new Prompt.Text(prompt.text(), prompt.lasting()),
                sampling,
                common.maxTokens(),
                List.copyOf(stop),
                common.ignoreEnd(),
                visible,
                alternatives,
                false,
                common.cacheKey(),
                common.keepOnDisk(),
                common.adapters());
    }

    /** What the answer answers. */
    List<Map<String, @Nullable Object>> question() {
        return goesOn ? messages.subList(0, messages.size() - 1) : messages;
    }

    /** The text of the last message before the answer. */
    String lastMessage() {
        return text(question().getLast(), "content");
    }

    /** The answer's thoughts so far. */
    String begunReasoning() {
        return goesOn ? text(messages.getLast(), "reasoning_content") : "";
    }

    /** The answer so far. */
    String begunContent() {
        return goesOn ? text(messages.getLast(), "content") : "";
    }

    private static String text(Map<String, @Nullable Object> message, String name) {
        Object value = message.get(name);
        return value == null ? "" : String.valueOf(value);
    }

    private static void refuseTools(Fields fields) throws ApiException {
        boolean tools =
                fields.has("tools") && !fields.list("tools", Integer.MAX_VALUE).isEmpty();
        JsonElement choice = fields.get("tool_choice");
        boolean chosen = choice != null
                && !(choice.isJsonPrimitive() && Set.of("none", "auto").contains(choice.getAsString()));
        if (chosen || (tools && (choice == null || !choice.getAsString().equals("none")))) {
            throw ApiException.unsupported("\"tools\"");
        }
    }

    private static void refuseOtherThanText(Fields fields) throws ApiException {
        JsonElement wanted = fields.get("modalities");
        if (wanted != null && !wanted.toString().matches("\\[(\"text\")?]")) {
            throw ApiException.unsupported("\"modalities\" other than text");
        }
    }

    private static Map<String, @Nullable Object> variables(Fields fields) throws ApiException {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        if (fields.has("chat_template_kwargs")) {
            Fields given = fields.object("chat_template_kwargs");
            for (String name : given.names()) {
                if (RESERVED.contains(name)) {
                    throw ApiException.invalid("\"chat_template_kwargs\" cannot set \"" + name + "\"");
                }
                JsonElement value = given.get(name);
                variables.put(name, value == null ? null : Fields.plain(value));
            }
        }
        return variables;
    }

    /**
     * Whether the model is to think. An answer of a given form has no place for thoughts, so they are not asked for
     * unless the request insists.
     */
    private static Think think(Fields fields, Map<String, @Nullable Object> variables, boolean form)
            throws ApiException {
        if (variables.get("enable_thinking") instanceof Boolean on) {
            return on ? Think.ON : Think.OFF;
        }
        if (fields.has("reasoning_effort")) {
            return fields.text("reasoning_effort").equals("none") ? Think.OFF : Think.ON;
        }
        return form ? Think.OFF : Think.DEFAULT;
    }

    private static Effort effort(Fields fields) throws ApiException {
        return switch (fields.optionalText("reasoning_effort").orElse("none")) {
            case "none" -> Effort.DEFAULT;
            case "minimal", "low" -> Effort.LOW;
            case "medium" -> Effort.MEDIUM;
            case "high", "xhigh", "max" -> Effort.HIGH;
            default ->
                throw ApiException.invalid(
                        "\"reasoning_effort\" must be none, minimal, low, medium, high, xhigh or max");
        };
    }

    private static boolean separate(Fields fields) throws ApiException {
        return switch (fields.optionalText("reasoning_format").orElse("auto")) {
            case "auto", "deepseek" -> true;
            case "none" -> false;
            default -> throw ApiException.invalid("\"reasoning_format\" must be none, auto or deepseek");
        };
    }

    private static int alternatives(Fields fields) throws ApiException {
        int count = (int) fields.integer("top_logprobs", 0, 0, MAX_ALTERNATIVES);
        if (fields.bool("logprobs", false)) {
            return count;
        }
        if (count > 0) {
            throw ApiException.invalid("\"top_logprobs\" needs \"logprobs\": true");
        }
        return -1;
    }
}
