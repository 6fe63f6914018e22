package koine.engine.reasoning;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** What is known about each real template of the test kit. */
final class Families {
    /**
     * @param writes a turn as the family's models write it, {@code {R}} the thoughts, {@code {C}} the answer; null for
     *     those that do not think
     */
    record Family(
            String format,
            boolean switchable,
            String usual,
            Map<String, @Nullable Object> on,
            Map<String, @Nullable Object> off,
            List<Map<String, @Nullable Object>> efforts,
            Set<String> endOfTurn,
            @Nullable String writes) {}

    private static final Gson JSON = new GsonBuilder()
            .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
            .create();

    private Families() {}

    /** By file name. */
    static Map<String, Family> known() throws IOException {
        try (InputStream in = Objects.requireNonNull(Families.class.getResourceAsStream("families.json"))) {
            return JSON.fromJson(new String(in.readAllBytes(), StandardCharsets.UTF_8), new TypeToken<>() {});
        }
    }

    /** Sources of the known templates, by file name; without the test kit the test is not run. */
    static Map<String, String> templates() throws IOException {
        Path folder = Path.of(System.getProperty("koine.testkit", "testkit")).resolve("llama.cpp/models/templates");
        Assumptions.assumeTrue(Files.isDirectory(folder), "the test kit has no templates");
        Map<String, String> sources = new TreeMap<>();
        for (String file : known().keySet()) {
            sources.put(file, Files.readString(folder.resolve(file)));
        }
        return sources;
    }

    static void say(String line) {
        System.getLogger("koine.engine.reasoning").log(System.Logger.Level.INFO, line);
    }
}
