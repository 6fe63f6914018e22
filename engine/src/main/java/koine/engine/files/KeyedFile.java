package koine.engine.files;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small private file of things that were found out, by keys that are hashes: a user's path is nobody's business. What
 * cannot be read is as if it were not there. One thread of a process at a time; of two processes that write at the same
 * time, one is not remembered.
 *
 * @param <T> a record that Gson can write
 */
public final class KeyedFile<T> {
    private static final Logger LOG = LoggerFactory.getLogger(KeyedFile.class);
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();
    private static final String FORMAT = "format";
    private static final String ENTRIES = "entries";
    private static final long MOST_BYTES = 1 << 20;

    private final Path file;
    private final int format;
    private final int most;
    private final Class<T> type;
    private final Predicate<T> makesSense;

    /**
     * @param format of the entries; a file of another one is not read
     * @param most entries; the one that was not written for the longest time goes first
     * @param makesSense of what was read: Gson fills what is missing with null, whatever the record says
     */
    public KeyedFile(Path file, int format, int most, Class<T> type, Predicate<T> makesSense) {
        this.file = file;
        this.format = format;
        this.most = most;
        this.type = type;
        this.makesSense = makesSense;
    }

    /** Whether anything was ever written. */
    public boolean exists() {
        return Files.exists(file);
    }

    /** @return null when nothing is known, or nothing that makes sense */
    public @Nullable T get(String key) {
        JsonElement entry = entries().get(key);
        try {
            T value = entry == null ? null : GSON.fromJson(entry, type);
            return value != null && makesSense.test(value) ? value : null;
        } catch (JsonParseException e) {
            return null;
        }
    }

    public void put(String key, T value) throws IOException {
        JsonObject entries = entries();
        entries.remove(key);
        entries.add(key, GSON.toJsonTree(value));
        while (entries.size() > most) {
            entries.remove(entries.keySet().iterator().next());
        }
        write(entries);
    }

    /** @return whether there was one */
    public boolean remove(String key) throws IOException {
        JsonObject entries = entries();
        boolean there = entries.remove(key) != null;
        if (there) {
            write(entries);
        }
        return there;
    }

    private void write(JsonObject entries) throws IOException {
        JsonObject content = new JsonObject();
        content.addProperty(FORMAT, format);
        content.add(ENTRIES, entries);
        PrivateFiles.createFolders(file.toAbsolutePath().resolveSibling(".").normalize());
        PrivateFiles.write(file, GSON.toJson(content) + "\n");
    }

    private JsonObject entries() {
        try {
            if (Files.size(file) <= MOST_BYTES
                    && JsonParser.parseString(Files.readString(file)) instanceof JsonObject content
                    && content.get(FORMAT) instanceof JsonPrimitive written
                    && written.isNumber()
                    && written.getAsInt() == format
                    && content.get(ENTRIES) instanceof JsonObject entries) {
                return entries;
            }
            LOG.info("{} is not understood", file.getFileName());
        } catch (NoSuchFileException e) {
            return new JsonObject();
        } catch (IOException | JsonParseException | NumberFormatException e) {
            LOG.info("{} is not known: {}", file.getFileName(), e.getClass().getSimpleName());
        }
        return new JsonObject();
    }
}
