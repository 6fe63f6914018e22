package koine.engine.grammar;

import com.google.gson.FormattingStyle;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Walks one schema and writes its rules. An atom is what stands for a value wherever one may come. */
final class SchemaCompiler {
    private static final List<String> TYPES =
            List.of("object", "array", "string", "integer", "number", "boolean", "null");
    private static final int MAX_DEPTH = 250;
    private static final int MAX_STEPS = 50_000;
    private static final long MAX_MERGED = 20_000_000;
    private static final int MAX_WORDS = 5000;
    private static final int MAX_REFERENCES = 64;

    private final JsonObject document;
    private final Rules rules = new Rules();
    private final Map<String, String> ofReference = new HashMap<>();
    private final Map<String, String> ofMerged = new HashMap<>();
    private int steps;
    private long merged;

    SchemaCompiler(JsonObject document) {
        this.document = document;
    }

    String grammar() throws GrammarException {
        JsonGrammar.define(rules);
        return rules.text(value(document, "#", "root", 0));
    }

    private String value(JsonElement element, String at, String hint, int depth) throws GrammarException {
        step(at);
        if (depth > MAX_DEPTH) {
            throw GrammarException.inSchema(at, "schemas refer to each other deeper than " + MAX_DEPTH);
        }
        if (SchemaMerge.isTrue(element)) {
            return JsonGrammar.VALUE;
        }
        if (SchemaMerge.isFalse(element)) {
            throw GrammarException.inSchema(at, "a value is needed where the schema is false");
        }
        if (!(element instanceof JsonObject schema)) {
            throw GrammarException.inSchema(at, "a schema must be an object or a boolean");
        }
        if (!Keywords.constrainsAnything(schema)) {
            return JsonGrammar.VALUE;
        }
        Keywords.refuse(schema, "", at);
        if (SchemaMerge.isTrue(schema.get("nullable"))) {
            String other = value(without(schema, "nullable"), at, hint, depth + 1);
            return rules.rule(hint, other + " | " + JsonGrammar.NULL);
        }
        if (schema.has("$ref") && !Keywords.constrainsAnything(without(schema, "$ref"))) {
            return reference(Keywords.text(schema, "$ref", at), at, hint, depth);
        }
        if (schema.has("$ref") || schema.has("allOf")) {
            return together(schema, at, hint, depth);
        }
        if (schema.has("anyOf") || schema.has("oneOf")) {
            return choice(schema, at, hint, depth);
        }
        return plain(schema, at, hint, depth);
    }

    private void step(String at) throws GrammarException {
        if (++steps > MAX_STEPS) {
            throw GrammarException.inSchema(at, "the schema needs more than " + MAX_STEPS + " steps");
        }
    }

    private String reference(String reference, String at, String hint, int depth) throws GrammarException {
        String known = ofReference.get(reference);
        if (known != null) {
            return known;
        }
        JsonElement target = target(reference, at);
        String name = rules.reserve(
                reference.substring(reference.lastIndexOf('/') + 1).isEmpty()
                        ? hint
                        : reference.substring(reference.lastIndexOf('/') + 1));
        ofReference.put(reference, name);
        rules.define(name, value(target, reference, hint, depth + 1));
        return name;
    }

