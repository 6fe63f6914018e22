package koine.engine.client;

import java.nio.file.Path;

/**
 * A LoRA adapter that a request is answered with, beside the model.
 *
 * @param file absolute
 * @param scale how strongly it counts: 0 is the model alone, 1 is as the adapter was trained
 */
public record ChatAdapter(Path file, double scale) {}
