package koine.models;

import java.nio.file.Path;
import java.util.List;
import koine.gguf.AdapterFacts;

/**
 * A LoRA adapter on this computer: people know it as a layer on a base model.
 *
 * @param id names it to {@link ModelStore#adapter}: its file's name without {@code .gguf}; of a file outside of the models
 *     folders its absolute path
 * @param name to show: what the file says of itself, else its name
 * @param languages BCP 47 tags
 */
public record InstalledAdapter(
        String id, String name, Path path, long bytes, List<String> languages, AdapterFacts facts) {}
