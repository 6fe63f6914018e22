package koine.engine.grammar;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether what is answered for one schema of a {@code oneOf} can be valid under another as well, which would forbid it. */
final class Disjoint {
    private Disjoint() {}

    static void check(List<JsonObject> choices, String at) throws GrammarException {
        for (int i = 0; i < choices.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (!byKind(choices.get(i), choices.get(j), at)
                        && !(excludes(choices.get(i), choices.get(j), at)
                                && excludes(choices.get(j), choices.get(i), at))) {
                    throw GrammarException.inSchema(
                            at,
                            "oneOf",
                            "choices " + j + " and " + i + " are not seen to exclude each other; anyOf would do");
                }
            }
        }
    }

    private static boolean byKind(JsonObject a, JsonObject b, String at) throws GrammarException {
        List<String> first = types(a);
        List<String> second = types(b);
        if (!first.isEmpty() && !second.isEmpty() && first.stream().noneMatch(second::contains)) {
            return true;
        }
        List<JsonElement> someValues = values(a);
        List<JsonElement> otherValues = values(b);
        if (someValues != null && otherValues != null && someValues.stream().noneMatch(otherValues::contains)) {
            return true;
        }
        if (!first.equals(List.of("object")) || !second.equals(List.of("object"))) {
            return false;
        }
        JsonObject properties = Keywords.object(b, "properties", at);
        for (Map.Entry<String, JsonElement> property :
                Keywords.object(a, "properties", at).entrySet()) {
            JsonElement other = properties.get(property.getKey());
            if (property.getValue() instanceof JsonObject one
                    && other instanceof JsonObject two
                    && requires(a, property.getKey(), at)
                    && requires(b, property.getKey(), at)) {
                List<JsonElement> some = values(one);
                List<JsonElement> others = values(two);
                if (some != null && others != null && some.stream().noneMatch(others::contains)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether no object made for the first is valid under the second. */
    private static boolean excludes(JsonObject made, JsonObject other, String at) throws GrammarException {
        if (!types(made).equals(List.of("object")) || !types(other).equals(List.of("object"))) {
            return false;
        }
        JsonObject here = Keywords.object(made, "properties", at);
        JsonObject there = Keywords.object(other, "properties", at);
        for (String name : Keywords.texts(made, "required", at)) {
            if (!there.has(name) && SchemaMerge.isFalse(other.get("additionalProperties"))) {
                return true;
            }
        }
        JsonElement rest = made.get("additionalProperties");
        boolean closed = SchemaMerge.isFalse(rest) || (rest == null && !here.isEmpty());
        for (String name : Keywords.texts(other, "required", at)) {
            if (closed && !here.has(name) && !requires(made, name, at)) {
                return true;
            }
        }
        return false;
    }

    private static boolean requires(JsonObject schema, String name, String at) throws GrammarException {
        return Keywords.texts(schema, "required", at).contains(name);
    }

    private static List<String> types(JsonObject schema) {
        List<String> types = new ArrayList<>();
        List<JsonElement> given =
                schema.get("type") instanceof JsonArray array ? array.asList() : listOf(schema.get("type"));
        for (JsonElement type : given) {
            if (type.isJsonPrimitive()) {
                types.add(type.getAsString().equals("integer") ? "number" : type.getAsString());
            }
        }
        if (given.isEmpty()) {
            List<JsonElement> values = values(schema);
            for (JsonElement value : values == null ? List.<JsonElement>of() : values) {
                types.add(typeOf(value));
            }
        }
        if (SchemaMerge.isTrue(schema.get("nullable"))) {
            types.add("null");
        }
        return types.stream().distinct().toList();
    }

    private static String typeOf(JsonElement value) {
        if (value instanceof JsonPrimitive primitive) {
            return primitive.isString() ? "string" : primitive.isNumber() ? "number" : "boolean";
        }
        return value.isJsonNull() ? "null" : value.isJsonArray() ? "array" : "object";
    }

    private static @Nullable List<JsonElement> values(JsonObject schema) {
        if (schema.has("const")) {
            return listOf(schema.get("const"));
        }
        return schema.get("enum") instanceof JsonArray array ? array.asList() : null;
    }

    private static List<JsonElement> listOf(@Nullable JsonElement element) {
        return element == null ? List.of() : List.of(element);
    }
}
