package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The messages of a chat, as templates take them. */
final class ChatMessages {
    private static final int MAX_MESSAGES = 10_000;
    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant");
    private static final Set<String> KNOWN = Set.of("role", "content", "name", "reasoning_content");
    /** What OpenAI's answers have beside their text, and clients send back. */
    private static final Set<String> UNSUPPORTED =
            Set.of("tool_calls", "tool_call_id", "function_call", "audio", "refusal", "annotations");

    private ChatMessages() {}

    static List<Map<String, @Nullable Object>> parse(Fields fields) throws ApiException {
        if (!(fields.get("messages") instanceof JsonArray array) || array.isEmpty() || array.size() > MAX_MESSAGES) {
            throw ApiException.invalid("\"messages\" must be a list of 1 to " + MAX_MESSAGES + " messages");
        }
        List<Map<String, @Nullable Object>> messages = new ArrayList<>();
        for (JsonElement element : array) {
            messages.add(message(Fields.of(element, "a message")));
        }
        return messages;
    }

    private static Map<String, @Nullable Object> message(Fields message) throws ApiException {
        String role = message.text("role");
        if (role.equals("tool") || role.equals("function")) {
            throw ApiException.unsupported("the role \"" + role + "\"");
        }
        if (!ROLES.contains(role)) {
            throw ApiException.invalid("a \"role\" must be one of system, developer, user, assistant");
        }
        message.requireOnly(KNOWN, Set.of(), UNSUPPORTED);
        Map<String, @Nullable Object> variables = new HashMap<>();
        // "developer" is OpenAI's newer word for what every template knows as "system"
        variables.put("role", role.equals("developer") ? "system" : role);
        boolean thoughts = message.has("reasoning_content");
        if (thoughts && !role.equals("assistant")) {
            throw ApiException.invalid("\"reasoning_content\" belongs to messages of the assistant");
        }
        variables.put("content", thoughts && !message.has("content") ? "" : content(message));
        if (thoughts) {
            variables.put("reasoning_content", message.text("reasoning_content"));
        }
        if (message.has("name")) {
            variables.put("name", message.text("name"));
        }
        return variables;
    }

    private static String content(Fields message) throws ApiException {
        if (!(message.get("content") instanceof JsonArray parts)) {
            return message.text("content");
        }
        StringBuilder text = new StringBuilder();
        for (JsonElement element : parts) {
            Fields part = Fields.of(element, "a part of \"content\"");
            if (!part.text("type").equals("text")) {
                throw ApiException.unsupported("content other than text");
            }
            text.append(part.text("text"));
        }
        return text.toString();
    }
}
