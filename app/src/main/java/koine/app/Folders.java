package koine.app;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where things lie.
 *
 * @param data the profile: {@code koine.db}, {@code settings.json}; all under {@code KOINE_HOME} when that is set
 * @param models the user's own model files
 * @param runtime broker files and sockets of running engines, readable by the user alone
 * @param logs log files: no conversation text, no user paths
 * @param bundle what came with the program ({@code packs/}, {@code models/}), read-only; null when nothing did
 */
public record Folders(
        Path data,
        Path models,
        Path runtime,
        Path logs,
        @Nullable Path bundle) {}
