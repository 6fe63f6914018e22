package koine.engine.server;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import koine.engine.session.Generator.ModelInfo;
import koine.engine.template.ChatTemplate;
import koine.engine.template.TemplateException;
import org.jspecify.annotations.Nullable;

/** Turns messages into the text the loaded model was trained on, with the template of its own file. Any thread. */
final class PromptRenderer {
    private final ModelInfo model;
    private final @Nullable ChatTemplate template;
    private final @Nullable ApiException refusal;

    PromptRenderer(ModelInfo model) {
        this.model = model;
        ChatTemplate parsed = null;
        ApiException problem = null;
        String source = model.chatTemplate();
        if (source == null || source.isBlank()) {
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
    }

    ModelInfo model() {
        return model;
    }

    String render(List<Map<String, @Nullable Object>> messages) throws ApiException {
        if (template == null) {
            throw refusal == null ? ApiException.of(500, "server_error", "no template") : refusal;
        }
        Map<String, @Nullable Object> variables = new HashMap<>();
        variables.put("messages", messages);
        variables.put("add_generation_prompt", true);
        variables.put("bos_token", model.bosToken());
        variables.put("eos_token", model.eosToken());
        try {
            return template.render(variables);
        } catch (TemplateException e) {
            throw ApiException.of(400, "template_error", String.valueOf(e.getMessage()));
        }
    }
}
