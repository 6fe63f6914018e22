package koine.app.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import java.time.Instant;

/** How the command line prints JSON: camelCase, ISO 8601 instants, nothing left out. */
final class Json {
    private static final GsonBuilder SHAPE = new GsonBuilder()
            .serializeNulls()
            .disableHtmlEscaping()
            .registerTypeAdapter(Instant.class, (JsonSerializer<Instant>)
                    (time, type, context) -> new JsonPrimitive(time.toString()));

    private Json() {}

    /** For a document a person may read too. */
    static String document(Object value) {
        Gson gson = SHAPE.setPrettyPrinting().create();
        return gson.toJson(value);
    }

    /** One event, one line. */
    static String line(JsonObject event) {
        return new GsonBuilder().serializeNulls().disableHtmlEscaping().create().toJson(event);
    }
}
