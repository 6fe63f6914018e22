package koine.engine.client;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA adapter that a request is answered with, beside the model.
 *
 * @param file absolute
 * @param sha256 what the file must hold, lower-case hexadecimal; null takes it as it is
 * @param scale how strongly it counts: 0 is the model alone, 1 is as the adapter was trained
 */
public record ChatAdapter(Path file, @Nullable String sha256, double scale) {}
