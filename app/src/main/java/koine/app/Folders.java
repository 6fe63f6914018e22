package koine.app;

import dev.dirs.ProjectDirectories;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
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
        @Nullable Path bundle) {

    /** Native packs the user has added. */
    public Path packs() {
        return data.resolve("packs");
    }

    /**
     * The folders of this user. Nothing is made yet.
     *
     * @param environment {@code KOINE_HOME} puts everything under one folder; else the platform's own folder for data
     *     that stays on this computer
     * @param properties {@code koine.bundle} names the folder of what came with the program
     */
    public static Folders resolve(Map<String, String> environment, Properties properties) {
        String home = environment.getOrDefault("KOINE_HOME", "");
        Path data = Path.of(home.isBlank() ? ProjectDirectories.from("", "", "koine").dataLocalDir : home)
                .toAbsolutePath()
                .normalize();
        String bundle = properties.getProperty("koine.bundle", "");
        return new Folders(
                data,
                data.resolve("models"),
                data.resolve("engine"),
                data.resolve("logs"),
                bundle.isBlank() ? null : Path.of(bundle).toAbsolutePath().normalize());
    }
}
