package koine.models;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import koine.models.CatalogueEntry.ModelFile;

/** The models that Koine knows of. Immutable. */
public record Catalogue(List<CatalogueEntry> entries) {
    public Catalogue {
        entries = List.copyOf(entries);
    }

    /** A file the catalogue knows, and the model it belongs to. */
    record Match(CatalogueEntry entry, ModelFile file) {}

    /** The catalogue that comes with the program. */
    public static Catalogue builtIn() {
        try (InputStream in = Catalogue.class.getResourceAsStream("catalogue.json")) {
            if (in == null) {
                throw new IllegalStateException("missing resource catalogue.json");
            }
            return read(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException("the built-in catalogue is broken", e);
        }
    }

    /** @throws CatalogueException when a field is missing, unknown, there twice or not what it should be */
    public static Catalogue read(Reader json) throws CatalogueException {
        return new CatalogueReader(json).read();
    }

    /** @param id in any case */
    Optional<CatalogueEntry> byId(String id) {
        return entries.stream().filter(entry -> entry.id().equalsIgnoreCase(id)).findFirst();
    }

    /**
     * The entry a file on disk looks like, by its name and length. That is no proof: {@link FileModelStore#verify} is.
     */
    Optional<Match> matching(String fileName, long bytes) {
        String wanted = fileName.toLowerCase(Locale.ROOT);
        for (CatalogueEntry entry : entries) {
            for (ModelFile file : entry.files()) {
                if (file.bytes() == bytes
                        && file.name().toLowerCase(Locale.ROOT).equals(wanted)) {
                    return Optional.of(new Match(entry, file));
                }
            }
        }
        return Optional.empty();
    }
}
