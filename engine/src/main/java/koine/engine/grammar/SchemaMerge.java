package koine.engine.grammar;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One schema out of two that are to be met at once ({@code allOf}, or keywords beside {@code $ref} and {@code anyOf}). */
final class SchemaMerge {
    private static final Set<String> OBJECT_KEYS =
            Set.of("properties", "required", "additionalProperties", "unevaluatedProperties");

    private final String pointer;

    SchemaMerge(String pointer) {
        this.pointer = pointer;
    }

    JsonObject merge(JsonObject a, JsonObject b) throws GrammarException {
        if ((a.has("prefixItems") && b.has("items")) || (b.has("prefixItems") && a.has("items"))) {
            throw GrammarException.inSchema(pointer, "prefixItems", "not supported together with other schemas");
        }
        JsonObject merged = new JsonObject();
        for (Map.Entry<String, JsonElement> entry : a.entrySet()) {
            if (!OBJECT_KEYS.contains(entry.getKey())) {
                merged.add(entry.getKey(), entry.getValue());
            }
        }
        for (Map.Entry<String, JsonElement> entry : b.entrySet()) {
            String key = entry.getKey();
            if (OBJECT_KEYS.contains(key)) {
                continue;
            }
            JsonElement first = merged.get(key);
            JsonElement both = first == null || first.equals(entry.getValue())
                    ? entry.getValue()
                    : both(key, first, entry.getValue());
            if (both != null) {
                merged.add(key, both);
            }
        }
        if (!a.has("nullable") || !b.has("nullable")) {
            merged.remove("nullable");
        }
        objects(a, b, merged);
        return merged;
    }

    /** Null where the keyword says nothing that must hold. */
    private @Nullable JsonElement both(String key, JsonElement a, JsonElement b) throws GrammarException {
        return switch (key) {
            case "type" -> types(a, b);
            case "enum" -> {
                JsonArray common = new JsonArray();
                if (a instanceof JsonArray first && b instanceof JsonArray second) {
                    first.forEach(value -> {
                        if (second.contains(value)) {
                            common.add(value);
                        }
                    });
                }
                if (common.isEmpty()) {
                    throw contradiction(key);
                }
                yield common;
            }
            case "minimum", "minLength", "minItems", "minProperties" ->
                number(a).compareTo(number(b)) >= 0 ? a : b;
            case "maximum", "maxLength", "maxItems", "maxProperties" ->
                number(a).compareTo(number(b)) <= 0 ? a : b;
            case "exclusiveMinimum" -> number(a).compareTo(number(b)) >= 0 ? a : b;
            case "exclusiveMaximum" -> number(a).compareTo(number(b)) <= 0 ? a : b;
            case "items" -> all(a, b);
            case "allOf" -> {
                JsonArray joined = new JsonArray();
                for (JsonElement list : List.of(a, b)) {
                    if (list instanceof JsonArray array) {
                        joined.addAll(array);
                    }
                }
                yield joined;
            }
            case "nullable" -> new JsonPrimitive(false);
            case "const" -> throw contradiction(key);
            case "anyOf", "oneOf", "pattern", "format", "prefixItems", "$ref" ->
                throw GrammarException.inSchema(pointer, key, "two of them at once are not supported");
            default -> {
                if (Keywords.constrains(key)) {
                    throw GrammarException.inSchema(pointer, key, "two of them at once are not supported");
                }
                yield a;
            }
        };
    }

    private JsonElement types(JsonElement a, JsonElement b) throws GrammarException {
        Set<String> first = names(a);
        Set<String> second = names(b);
        JsonArray common = new JsonArray();
        for (String type : first) {
            if (second.contains(type) || (type.equals("integer") && second.contains("number"))) {
                common.add(type);
            } else if (type.equals("number") && second.contains("integer")) {
                common.add("integer");
            }
        }
        if (common.isEmpty()) {
            throw contradiction("type");
        }
        return common.size() == 1 ? common.get(0) : common;
    }

    private static Set<String> names(JsonElement types) {
        Set<String> names = new LinkedHashSet<>();
        if (types instanceof JsonArray array) {
            array.forEach(type -> names.add(type.isJsonPrimitive() ? type.getAsString() : ""));
        } else if (types.isJsonPrimitive()) {
            names.add(types.getAsString());
        }
        return names;
    }

    private BigDecimal number(JsonElement value) throws GrammarException {
        if (value instanceof JsonPrimitive primitive && primitive.isNumber()) {
            return Keywords.decimal(primitive, pointer);
        }
        throw GrammarException.inSchema(pointer, "a bound that is not a number: " + Keywords.shortened(value));
    }

    /** Each schema speaks of all properties: of those it does not name by its additionalProperties. */
    private void objects(JsonObject a, JsonObject b, JsonObject merged) throws GrammarException {
        JsonObject first = Keywords.object(a, "properties", pointer);
        JsonObject second = Keywords.object(b, "properties", pointer);
        JsonElement firstRest = rest(a);
        JsonElement secondRest = rest(b);
        Set<String> names = new LinkedHashSet<>(first.keySet());
        names.addAll(second.keySet());
        JsonObject properties = new JsonObject();
        for (String name : names) {
            JsonElement one = first.has(name) ? first.get(name) : firstRest;
            JsonElement other = second.has(name) ? second.get(name) : secondRest;
            properties.add(
                    name,
                    one == null
                            ? other == null ? new JsonPrimitive(true) : other
                            : other == null ? one : all(one, other));
        }
        if (!names.isEmpty() || a.has("properties") || b.has("properties")) {
            merged.add("properties", properties);
        }
        if (firstRest != null || secondRest != null) {
            merged.add(
                    "additionalProperties",
                    firstRest == null ? secondRest : secondRest == null ? firstRest : all(firstRest, secondRest));
        }
        Set<String> required = new LinkedHashSet<>(Keywords.texts(a, "required", pointer));
        required.addAll(Keywords.texts(b, "required", pointer));
        if (!required.isEmpty()) {
            JsonArray array = new JsonArray();
            required.forEach(array::add);
            merged.add("required", array);
        }
    }

    private @Nullable JsonElement rest(JsonObject schema) throws GrammarException {
        if (schema.has("unevaluatedProperties")) {
            throw GrammarException.inSchema(
                    pointer, "unevaluatedProperties", "not supported together with other schemas");
        }
        return schema.get("additionalProperties");
    }

    private static JsonElement all(JsonElement a, JsonElement b) {
        if (a.equals(b) || isFalse(a) || isTrue(b)) {
            return a;
        }
        if (isFalse(b) || isTrue(a)) {
            return b;
        }
        List<JsonElement> parts = new ArrayList<>(List.of(a, b));
        JsonArray array = new JsonArray();
        parts.forEach(array::add);
        JsonObject both = new JsonObject();
        both.add("allOf", array);
        return both;
    }

    static boolean isFalse(@Nullable JsonElement schema) {
        return schema instanceof JsonPrimitive primitive && primitive.isBoolean() && !primitive.getAsBoolean();
    }

    static boolean isTrue(@Nullable JsonElement schema) {
        return schema instanceof JsonPrimitive primitive && primitive.isBoolean() && primitive.getAsBoolean();
    }

    private GrammarException contradiction(String key) {
        return GrammarException.inSchema(pointer, key, "two of them that cannot both be met");
    }
}
