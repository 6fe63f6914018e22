package koine.engine.grammar;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What JSON Schema's keywords are about, and their values read with care. What is in no list is an annotation. */
final class Keywords {
    /** Understood, for values of one type or of any. */
    private static final Map<String, List<String>> KNOWN = Map.of(
            "", List.of("type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "nullable"),
            "object",
                    List.of(
                            "properties",
                            "required",
                            "additionalProperties",
                            "unevaluatedProperties",
                            "minProperties",
                            "maxProperties"),
            "array",
                    List.of(
                            "items",
                            "prefixItems",
                            "additionalItems",
                            "minItems",
                            "maxItems",
                            "uniqueItems",
                            "unevaluatedItems"),
            "string", List.of("minLength", "maxLength", "pattern", "format"),
            "number", List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"));

    /** They constrain, and are refused. */
    private static final Map<String, List<String>> REFUSED = Map.of(
            "", List.of("not", "if", "then", "else", "$dynamicRef", "$recursiveRef", "extends", "disallow"),
            "object",
                    List.of(
                            "patternProperties",
                            "propertyNames",
                            "dependentRequired",
                            "dependentSchemas",
                            "dependencies"),
            "array", List.of("contains", "minContains", "maxContains"),
            "string", List.of(),
            "number", List.of("divisibleBy"));

    private static final int SHOWN = 60;

    private Keywords() {}

    static boolean constrains(String key) {
        return KNOWN.values().stream().anyMatch(keys -> keys.contains(key))
                || REFUSED.values().stream().anyMatch(keys -> keys.contains(key));
    }

    static boolean constrainsAnything(JsonObject schema) {
        return schema.keySet().stream().anyMatch(Keywords::constrains);
    }

    /** The types whose values the schema's keywords are about, and whether any are. */
    static List<String> impliedTypes(JsonObject schema) {
        List<String> types = new ArrayList<>();
        for (String type : List.of("object", "array", "string", "number")) {
            if (schema.keySet().stream().anyMatch(key -> isAbout(type, key))) {
                types.add(type);
            }
        }
        return types;
    }

    static boolean isAbout(String type, String key) {
        return KNOWN.getOrDefault(type, List.of()).contains(key)
                || REFUSED.getOrDefault(type, List.of()).contains(key);
    }

    /** Refuses what is not understood about values of this type; {@code ""} for any. */
    static void refuse(JsonObject schema, String type, String pointer) throws GrammarException {
        for (String key : REFUSED.getOrDefault(type, List.of())) {
            if (schema.has(key)) {
                throw GrammarException.inSchema(pointer, key, "not supported");
            }
        }
    }

    static JsonObject object(JsonObject schema, String key, String pointer) throws GrammarException {
        JsonElement value = schema.get(key);
        if (value == null) {
            return new JsonObject();
        }
        if (value instanceof JsonObject object) {
            return object;
        }
        throw GrammarException.inSchema(pointer, key, "must be an object");
    }

    static List<JsonElement> list(JsonObject schema, String key, String pointer) throws GrammarException {
        JsonElement value = schema.get(key);
        if (value == null) {
            return List.of();
        }
        if (value instanceof JsonArray array) {
            return array.asList();
        }
        throw GrammarException.inSchema(pointer, key, "must be an array");
    }

    static List<String> texts(JsonObject schema, String key, String pointer) throws GrammarException {
        List<String> texts = new ArrayList<>();
        // OpenAPI 2 and early drafts wrote "required": true beside a property's type
        if (schema.get(key) instanceof JsonPrimitive primitive && primitive.isBoolean()) {
            return texts;
        }
        for (JsonElement element : list(schema, key, pointer)) {
            if (!(element instanceof JsonPrimitive primitive) || !primitive.isString()) {
                throw GrammarException.inSchema(pointer, key, "must hold texts");
            }
            texts.add(element.getAsString());
        }
        return texts;
    }

    static String text(JsonObject schema, String key, String pointer) throws GrammarException {
        if (schema.get(key) instanceof JsonPrimitive primitive && primitive.isString()) {
            return primitive.getAsString();
        }
        throw GrammarException.inSchema(pointer, key, "must be a text");
    }

    /** A count, or a value for where there is none. */
    static int count(JsonObject schema, String key, int otherwise, String pointer) throws GrammarException {
        BigDecimal value = number(schema, key, pointer);
        if (value == null) {
            return otherwise;
        }
        if (value.signum() < 0 || value.stripTrailingZeros().scale() > 0) {
            throw GrammarException.inSchema(pointer, key, "must be a whole number from 0");
        }
        if (value.compareTo(BigDecimal.valueOf(Rules.MAX_REPETITION)) > 0) {
            throw GrammarException.inSchema(pointer, key, "greater than " + Rules.MAX_REPETITION + " is not supported");
        }
        return value.intValueExact();
    }

    static @Nullable BigDecimal number(JsonObject schema, String key, String pointer) throws GrammarException {
        JsonElement value = schema.get(key);
        if (value == null) {
            return null;
        }
        if (value instanceof JsonPrimitive primitive && primitive.isNumber()) {
            return decimal(primitive, pointer);
        }
        throw GrammarException.inSchema(pointer, key, "must be a number");
    }

    /** Bounded, because {@code 1e999999999} as a plain number would fill the memory. */
    static BigDecimal decimal(JsonPrimitive number, String pointer) throws GrammarException {
        String text = number.getAsString();
        if (text.length() <= 100) {
            try {
                BigDecimal value = new BigDecimal(text);
                if (value.signum() == 0) {
                    return BigDecimal.ZERO;
                }
                if (value.scale() <= NumberRanges.MAX_DIGITS
                        && value.precision() - value.scale() <= NumberRanges.MAX_DIGITS) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw GrammarException.inSchema(pointer, "not a number: " + shortened(number));
            }
        }
        throw GrammarException.inSchema(
                pointer, "a number with more than " + NumberRanges.MAX_DIGITS + " digits on a side of its point");
    }

    static String shortened(JsonElement value) {
        String text = String.valueOf(value);
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
