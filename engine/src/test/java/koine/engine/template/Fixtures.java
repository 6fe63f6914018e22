package koine.engine.template;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What several tests of templates read. */
final class Fixtures {
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T10:00:00Z"), ZoneOffset.UTC);
    static final Gson JSON = new GsonBuilder()
            .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
            .disableHtmlEscaping()
            .serializeNulls()
            .create();

    private Fixtures() {}

    /** Shown with the test's result: counts and seeds that belong to it. */
    static void say(String line) {
        System.getLogger("koine.engine.template").log(System.Logger.Level.INFO, line);
    }

    static String text(String resource) {
        try (InputStream in = Objects.requireNonNull(Fixtures.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Conversations by name, each all variables of one rendering. */
    static Map<String, Map<String, @Nullable Object>> conversations() {
        return JSON.fromJson(text("conversations.json"), new TypeToken<>() {});
    }

    static Map<String, @Nullable Object> variables() {
        return JSON.fromJson(text("variables.json"), new TypeToken<>() {});
    }

    /** Small templates, each for one construct. */
    static List<String> constructs() {
        return JSON.fromJson(text("constructs.json"), new TypeToken<>() {});
    }

    /** Real templates by file name, from the test kit; empty where it was not fetched. */
    static Map<String, String> realTemplates() {
        Path folder = testkit().resolve("llama.cpp/models/templates");
        if (!Files.isDirectory(folder)) {
            return Map.of();
        }
        Map<String, String> templates = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".jinja")).toList()) {
                templates.put(file.getFileName().toString(), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return templates;
    }

    static Path testkit() {
        return Path.of(System.getProperty("koine.testkit", "testkit"));
    }

    /** {@code render("{{ a }}", "a", 1L)}. */
    static String render(String template, @Nullable Object... namesAndValues) throws TemplateException {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            variables.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return ChatTemplate.parse(template).render(variables, CLOCK);
    }
}
