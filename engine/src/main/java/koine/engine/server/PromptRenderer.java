package koine.engine.server;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import koine.engine.reasoning.EndOfTurn;
import koine.engine.reasoning.ReasoningFormat;
import koine.engine.reasoning.ReasoningHistory;
import koine.engine.reasoning.ThinkingSwitch;
import koine.engine.reasoning.ThinkingSwitch.Effort;
import koine.engine.reasoning.ThinkingSwitch.Think;
import koine.engine.session.Generator.ModelInfo;
import koine.engine.session.Tokenizer;
import koine.engine.template.ChatTemplate;
import koine.engine.template.TemplateException;
import org.jspecify.annotations.Nullable;

/** Turns messages into the text the loaded model was trained on, with the template of its own file. Any thread. */
final class PromptRenderer {
    private final ModelInfo model;
    private final @Nullable ChatTemplate template;
    private final @Nullable ApiException refusal;
    private final ReasoningFormat format;
    private final ReasoningHistory history;
    /** Found beside the loading's end, since the first question would wait for it; it warms the renderer up, too. */
    private final CompletableFuture<Set<String>> ends;
    /** Made by rendering the template many times: only when somebody asks. */
    private volatile @Nullable ThinkingSwitch thinking;

    /** @param lasting how many characters the conversation's next prompt will begin with, most likely */
    record Rendered(String text, int lasting) {}

    PromptRenderer(ModelInfo model, Tokenizer tokenizer) {
        this.model = model;
        ChatTemplate parsed = null;
        ApiException problem = null;
        String source = source();
        if (source.isBlank()) {
            // a base model continues text: any wrapping of ours would be a guess it was never trained on
            problem = ApiException.of(400, "template_missing", "the model has no chat template");
        } else {
            try {
                parsed = ChatTemplate.parse(source);
            } catch (TemplateException e) {
                problem = ApiException.of(501, "template_unsupported", String.valueOf(e.getMessage()));
            }
        }
        template = parsed;
        refusal = problem;
        format = ReasoningFormat.detect(source);
        history = ReasoningHistory.of(source);
        ends = CompletableFuture.supplyAsync(() -> ends(source, tokenizer));
    }

    /** As text, anybody may write such a name; only where it is a token of its own it ends a turn. */
    private static Set<String> ends(String source, Tokenizer tokenizer) {
        Set<String> ends = new HashSet<>();
        for (String name : EndOfTurn.texts(source)) {
            int[] named = tokenizer.tokens(name, false, true);
            if (named.length == 1 && tokenizer.isControl(named[0])) {
                ends.add(name);
            }
        }
        return Set.copyOf(ends);
    }

    private String source() {
        return model.chatTemplate() == null ? "" : model.chatTemplate();
    }

    ModelInfo model() {
        return model;
    }

    /** How this model marks its thoughts. */
    ReasoningFormat format() {
        return format;
    }

    /** Names of control tokens that end a turn besides those llama.cpp knows. */
    Set<String> ends() {
        return ends.join();
    }

    /** @param variables of the request itself: these win over what thinking asks for */
    Rendered render(
            List<Map<String, @Nullable Object>> messages,
            Map<String, @Nullable Object> variables,
            Think think,
            Effort effort)
            throws ApiException {
        if (template == null) {
            throw refusal == null ? ApiException.of(500, "server_error", "no template") : refusal;
        }
        Map<String, @Nullable Object> all = new HashMap<>();
        if (think != Think.DEFAULT || effort != Effort.DEFAULT) {
            all.putAll(thinking().variables(think, effort));
        }
        all.putAll(variables);
        all.put("messages", history.messages(messages));
        all.put("add_generation_prompt", true);
        all.put("bos_token", model.bosToken());
        all.put("eos_token", model.eosToken());
        try {
            String prompt = template.render(all);
            return new Rendered(prompt, lasting(template, all, prompt));
        } catch (TemplateException e) {
            throw ApiException.of(400, "template_error", String.valueOf(e.getMessage()));
        }
    }

    /** What asks for the answer may go when the answer stands there: a thought that is opened, a thought left out. */
    private static int lasting(ChatTemplate template, Map<String, @Nullable Object> variables, String prompt) {
        variables.put("add_generation_prompt", false);
        try {
            String past = template.render(variables);
            int most = Math.min(prompt.length(), past.length());
            int shared = 0;
            while (shared < most && prompt.charAt(shared) == past.charAt(shared)) {
                shared++;
            }
            return shared > 0 && Character.isHighSurrogate(prompt.charAt(shared - 1)) ? shared - 1 : shared;
        } catch (TemplateException e) {
            return 0;
        }
    }

    /** Whether the model thinks before it answers: {@code none}, {@code switchable} by the request, or {@code always}. */
    String thinkingKind() {
        if (template == null || format().isNone()) {
            return "none";
        }
        return thinking().isSwitchable() ? "switchable" : "always";
    }

    private ThinkingSwitch thinking() {
        ThinkingSwitch known = thinking;
        if (known == null) {
            known = ThinkingSwitch.of(source());
            thinking = known;
        }
        return known;
    }
}
