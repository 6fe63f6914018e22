package koine.engine.memory;

import java.io.IOException;
import java.nio.file.Path;
import koine.engine.files.FileState;
import koine.engine.files.KeyedFile;
import koine.engine.files.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What engines took at most, beside what they had been expected to take, in a small file; the next estimate of the same engine
 * is corrected by the difference. One thread of a process at a time.
 */
public final class MeasuredMemory {
    private static final Logger LOG = LoggerFactory.getLogger(MeasuredMemory.class);
    /** Not .json: those are engines. */
    private static final String FILE = "measured-memory";

    private static final int FORMAT = 2;
    private static final int MOST_ENTRIES = 64;

    private final KeyedFile<Entry> file;

    /** @param folder where engines keep what they know of each other */
    public MeasuredMemory(Path folder) {
        this.file = new KeyedFile<>(folder.resolve(FILE), FORMAT, MOST_ENTRIES, Entry.class, Entry::makesSense);
    }

    /** Bytes, without any correction, and as the kernel counted them. */
    private record Entry(long estimated, long measured) {
        boolean makesSense() {
            return estimated > 0 && measured > 0;
        }
    }

    /**
     * Bytes to be added to an estimate, less than 0 when it was too much; 0 when nothing is known.
     *
     * @param options what else the memory depends on
     */
    public long correction(Path model, Path pack, String options) {
        try {
            Entry known = file.get(key(model, pack, options));
            return known == null ? 0 : known.measured() - known.estimated();
        } catch (IOException e) {
            return 0; // the model has gone
        }
    }

    /** @param estimated without any correction */
    public void remember(Path model, Path pack, String options, long estimated, long measured) {
        try {
            file.put(key(model, pack, options), new Entry(estimated, measured));
        } catch (IOException e) {
            LOG.info("what an engine took is not remembered: {}", e.getClass().getSimpleName());
        }
    }

    private static String key(Path model, Path pack, String options) throws IOException {
        return Sha256.of(FileState.of(model) + "\0" + pack.getFileName() + "\0" + options, 16);
    }
}
