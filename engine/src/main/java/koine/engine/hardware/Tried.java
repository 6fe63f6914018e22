package koine.engine.hardware;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import koine.engine.client.PackProbe;
import koine.engine.files.PrivateFiles;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was tried on this computer and how it went, in a small file; it counts only with the drivers it was tried with, and
 * that is kept for a few: a terminal may point them elsewhere than the desktop does. Two programs that write at the same time
 * cost one of them another try, no more.
 *
 * @param drivers see {@link Drivers}
 * @param packs by folder name
 * @param untold packs by folder name that cannot compute, which nobody has been told yet
 * @param steps the best step of the ladder that is left, by model and device
 */
record Tried(String drivers, Map<String, PackProbe.Result> packs, Set<String> untold, Map<String, Left> steps) {
    private static final Logger LOG = LoggerFactory.getLogger(Tried.class);
    private static final int FORMAT = 3;
    private static final int MOST_DRIVERS = 4;
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    /**
     * @param step the best one that has not failed
     * @param code of the problem that the one before it had
     */
    record Left(Placement.Step step, String code) {}

    /** The file: the drivers that were there last come last. */
    private record Content(int format, Map<String, Outcomes> byDrivers) {}

    private record Outcomes(Map<String, PackProbe.Result> packs, Set<String> untold, Map<String, Left> steps) {}

    static Tried nothing(String drivers) {
        return new Tried(drivers, new LinkedHashMap<>(), new LinkedHashSet<>(), new LinkedHashMap<>());
    }

    /** @return nothing, when the file is not there, makes no sense, or knows other drivers only */
    static Tried read(Path file, String drivers) {
        Outcomes known = content(file).byDrivers().get(drivers);
        return known == null ? nothing(drivers) : new Tried(drivers, known.packs(), known.untold(), known.steps());
    }

    private static Content content(Path file) {
        try {
            Content read = GSON.fromJson(Files.readString(file), Content.class);
            if (makesSense(read)) {
                return read;
            }
        } catch (NoSuchFileException e) {
            return new Content(FORMAT, new LinkedHashMap<>());
        } catch (IOException | JsonParseException e) {
            LOG.info("what was tried is tried again: {}", e.getClass().getSimpleName());
        }
        return new Content(FORMAT, new LinkedHashMap<>());
    }

    /** Gson fills what is missing with null, whatever the record says. */
    private static boolean makesSense(@Nullable Content read) {
        return read != null
                && read.format == FORMAT
                && present(read.byDrivers)
                && read.byDrivers.values().stream().allMatch(Tried::makesSense);
    }

    private static boolean makesSense(@Nullable Outcomes known) {
        return known != null
                && present(known.packs)
                && present(known.untold)
                && present(known.steps)
                && known.packs.values().stream().allMatch(Tried::makesSense)
                && known.steps.values().stream()
                        .allMatch(left -> present(left) && present(left.step) && present(left.code));
    }

    private static boolean makesSense(PackProbe.@Nullable Result result) {
        return result != null
                && present(result.outcome())
                && present(result.devices())
                && result.devices().stream()
                        .allMatch(device -> present(device)
                                && present(device.name())
                                && present(device.description())
                                && present(device.kind()));
    }

    private static boolean present(@Nullable Object value) {
        return value != null;
    }

    /** Under a temporary name, synced, then moved. What cannot be kept is tried again next time. */
    void write(Path file) {
        Content content = content(file);
        content.byDrivers().remove(drivers);
        content.byDrivers().put(drivers, new Outcomes(packs, untold, steps));
        while (content.byDrivers().size() > MOST_DRIVERS) {
            content.byDrivers().remove(content.byDrivers().keySet().iterator().next());
        }
        try {
            PrivateFiles.createFolders(file.resolveSibling(".").normalize());
            PrivateFiles.write(file, GSON.toJson(content) + "\n");
        } catch (IOException e) {
            LOG.info("what was tried could not be kept: {}", e.getClass().getSimpleName());
        }
    }
}
