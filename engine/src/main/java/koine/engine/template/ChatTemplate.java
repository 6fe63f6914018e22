package koine.engine.template;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A parsed chat template: the subset of Jinja2 that chat templates use, rendering the same bytes as Jinja2 set up as
 * Hugging Face transformers does. Immutable; any thread.
 */
public final class ChatTemplate {
    private ChatTemplate() {}

    /** @throws TemplateException for a syntax error or a construct that is not supported; names it and its line */
    public static ChatTemplate parse(String source) throws TemplateException {
        if (source.isEmpty()) {
            return new ChatTemplate();
        }
        throw new TemplateException("not yet");
    }

    /**
     * @param variables values as JSON has them: String, Boolean, Long, Double, List, Map with String keys, null
     * @throws TemplateException what the template raised, or what it did wrong
     */
    public String render(Map<String, @Nullable Object> variables) throws TemplateException {
        if (variables.isEmpty()) {
            return "";
        }
        throw new TemplateException("not yet");
    }
}