    private JsonElement target(String reference, String at) throws GrammarException {
        if (!reference.startsWith("#") || (reference.length() > 1 && reference.charAt(1) != '/')) {
            throw GrammarException.inSchema(at, "$ref", "only references into the same schema (#/…) are supported");
        }
        String pointer;
        try {
            pointer = URLDecoder.decode(reference.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw GrammarException.inSchema(at, "$ref", "not a JSON pointer");
        }
        JsonElement target = document;
        if (!pointer.isEmpty()) {
            for (String part : pointer.substring(1).split("/", -1)) {
                String key = part.replace("~1", "/").replace("~0", "~");
                JsonElement next = null;
                if (target instanceof JsonObject object) {
                    next = object.get(key);
                } else if (target instanceof JsonArray array
                        && key.matches("[0-9]{1,6}")
                        && Integer.parseInt(key) < array.size()) {
                    next = array.get(Integer.parseInt(key));
                }
                if (next == null) {
                    throw GrammarException.inSchema(
                            at, "$ref", "leads nowhere: " + Keywords.shortened(new JsonPrimitive(reference)));
                }
                target = next;
            }
        }
        return target;
    }

    /** Schemas that all hold, as one. */
    private String together(JsonObject schema, String at, String hint, int depth) throws GrammarException {
        List<JsonElement> all = Keywords.list(schema, "allOf", at);
        if (all.size() == 1 && !Keywords.constrainsAnything(without(schema, "allOf"))) {
            return value(all.getFirst(), at + "/allOf/0", hint, depth + 1);
        }
        JsonObject one = resolved(schema, at, 0);
        String text = one.toString();
        merged += text.length();
        if (merged > MAX_MERGED) {
            throw GrammarException.inSchema(at, "too much is to be merged");
        }
        String known = ofMerged.get(text);
        if (known != null) {
            return known;
        }
        String name = rules.reserve(hint);
        ofMerged.put(text, name);
        rules.define(name, value(one, at, hint, depth + 1));
        return name;
    }

    /** The same schema without {@code $ref} and {@code allOf}. */
    private JsonObject resolved(JsonElement element, String at, int depth) throws GrammarException {
        step(at);
        if (depth > MAX_REFERENCES) {
            throw GrammarException.inSchema(at, "schemas that must hold together refer to each other without end");
        }
        if (SchemaMerge.isTrue(element)) {
            return new JsonObject();
        }
        if (!(element instanceof JsonObject schema)) {
            throw GrammarException.inSchema(at, "nothing can be valid here");
        }
        Keywords.refuse(schema, "", at);
        JsonObject result = schema;
        SchemaMerge merge = new SchemaMerge(at);
        if (schema.has("$ref")) {
            String reference = Keywords.text(schema, "$ref", at);
            result = without(schema, "$ref");
            JsonObject target = resolved(target(reference, at), reference, depth + 1);
            result = Keywords.constrainsAnything(result) ? merge.merge(target, result) : target;
        }
        if (result.has("allOf")) {
            List<JsonElement> all = Keywords.list(result, "allOf", at);
            result = without(result, "allOf");
            for (int i = 0; i < all.size(); i++) {
                JsonObject part = resolved(all.get(i), at + "/allOf/" + i, depth + 1);
                result = Keywords.constrainsAnything(result) ? merge.merge(result, part) : part;
            }
            if (result.has("allOf")) {
                return resolved(result, at, depth + 1);
            }
        }
        return result;
    }

    private String choice(JsonObject schema, String at, String hint, int depth) throws GrammarException {
        String key = schema.has("anyOf") ? "anyOf" : "oneOf";
        JsonObject rest = without(schema, key);
        List<JsonElement> choices = Keywords.list(schema, key, at);
        if (choices.isEmpty()) {
            throw GrammarException.inSchema(at, key, "must not be empty");
        }
        if (key.equals("oneOf")) {
            List<JsonObject> resolved = new ArrayList<>();
            for (int i = 0; i < choices.size(); i++) {
                resolved.add(resolved(choices.get(i), at + "/oneOf/" + i, 0));
            }
            Disjoint.check(resolved, at);
        }
        boolean more = Keywords.constrainsAnything(rest);
        List<String> found = new ArrayList<>();
        for (int i = 0; i < choices.size(); i++) {
            String place = at + "/" + key + "/" + i;
            JsonElement choice = choices.get(i);
            if (SchemaMerge.isFalse(choice)) {
                continue;
            }
            if (more) {
                JsonObject both = new JsonObject();
                JsonArray all = new JsonArray();
                all.add(rest);
                all.add(choice);
                both.add("allOf", all);
                choice = both;
            }
            found.add(value(choice, place, hint, depth + 1));
        }
        if (found.isEmpty()) {
            throw GrammarException.inSchema(at, key, "nothing can be valid here");
        }
        List<String> distinct = found.stream().distinct().toList();
        return distinct.size() == 1 ? distinct.getFirst() : rules.rule(hint, String.join(" | ", distinct));
    }

    private String plain(JsonObject schema, String at, String hint, int depth) throws GrammarException {
        List<String> types = types(schema, at);
        if (schema.has("enum") || schema.has("const")) {
            return words(schema, types, at, hint);
        }
        if (types.isEmpty()) {
            types = Keywords.impliedTypes(schema);
        }
        List<String> found = new ArrayList<>();
        for (String type : types) {
            if (!type.equals("integer") || !types.contains("number")) {
                found.add(ofType(type, schema, at, hint, depth));
            }
        }
        return found.size() == 1 ? found.getFirst() : rules.rule(hint, String.join(" | ", found));
    }

    private static List<String> types(JsonObject schema, String at) throws GrammarException {
        List<JsonElement> given = schema.get("type") instanceof JsonPrimitive single
                ? List.of(single)
                : Keywords.list(schema, "type", at);
        if (schema.has("type") && given.isEmpty()) {
            throw GrammarException.inSchema(at, "type", "must not be empty");
        }
        Set<String> types = new LinkedHashSet<>();
        for (JsonElement type : given) {
            if (!(type instanceof JsonPrimitive text) || !TYPES.contains(text.getAsString())) {
                throw GrammarException.inSchema(at, "type", "not a type: " + Keywords.shortened(type));
            }
            types.add(type.getAsString());
        }
        return List.copyOf(types);
    }

    private String ofType(String type, JsonObject schema, String at, String hint, int depth) throws GrammarException {
        Keywords.refuse(schema, type.equals("integer") ? "number" : type, at);
        return switch (type) {
            case "object" -> new ObjectRules(schema, at, hint, depth).write();
            case "array" -> array(schema, at, hint, depth);
            case "string" -> new StringRules(rules, at).string(schema, hint);
            case "integer" -> integer(schema, at, hint);
            case "number" -> number(schema, at, hint);
            case "boolean" -> JsonGrammar.BOOLEAN;
            default -> JsonGrammar.NULL;
        };
    }

    private String words(JsonObject schema, List<String> types, String at, String hint) throws GrammarException {
        String key = schema.has("enum") ? "enum" : "const";
        List<JsonElement> values =
                schema.has("enum") ? Keywords.list(schema, "enum", at) : List.of(schema.get("const"));
        for (String other : schema.keySet()) {
            if (Keywords.impliedTypes(schema).stream().anyMatch(type -> Keywords.isAbout(type, other))
                    && !other.equals("format")) {
                throw GrammarException.inSchema(at, other, "not supported together with " + key);
            }
        }
        if (values.size() > MAX_WORDS) {
            throw GrammarException.inSchema(at, key, "more than " + MAX_WORDS + " values");
        }
        List<String> words = new ArrayList<>();
        for (JsonElement value : values) {
            if ((types.isEmpty() || types.stream().anyMatch(type -> isOf(type, value)))
                    && (!schema.has("const") || value.equals(schema.get("const")))) {
                words.add(json(value, at));
            }
        }
        if (words.isEmpty()) {
            throw GrammarException.inSchema(at, key, "none of the values is allowed by the type");
        }
        return rules.oneOf(hint, words);
    }

    private static boolean isOf(String type, JsonElement value) {
        return switch (type) {
            case "object" -> value.isJsonObject();
            case "array" -> value.isJsonArray();
            case "null" -> value.isJsonNull();
            case "boolean" -> value instanceof JsonPrimitive primitive && primitive.isBoolean();
            case "string" -> value instanceof JsonPrimitive primitive && primitive.isString();
            case "number" -> value instanceof JsonPrimitive primitive && primitive.isNumber();
            default ->
                value instanceof JsonPrimitive primitive
                        && primitive.isNumber()
                        && primitive.getAsString().matches("-?[0-9]{1,40}");
        };
    }

    /** As {@code JSON.stringify} writes it. */
    private static String json(JsonElement value, String at) throws GrammarException {
        try {
            return new com.google.gson.GsonBuilder()
                    .disableHtmlEscaping()
                    .serializeNulls()
                    .setFormattingStyle(FormattingStyle.COMPACT)
                    .create()
                    .toJson(value);
        } catch (IllegalArgumentException e) {
            throw GrammarException.inSchema(at, "not a number of JSON: " + Keywords.shortened(value));
        }
    }

    private String integer(JsonObject schema, String at, String hint) throws GrammarException {
        multiple(schema, at, true);
        Bounds bounds = bounds(schema, at, "integer");
        if (bounds.low == null && bounds.high == null) {
            return JsonGrammar.INTEGER;
        }
        BigInteger low = null;
        if (bounds.low != null) {
            low = bounds.low.value().setScale(0, RoundingMode.CEILING).toBigIntegerExact();
            if (!bounds.low.inclusive() && bounds.low.value().compareTo(new BigDecimal(low)) == 0) {
                low = low.add(BigInteger.ONE);
            }
        }
        BigInteger high = null;
        if (bounds.high != null) {
            high = bounds.high.value().setScale(0, RoundingMode.FLOOR).toBigIntegerExact();
            if (!bounds.high.inclusive() && bounds.high.value().compareTo(new BigDecimal(high)) == 0) {
                high = high.subtract(BigInteger.ONE);
            }
        }
        return within(NumberRanges.integers(low, high), at, hint);
    }

    private String number(JsonObject schema, String at, String hint) throws GrammarException {
        if (multiple(schema, at, false)) {
            return integer(schema, at, hint);
        }
        Bounds bounds = bounds(schema, at, "number");
        return bounds.low == null && bounds.high == null
                ? JsonGrammar.NUMBER
                : within(NumberRanges.numbers(bounds.low, bounds.high), at, hint);
    }

    /** True for multiples of 1. */
    private static boolean multiple(JsonObject schema, String at, boolean integer) throws GrammarException {
        BigDecimal multiple = Keywords.number(schema, "multipleOf", at);
        if (multiple == null || multiple.compareTo(BigDecimal.ONE) == 0) {
            return multiple != null;
        }
        // integers are multiples of 0.5, 0.1, 0.01
        if (integer
                && multiple.signum() > 0
                && BigDecimal.ONE.remainder(multiple).signum() == 0) {
            return true;
        }
        throw GrammarException.inSchema(at, "multipleOf", "only 1 is supported");
    }

    private String within(@Nullable String expression, String at, String hint) throws GrammarException {
        if (expression == null) {
            throw GrammarException.inSchema(at, "no number is within its bounds");
        }
        return rules.rule(hint, expression);
    }

    private record Bounds(NumberRanges.@Nullable Bound low, NumberRanges.@Nullable Bound high) {}

    private static Bounds bounds(JsonObject schema, String at, String type) throws GrammarException {
        NumberRanges.Bound low = bound(schema, "minimum", "exclusiveMinimum", 1, at);
        NumberRanges.Bound high = bound(schema, "maximum", "exclusiveMaximum", -1, at);
        if (schema.has("format")) {
            String format = Keywords.text(schema, "format", at);
            int bits = type.equals("integer") && format.matches("u?int(8|16|32|64)")
                    ? Integer.parseInt(format.replaceAll("[^0-9]", ""))
                    : 0;
            if (bits > 0) {
                boolean signed = format.charAt(0) == 'i';
                BigDecimal top = new BigDecimal(BigInteger.TWO.pow(signed ? bits - 1 : bits));
                low = tighter(low, new NumberRanges.Bound(signed ? top.negate() : BigDecimal.ZERO, true), 1);
                high = tighter(high, new NumberRanges.Bound(top, false), -1);
            } else if (!List.of("float", "double").contains(format) && !isForTexts(schema)) {
                throw GrammarException.inSchema(at, "format", "not supported for a number: " + format);
            }
        }
        return new Bounds(low, high);
    }

    /** A format beside several types speaks of texts. */
    private static boolean isForTexts(JsonObject schema) {
        return schema.get("type") instanceof JsonArray types && types.contains(new JsonPrimitive("string"));
    }

    private static NumberRanges.@Nullable Bound bound(
            JsonObject schema, String key, String exclusiveKey, int sign, String at) throws GrammarException {
        BigDecimal value = Keywords.number(schema, key, at);
        if (schema.get(exclusiveKey) instanceof JsonPrimitive flag && flag.isBoolean()) {
            // draft 4 and OpenAPI 3.0
            return value == null ? null : new NumberRanges.Bound(value, !flag.getAsBoolean());
        }
        BigDecimal exclusive = Keywords.number(schema, exclusiveKey, at);
        return tighter(
                value == null ? null : new NumberRanges.Bound(value, true),
                exclusive == null ? null : new NumberRanges.Bound(exclusive, false),
                sign);
    }

    private static NumberRanges.@Nullable Bound tighter(
            NumberRanges.@Nullable Bound a, NumberRanges.@Nullable Bound b, int sign) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        int order = sign * Integer.signum(a.value().compareTo(b.value()));
        return order > 0 || (order == 0 && !a.inclusive()) ? a : b;
    }

