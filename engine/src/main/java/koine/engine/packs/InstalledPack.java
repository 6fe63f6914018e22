package koine.engine.packs;

import java.nio.file.Path;

/**
 * A pack on this computer.
 *
 * @param bundled whether it came with the program, and so stays with it
 */
public record InstalledPack(Pack pack, Path folder, boolean bundled) {}
