package koine.engine.memory;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import koine.engine.files.FileState;
import koine.engine.files.PrivateFiles;
import koine.engine.files.Sha256;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What engines took at most, beside what they had been expected to take, in a small file; the next estimate of the same engine
 * is corrected by the difference. One thread of a process at a time; of two processes that write at the same time, one is not
 * remembered.
 */
public final class MeasuredMemory {
    private static final Logger LOG = LoggerFactory.getLogger(MeasuredMemory.class);
    /** Not .json: those are engines. */
    private static final String FILE = "measured-memory";

    private static final int FORMAT = 1;
    private static final int MOST_ENTRIES = 64;
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    private final Path file;

    /** @param folder where engines keep what they know of each other */
    public MeasuredMemory(Path folder) {
        this.file = folder.resolve(FILE);
    }

    /** Bytes, without any correction, and as the kernel counted them. */
    private record Entry(long estimated, long measured) {
        boolean makesSense() {
            return estimated > 0 && measured > 0;
        }
    }

    /** @param engines who was there last comes last; by a hash: a user's path is nobody's business */
    private record Content(int format, Map<String, Entry> engines) {}

    /**
     * Bytes to be added to an estimate, less than 0 when it was too much; 0 when nothing is known.
     *
     * @param options what else the memory depends on
     */
    public long correction(Path model, Path pack, String options) {
        try {
            Entry known = content().engines().get(key(model, pack, options));
            return known == null ? 0 : known.measured() - known.estimated();
        } catch (IOException e) {
            return 0; // the model has gone
        }
    }

    /** @param estimated without any correction */
    public void remember(Path model, Path pack, String options, long estimated, long measured) {
        try {
            Map<String, Entry> engines = content().engines();
            String key = key(model, pack, options);
            engines.remove(key);
            engines.put(key, new Entry(estimated, measured));
            while (engines.size() > MOST_ENTRIES) {
                engines.remove(engines.keySet().iterator().next());
            }
            PrivateFiles.write(file, GSON.toJson(new Content(FORMAT, engines)) + "\n");
        } catch (IOException e) {
            LOG.info("what an engine took is not remembered: {}", e.getClass().getSimpleName());
        }
    }

    private static String key(Path model, Path pack, String options) throws IOException {
        return Sha256.of(FileState.of(model) + "\0" + pack.getFileName() + "\0" + options, 16);
    }

    private Content content() {
        try {
            Content read = GSON.fromJson(Files.readString(file), Content.class);
            if (makesSense(read)) {
                return read;
            }
        } catch (NoSuchFileException e) {
            return nothing();
        } catch (IOException | JsonParseException e) {
            LOG.info("what engines took is not known: {}", e.getClass().getSimpleName());
        }
        return nothing();
    }

    private static Content nothing() {
        return new Content(FORMAT, new LinkedHashMap<>());
    }

    /** Gson fills what is missing with null, whatever the record says. */
    private static boolean makesSense(@Nullable Content read) {
        Object engines = read == null ? null : read.engines();
        return read != null
                && read.format() == FORMAT
                && engines != null
                && read.engines().values().stream().allMatch(entry -> Objects.nonNull(entry) && entry.makesSense());
    }
}