    private String array(JsonObject schema, String at, String hint, int depth) throws GrammarException {
        JsonElement items = schema.get("items");
        List<JsonElement> prefix = Keywords.list(schema, "prefixItems", at);
        String itemsKey = "items";
        if (items instanceof JsonArray tuple) {
            prefix = tuple.asList();
            items = schema.get("additionalItems");
            itemsKey = "additionalItems";
        }
        if (items == null && schema.has("unevaluatedItems")) {
            items = schema.get("unevaluatedItems");
            itemsKey = "unevaluatedItems";
        }
        int min = Keywords.count(schema, "minItems", 0, at);
        int max = Keywords.count(schema, "maxItems", Rules.UNBOUNDED, at);
        if (SchemaMerge.isFalse(items)) {
            max = max == Rules.UNBOUNDED ? prefix.size() : Math.min(max, prefix.size());
        }
        if (max != Rules.UNBOUNDED && max < min) {
            throw GrammarException.inSchema(at, "no array has so many items and so few");
        }
        if (SchemaMerge.isTrue(schema.get("uniqueItems")) && (max == Rules.UNBOUNDED || max > 1)) {
            throw GrammarException.inSchema(at, "uniqueItems", "not supported");
        }
        if (max == 0) {
            return rules.rule(hint, "\"[\" ws \"]\"");
        }
        boolean open = max == Rules.UNBOUNDED || max > prefix.size();
        String item = !open
                ? ""
                : items == null ? JsonGrammar.VALUE : value(items, at + "/" + itemsKey, hint + "-item", depth + 1);
        if (prefix.isEmpty() && min == 0 && max == Rules.UNBOUNDED && item.equals(JsonGrammar.VALUE)) {
            return JsonGrammar.ARRAY;
        }
        // written from the end: what can follow once i items are there
        int fixed = max == Rules.UNBOUNDED ? prefix.size() : Math.min(prefix.size(), max);
        int before = Math.max(1, fixed);
        String rest = "";
        if (open && (max == Rules.UNBOUNDED || max > before)) {
            String next = rules.rule(hint + "-next", "\",\" ws " + item);
            rest = rules.repeat(
                    next, Math.max(0, min - before), max == Rules.UNBOUNDED ? Rules.UNBOUNDED : max - before);
        }
        String body = rest;
        for (int i = before - 1; i >= 0; i--) {
            String one = i < fixed ? value(prefix.get(i), at + "/prefixItems/" + i, hint + "-" + i, depth + 1) : item;
            String sequence = (i == 0 ? one : "\",\" ws " + one) + " " + body + (i == 0 ? " ws" : "");
            body = i < min ? sequence : Rules.optional(sequence);
            if (i % 16 == 15) {
                body = rules.rule(hint + "-more", body);
            }
        }
        return rules.rule(hint, "\"[\" ws " + body + " \"]\"");
    }

