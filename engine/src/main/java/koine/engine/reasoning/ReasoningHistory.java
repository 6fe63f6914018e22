package koine.engine.reasoning;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Gives a template the thoughts of earlier turns under the name it asks for. Koine's messages carry them as
 * {@code reasoning_content}, as most templates want; some ask for {@code reasoning}, {@code thinking} or
 * {@code thought}, and some for a part of the content. Whether old thoughts enter the prompt is the template's decision.
 * Immutable.
 */
public final class ReasoningHistory {
    private static final String OURS = "reasoning_content";
    private static final List<String> OTHERS = List.of("reasoning", "thinking", "thought");
    private static final Pattern PARTS = Pattern.compile("\\['type'] == 'thinking'");

    private final List<String> names = new ArrayList<>();
    private final boolean parts;

    private ReasoningHistory(String source) {
        boolean ours = source.contains(OURS);
        for (String name : OTHERS) {
            if (!ours && reads(source, name)) {
                names.add(name);
            }
        }
        parts = !ours && names.isEmpty() && PARTS.matcher(source).find();
    }

    private static boolean reads(String source, String name) {
        return Pattern.compile("\\bmessage(?:\\.|\\[['\"]|\\.get\\(['\"])" + name + "\\b")
                .matcher(source)
                .find();
    }

    /** @param templateSource the chat template as the model file has it */
    public static ReasoningHistory of(String templateSource) {
        return new ReasoningHistory(templateSource);
    }

    /** The messages as the template wants them; those without {@code reasoning_content} stay as they are. */
    public List<Map<String, @Nullable Object>> messages(List<Map<String, @Nullable Object>> messages) {
        return names.isEmpty() && !parts
                ? messages
                : messages.stream().map(this::message).toList();
    }

    private Map<String, @Nullable Object> message(Map<String, @Nullable Object> message) {
        if (!(message.get(OURS) instanceof String thoughts) || thoughts.isBlank()) {
            return message;
        }
        Map<String, @Nullable Object> copy = new LinkedHashMap<>(message);
        if (parts && message.get("content") instanceof String text) {
            copy.put("content", List.of(part("thinking", thoughts), part("text", text)));
        } else if (!message.containsKey("tool_calls")
                || !(message.get("content") instanceof String text)
                || text.isEmpty()) {
            // beside both an answer and a tool call, gpt-oss takes no thoughts
            names.forEach(name -> copy.putIfAbsent(name, thoughts));
        }
        return copy;
    }

    private static Map<String, Object> part(String type, String text) {
        return Map.of("type", type, type, text);
    }
}
