package koine.engine.hardware;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import koine.engine.client.PackProbe;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was tried on this computer and how it went, in a small file; all of it counts only as long as the drivers are those
 * it was tried with. Two programs that write at the same time cost one of them another try, no more.
 *
 * @param drivers see {@link Drivers}
 * @param packs by folder name
 * @param steps the best step of the ladder that is left, by model and device
 */
record Tried(int format, String drivers, Map<String, PackProbe.Result> packs, Map<String, Left> steps) {
    private static final Logger LOG = LoggerFactory.getLogger(Tried.class);
    private static final int FORMAT = 1;
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    /**
     * @param step the best one that has not failed
     * @param code of the problem that the one before it had
     */
    record Left(Placement.Step step, String code) {}

    static Tried nothing(String drivers) {
        return new Tried(FORMAT, drivers, new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    /** @return nothing, when the file is not there, makes no sense, or is of other drivers */
    static Tried read(Path file, String drivers) {
        try {
            Tried read = GSON.fromJson(Files.readString(file), Tried.class);
            if (read != null && read.makesSense() && read.drivers.equals(drivers)) {
                return read;
            }
        } catch (NoSuchFileException e) {
            return nothing(drivers);
        } catch (IOException | JsonParseException e) {
            LOG.info("what was tried is tried again: {}", e.getClass().getSimpleName());
        }
        return nothing(drivers);
    }

    /** Gson fills what is missing with null, whatever the record says. */
    @SuppressWarnings("ConstantConditions")
    private boolean makesSense() {
        return format == FORMAT
                && present(drivers)
                && present(packs)
                && present(steps)
                && packs.values().stream()
                        .allMatch(result -> present(result)
                                && present(result.outcome())
                                && present(result.devices())
                                && result.devices().stream()
                                        .allMatch(device -> present(device)
                                                && present(device.name())
                                                && present(device.description())
                                                && present(device.kind())))
                && steps.values().stream().allMatch(left -> present(left) && present(left.step) && present(left.code));
    }

    private static boolean present(@Nullable Object value) {
        return value != null;
    }

    /** Under a temporary name, synced, then moved. What cannot be kept is tried again next time. */
    void write(Path file) {
        Path temporary = file.resolveSibling(
                file.getFileName() + ".part-" + ProcessHandle.current().pid());
        try {
            Files.createDirectories(file.resolveSibling(".").normalize());
            try (FileChannel out = FileChannel.open(
                    temporary,
                    Set.of(
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE))) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(GSON.toJson(this) + "\n");
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.info("what was tried could not be kept: {}", e.getClass().getSimpleName());
        }
    }
}