    static JsonObject without(JsonObject schema, String key) {
        JsonObject rest = new JsonObject();
        schema.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(key))
                .forEach(entry -> rest.add(entry.getKey(), entry.getValue()));
        return rest;
    }

    /** An object's properties, in the schema's order, each that may be missing left out or not. */
    private final class ObjectRules {
        private static final int MAX_NAME = 500;

        private final JsonObject schema;
        private final String at;
        private final String hint;
        private final int depth;

        ObjectRules(JsonObject schema, String at, String hint, int depth) {
            this.schema = schema;
            this.at = at;
            this.hint = hint;
            this.depth = depth;
        }

        String write() throws GrammarException {
            JsonObject properties = Keywords.object(schema, "properties", at);
            Set<String> required = new LinkedHashSet<>(Keywords.texts(schema, "required", at));
            JsonElement additional = additional(!properties.isEmpty() || !required.isEmpty());
            int min = Keywords.count(schema, "minProperties", 0, at);
            int max = Keywords.count(schema, "maxProperties", Rules.UNBOUNDED, at);
            if (properties.isEmpty() && required.isEmpty()) {
                return map(additional, min, max);
            }
            List<String> members = new ArrayList<>();
            List<Boolean> needed = new ArrayList<>();
            for (Map.Entry<String, JsonElement> property : properties.entrySet()) {
                String name = property.getKey();
                if (SchemaMerge.isFalse(property.getValue()) && !required.contains(name)) {
                    continue;
                }
                members.add(member(name, property.getValue(), at + "/properties/" + escaped(name)));
                needed.add(required.contains(name));
            }
            for (String name : required) {
                if (!properties.has(name)) {
                    JsonElement value = schema.has("additionalProperties") ? additional : new JsonPrimitive(true);
                    members.add(member(name, value, at + "/required"));
                    needed.add(true);
                }
            }
            boolean closed = SchemaMerge.isFalse(additional);
            if (min > required.size()) {
                throw GrammarException.inSchema(at, "minProperties", "more than are required is not supported");
            }
            if (max != Rules.UNBOUNDED && !(closed && members.size() <= max)) {
                throw GrammarException.inSchema(at, "maxProperties", "not supported together with properties");
            }
            String others = closed ? "" : others(properties.keySet(), required, additional);
            return rules.rule(hint, "\"{\" ws " + head(members, needed, others) + " \"}\"");
        }

        private JsonElement additional(boolean named) throws GrammarException {
            JsonElement additional = schema.get("additionalProperties");
            JsonElement unevaluated = schema.get("unevaluatedProperties");
            if (additional == null && unevaluated != null) {
                additional = unevaluated;
            }
            return additional == null ? new JsonPrimitive(!named) : additional;
        }

        private String member(String name, JsonElement value, String place) throws GrammarException {
            String atom = value(value, place, name, depth + 1);
            return rules.rule(
                    hint + "-" + name, Rules.literal(json(new JsonPrimitive(name), at) + ":") + " ws " + atom);
        }

        private String map(JsonElement additional, int min, int max) throws GrammarException {
            if (SchemaMerge.isFalse(additional) || max == 0) {
                if (min > 0) {
                    throw GrammarException.inSchema(at, "minProperties", "no property is allowed");
                }
                return rules.rule(hint, "\"{\" ws \"}\"");
            }
            if (min > 1 || (max != Rules.UNBOUNDED && max < min)) {
                // a grammar cannot see that a name comes twice
                throw GrammarException.inSchema(at, "minProperties", "only 0 and 1 are supported");
            }
            String value = value(additional, at + "/additionalProperties", hint + "-value", depth + 1);
            if (value.equals(JsonGrammar.VALUE) && min == 0 && max == Rules.UNBOUNDED) {
                return JsonGrammar.OBJECT;
            }
            String member = rules.rule(hint + "-member", JsonGrammar.STRING + " \":\" ws " + value);
            String more = rules.repeat(
                    rules.rule(hint + "-next", "\",\" ws " + member),
                    0,
                    max == Rules.UNBOUNDED ? Rules.UNBOUNDED : max - 1);
            String all = member + " " + more + " ws";
            return rules.rule(hint, "\"{\" ws " + (min == 0 ? Rules.optional(all) : all) + " \"}\"");
        }

        /** Each rule names the one before only once, so the grammar grows with the properties, not with their subsets. */
        private String head(List<String> members, List<Boolean> needed, String others) throws GrammarException {
            String tail = (others.isEmpty() ? "" : "(\",\" ws " + others + ")* ") + "ws";
            String head = others.isEmpty() ? "\"\"" : Rules.optional(others + " " + tail);
            for (int i = members.size() - 1; i >= 0; i--) {
                String member = members.get(i);
                String after = rules.rule(hint + "-tail", tail);
                head = needed.get(i)
                        ? member + " " + after
                        : rules.rule(hint + "-head", member + " " + after + " | " + head);
                String next = "\",\" ws " + member;
                tail = (needed.get(i) ? next : Rules.optional(next)) + " " + after;
            }
            return head;
        }

        /** A rule for a property that the schema does not name, whose name is none of those it does. */
        private String others(Set<String> named, Set<String> required, JsonElement additional) throws GrammarException {
            Names names = new Names();
            for (Set<String> all : Arrays.asList(named, required)) {
                for (String name : all) {
                    if (name.length() > MAX_NAME) {
                        throw GrammarException.inSchema(at, "a property's name is longer than " + MAX_NAME);
                    }
                    names.add(name);
                }
            }
            String value = value(additional, at + "/additionalProperties", hint + "-value", depth + 1);
            return rules.rule(hint + "-other", "\"\\\"\" " + names.other(rules) + " \":\" ws " + value);
        }

        private static String escaped(String name) {
            return name.replace("~", "~0").replace("/", "~1");
        }
    }

    /** Names as a tree of characters. */
    private static final class Names {
        private final Map<Integer, Names> next = new java.util.TreeMap<>();
        private boolean ends;

        void add(String name) {
            Names node = this;
            for (int c : name.codePoints().toArray()) {
                node = node.next.computeIfAbsent(c, key -> new Names());
            }
            node.ends = true;
        }

        /**
         * An atom for the rest of any other name and its closing quote; without escapes, so that none of the names can be
         * spelled in another way.
         */
        String other(Rules rules) throws GrammarException {
            List<String> choices = new ArrayList<>();
            CodeSet branches = CodeSet.EMPTY;
            for (Map.Entry<Integer, Names> child : next.entrySet()) {
                CodeSet one = CodeSet.of(child.getKey(), child.getKey());
                if (!one.and(CodeSet.PLAIN).isEmpty()) {
                    branches = branches.plus(one);
                    choices.add(one.json() + " " + child.getValue().other(rules));
                }
            }
            choices.add(branches.complement().and(CodeSet.PLAIN).json() + " " + JsonGrammar.PLAIN + "* \"\\\"\"");
            if (!ends) {
                choices.add("\"\\\"\"");
            }
            return rules.rule("name", String.join(" | ", choices));
        }
    }
}
