package koine.engine.grammar;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.reflect.TypeToken;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.OffsetTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/** Schemas as clients send them, with texts that are valid, invalid, or valid and yet never answered. */
final class Corpus {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** The meaning is the schema itself, or the same in words of JSON Schema where it uses another dialect's. */
    record Case(
            String name,
            JsonObject schema,
            JsonObject meaning,
            List<String> valid,
            List<String> invalid,
            List<String> unanswered) {
        /** A validator of another hand, which asserts formats too. */
        Predicate<String> validator() {
            JsonSchema schema = JsonSchemaFactory.getInstance(VersionFlag.V202012)
                    .getSchema(
                            meaning.toString(),
                            SchemaValidatorsConfig.builder()
                                    .formatAssertionsEnabled(true)
                                    .build());
            return text -> {
                try {
                    JsonNode value = JSON.readTree(text);
                    return !value.isMissingNode()
                            && schema.validate(value).stream()
                                    .allMatch(error -> isMistaken(String.valueOf(error.getProperty()), error, value));
                } catch (JsonProcessingException _) {
                    return false;
                }
            };
        }

        /** It knows only the domains of its year, and takes no time whose day is another in Greenwich. */
        private static boolean isMistaken(String property, ValidationMessage error, JsonNode value) {
            String message = property + error.getMessage();
            if (error.getType().equals("format") && message.contains("email")) {
                return value.asText().matches("[\\w+.]+@([a-z0-9-]+\\.)+[a-z]{2,}");
            }
            if (error.getType().equals("format") && message.contains("the time pattern")) {
                try {
                    return OffsetTime.parse(value.asText()).getHour() >= 0;
                } catch (DateTimeParseException _) {
                    return false;
                }
            }
            return false;
        }
    }

    private Corpus() {}

    static List<Case> cases() throws IOException {
        try (InputStream in = Objects.requireNonNull(Corpus.class.getResourceAsStream("schemas.json"))) {
            return new Gson().fromJson(new InputStreamReader(in, StandardCharsets.UTF_8), new TypeToken<>() {});
        }
    }
}
