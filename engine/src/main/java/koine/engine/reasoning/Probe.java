package koine.engine.reasoning;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import koine.engine.template.ChatTemplate;
import koine.engine.template.Limits;
import koine.engine.template.TemplateException;
import org.jspecify.annotations.Nullable;

/** Asks a template what it does, by rendering small conversations. Immutable. */
final class Probe {
    private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    /** Far less than a prompt may cost: a template is asked many times, and these conversations are small. */
    private static final Limits LIMITS = new Limits(200_000, 400_000, 3_200_000, 500);

    private final @Nullable ChatTemplate template;

    /** A template that cannot be read answers nothing. */
    Probe(String source) {
        ChatTemplate parsed;
        try {
            parsed = ChatTemplate.parse(source);
        } catch (TemplateException e) {
            parsed = null;
        }
        template = parsed;
    }

    Set<String> variables() {
        return template == null ? Set.of() : template.variables();
    }

    /** @return null when the template refuses */
    @Nullable
    String render(List<Map<String, @Nullable Object>> messages, Map<String, @Nullable Object> more) {
        if (template == null) {
            return null;
        }
        Map<String, @Nullable Object> variables = new HashMap<>(more);
        variables.putIfAbsent("messages", messages);
        variables.putIfAbsent("add_generation_prompt", true);
        variables.putIfAbsent("bos_token", "");
        variables.putIfAbsent("eos_token", "");
        try {
            return template.render(variables, CLOCK, LIMITS);
        } catch (TemplateException e) {
            return null;
        }
    }

    static Map<String, @Nullable Object> message(String role, String content) {
        Map<String, @Nullable Object> message = new HashMap<>();
        message.put("role", role);
        message.put("content", content);
        return message;
    }
}
