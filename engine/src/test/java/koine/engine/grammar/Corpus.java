package koine.engine.grammar;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.reflect.TypeToken;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Schemas as clients send them, with texts that are valid, invalid, or valid and yet never answered. */
final class Corpus {
    record Case(String name, JsonObject schema, List<String> valid, List<String> invalid, List<String> unanswered) {
        /** A validator of its own kind, which asserts formats too. */
        JsonSchema validator() {
            return JsonSchemaFactory.getInstance(VersionFlag.V202012)
                    .getSchema(
                            schema.toString(),
                            SchemaValidatorsConfig.builder()
                                    .formatAssertionsEnabled(true)
                                    .build());
        }
    }

    private Corpus() {}

    static List<Case> cases() throws IOException {
        try (InputStream in = Objects.requireNonNull(Corpus.class.getResourceAsStream("schemas.json"))) {
            return new Gson().fromJson(new InputStreamReader(in, StandardCharsets.UTF_8), new TypeToken<>() {});
        }
    }
}
