package koine.models;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model file on this computer that can be run.
 *
 * @param id catalogue id, or for a file of one's own its name without {@code .gguf}
 * @param entry null for a file the catalogue does not know
 * @param name to show: the catalogue's system, else what the file says of itself, else the file's name
 */
public record InstalledModel(
        String id,
        String name,
        Path path,
        long bytes,
        String architecture,
        String quantization,
        List<String> languages,
        long contextTokens,
        @Nullable CatalogueEntry entry) {}
