package koine.models;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IllformedLocaleException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import koine.models.CatalogueEntry.ModelFile;

/**
 * Reads a catalogue and refuses what it does not understand: a field that a newer Koine knows may change what the others mean.
 */
final class CatalogueReader {
    private static final int FORMAT = 1;
    private static final Pattern ID = Pattern.compile("[a-z0-9]+([.-][a-z0-9]+)*");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SOURCE = Pattern.compile("[a-z]+:\\S.*");
    private static final Pattern FILE_NAME = Pattern.compile("[^/\\\\:\\p{Cntrl}]+\\.gguf");
    private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());

    private final JsonReader in;

    CatalogueReader(Reader json) {
        in = new JsonReader(json);
        in.setStrictness(Strictness.STRICT);
    }

    Catalogue read() throws CatalogueException {
        try {
            Map<String, Object> fields = fields(Map.of("format", this::number, "models", () -> list(this::entry)));
            if (in.peek() != JsonToken.END_DOCUMENT) {
                throw refusal("more than one catalogue");
            }
            if (get(fields, "format", Long.class) != FORMAT) {
                throw refusal("format " + fields.get("format") + " is not known to this version");
            }
            List<CatalogueEntry> entries = list(fields, "models", CatalogueEntry.class);
            refuseTwins(entries);
            return new Catalogue(entries);
        } catch (CatalogueException e) {
            throw e;
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw new CatalogueException("not a catalogue, at " + in.getPath(), e);
        }
    }

    private CatalogueEntry entry() throws IOException {
        Map<String, Object> fields = fields(Map.of(
                "id", () -> matching(ID),
                "system", this::text,
                "maker", this::text,
                "country", this::country,
                "languages", () -> list(this::language),
                "architecture", this::text,
                "license", this::text,
                "notes", () -> list(this::text),
                "files", () -> list(this::file)));
        return new CatalogueEntry(
                get(fields, "id", String.class),
                get(fields, "system", String.class),
                get(fields, "maker", String.class),
                get(fields, "country", String.class),
                list(fields, "languages", String.class),
                get(fields, "architecture", String.class),
                get(fields, "license", String.class),
                list(fields, "notes", String.class),
                list(fields, "files", ModelFile.class));
    }

    private ModelFile file() throws IOException {
        Map<String, Object> fields = fields(Map.of(
                "name", () -> matching(FILE_NAME),
                "quantization", this::text,
                "bytes", this::positive,
                "sha256", () -> matching(SHA256),
                "sources", () -> list(() -> matching(SOURCE))));
        return new ModelFile(
                get(fields, "name", String.class),
                get(fields, "quantization", String.class),
                get(fields, "bytes", Long.class),
                get(fields, "sha256", String.class),
                list(fields, "sources", String.class));
    }

    @FunctionalInterface
    private interface Part<T> {
        T read() throws IOException;
    }

    /** Exactly the known fields, each once, in any order. */
    private Map<String, Object> fields(Map<String, Part<?>> known) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        in.beginObject();
        while (in.hasNext()) {
            String name = in.nextName();
            Part<?> part = known.get(name);
            if (part == null) {
                throw refusal("unknown field " + name);
            }
            if (fields.put(name, part.read()) != null) {
                throw refusal("field " + name + " stands twice");
            }
        }
        for (String name : known.keySet()) {
            if (!fields.containsKey(name)) {
                throw refusal("missing field " + name);
            }
        }
        in.endObject();
        return fields;
    }

    private <T> List<T> list(Part<T> part) throws IOException {
        List<T> items = new ArrayList<>();
        in.beginArray();
        while (in.hasNext()) {
            items.add(part.read());
        }
        in.endArray();
        return List.copyOf(items);
    }

    private String text() throws IOException {
        if (in.peek() != JsonToken.STRING) { // nextString would take a number too
            throw refusal("no text");
        }
        String text = in.nextString();
        if (text.isBlank()) {
            throw refusal("an empty text");
        }
        return text;
    }

    private String matching(Pattern pattern) throws IOException {
        String text = text();
        if (!pattern.matcher(text).matches()) {
            throw refusal("\"" + text + "\" is not of the form " + pattern);
        }
        return text;
    }

    private String country() throws IOException {
        String text = text();
        if (!COUNTRIES.contains(text)) {
            throw refusal("\"" + text + "\" is no ISO 3166-1 country");
        }
        return text;
    }

    private String language() throws IOException {
        String text = text();
        try {
            new Locale.Builder().setLanguageTag(text);
        } catch (IllformedLocaleException e) {
            throw new CatalogueException("\"" + text + "\" is no BCP 47 language, at " + in.getPath(), e);
        }
        return text;
    }

    private Long number() throws IOException {
        if (in.peek() != JsonToken.NUMBER) {
            throw refusal("no number");
        }
        return in.nextLong();
    }

    private Long positive() throws IOException {
        Long number = number();
        if (number <= 0) {
            throw refusal(number + " is not above zero");
        }
        return number;
    }

    private void refuseTwins(List<CatalogueEntry> entries) throws CatalogueException {
        Set<String> ids = new HashSet<>();
        Set<String> files = new HashSet<>();
        for (CatalogueEntry entry : entries) {
            if (!ids.add(entry.id())) {
                throw new CatalogueException("two models with the id " + entry.id(), null);
            }
            for (ModelFile file : entry.files()) {
                if (!files.add(file.name().toLowerCase(Locale.ROOT) + " " + file.bytes())) {
                    throw new CatalogueException("two files " + file.name() + " of the same length", null);
                }
            }
        }
    }

    private CatalogueException refusal(String reason) {
        return new CatalogueException(reason + ", at " + in.getPath(), null);
    }

    private static <T> T get(Map<String, Object> fields, String name, Class<T> type) {
        Object value = fields.get(name);
        if (value == null) {
            throw new IllegalStateException("fields() has checked " + name);
        }
        return type.cast(value);
    }

    private static <T> List<T> list(Map<String, Object> fields, String name, Class<T> of) {
        List<?> items = get(fields, name, List.class);
        return items.stream().map(of::cast).toList();
    }
}
