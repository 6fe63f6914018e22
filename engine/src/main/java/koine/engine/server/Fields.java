package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object that a client sent, read field by field. A field that is null is as one that is missing; one that is not
 * what it should be is refused by its name.
 */
final class Fields {
    private final JsonObject json;

    private Fields(JsonObject json) {
        this.json = json;
    }

    /** @throws ApiException when the body is not one JSON object in UTF-8 */
    static Fields parse(byte[] body) throws ApiException {
        JsonReader reader = JsonText.reader(body);
        try {
            JsonElement json = JsonParser.parseReader(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw ApiException.invalid("more than one JSON value");
            }
            return of(json, "the body");
        } catch (IOException e) {
            throw JsonText.unreadable(e);
        } catch (JsonParseException e) {
            throw JsonText.unreadable(e.getCause() instanceof IOException cause ? cause : new IOException(e));
        }
    }

    /** @param what named when it is no object */
    static Fields of(@Nullable JsonElement json, String what) throws ApiException {
        if (json instanceof JsonObject object) {
            return new Fields(object);
        }
        throw ApiException.invalid(what + " must be a JSON object");
    }

    /**
     * Refuses what would change the answer and is not done, and what nobody knows: it may be a name written wrongly.
     *
     * @param known read by the caller
     * @param ignored without effect on the answer
     * @param unsupported refused unless their values ask for nothing
     */
    void requireOnly(Set<String> known, Set<String> ignored, Set<String> unsupported) throws ApiException {
        for (Map.Entry<String, JsonElement> field : json.entrySet()) {
            String name = field.getKey();
            if (unsupported.contains(name)) {
                if (!isOff(field.getValue())) {
                    throw ApiException.unsupported("\"" + name + "\"");
                }
            } else if (!known.contains(name) && !ignored.contains(name)) {
                throw ApiException.invalid("unknown field \"" + name + "\"");
            }
        }
    }

    /** A value that asks for nothing: null, false, 0, an empty list or object, "none". */
    private static boolean isOff(JsonElement value) {
        return switch (value) {
            case JsonArray array -> array.isEmpty();
            case JsonObject object -> object.isEmpty();
            case JsonPrimitive primitive ->
                primitive.isString()
                        ? primitive.getAsString().equals("none")
                        : primitive.isBoolean() ? !primitive.getAsBoolean() : primitive.getAsDouble() == 0;
            default -> true;
        };
    }

    Set<String> names() {
        return json.keySet();
    }

    boolean has(String name) {
        return json.has(name) && !json.get(name).isJsonNull();
    }

    /** null when it is missing. */
    @Nullable
    JsonElement get(String name) {
        return has(name) ? json.get(name) : null;
    }

    Fields object(String name) throws ApiException {
        return of(get(name), "\"" + name + "\"");
    }

    JsonObject asJson() {
        return json;
    }

    List<JsonElement> list(String name, int most) throws ApiException {
        if (get(name) instanceof JsonArray array && array.size() <= most) {
            return array.asList();
        }
        throw ApiException.invalid("\"" + name + "\" must be a list of at most " + most);
    }

    String text(String name) throws ApiException {
        return text(get(name), name);
    }

    static String text(@Nullable JsonElement json, String name) throws ApiException {
        if (json instanceof JsonPrimitive primitive && primitive.isString()) {
            return primitive.getAsString();
        }
        throw ApiException.invalid("\"" + name + "\" must be a text");
    }

    Optional<String> optionalText(String name) throws ApiException {
        return has(name) ? Optional.of(text(name)) : Optional.empty();
    }

    List<String> texts(String name, int most) throws ApiException {
        List<String> texts = new ArrayList<>();
        for (JsonElement element : list(name, most)) {
            texts.add(text(element, name));
        }
        return texts;
    }

    boolean bool(String name, boolean otherwise) throws ApiException {
        if (!has(name)) {
            return otherwise;
        }
        if (get(name) instanceof JsonPrimitive primitive && primitive.isBoolean()) {
            return primitive.getAsBoolean();
        }
        throw ApiException.invalid("\"" + name + "\" must be true or false");
    }

    double number(String name, double otherwise, double least, double most) throws ApiException {
        if (!has(name)) {
            return otherwise;
        }
        if (get(name) instanceof JsonPrimitive primitive && primitive.isNumber()) {
            double value = primitive.getAsDouble();
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw ApiException.invalid("\"" + name + "\" must be a number from " + plain(least) + " to " + plain(most));
    }

    long integer(String name, long otherwise, long least, long most) throws ApiException {
        return has(name) ? integer(get(name), name, least, most) : otherwise;
    }

    static long integer(@Nullable JsonElement json, String name, long least, long most) throws ApiException {
        // a number of a thousand digits, or 1e999999999, would take long to compute with
        if (json instanceof JsonPrimitive primitive
                && primitive.isNumber()
                && Math.abs(primitive.getAsDouble()) <= 1e19
                && primitive.getAsString().length() <= 40) {
            try {
                long value = new BigDecimal(primitive.getAsString()).longValueExact();
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (ArithmeticException | NumberFormatException e) {
                throw ApiException.invalid("\"" + name + "\" must be a whole number");
            }
        }
        throw ApiException.invalid("\"" + name + "\" must be a whole number from " + least + " to " + most);
    }

    /** Token numbers, all of them in the vocabulary. */
    static List<Integer> tokens(List<JsonElement> elements, String name, int vocabulary) throws ApiException {
        List<Integer> tokens = new ArrayList<>();
        for (JsonElement element : elements) {
            tokens.add((int) integer(element, name, 0, vocabulary - 1L));
        }
        return tokens;
    }

    /** As templates take values: Map, List, String, Boolean, Long, Double, null. */
    static @Nullable Object plain(JsonElement json) {
        return switch (json) {
            case JsonObject object -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                object.entrySet().forEach(field -> map.put(field.getKey(), plain(field.getValue())));
                yield map;
            }
            case JsonArray array -> {
                List<@Nullable Object> list = new ArrayList<>();
                array.forEach(element -> list.add(plain(element)));
                yield list;
            }
            case JsonPrimitive primitive -> plain(primitive);
            default -> null;
        };
    }

    private static Object plain(JsonPrimitive primitive) {
        if (primitive.isString()) {
            return primitive.getAsString();
        }
        if (primitive.isBoolean()) {
            return primitive.getAsBoolean();
        }
        String digits = primitive.getAsString();
        if (digits.length() < 19 && digits.matches("-?[0-9]+")) {
            return Long.parseLong(digits);
        }
        return primitive.getAsDouble();
    }

    private static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }
}
