package koine.app;

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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import koine.engine.files.PrivateFiles;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings in {@code settings.json}. Each change reads the file anew, for the window and the command line share it,
 * and fields that this version does not know are kept. A file that cannot be read is set aside, never overwritten.
 */
final class JsonSettings implements Settings {
    private static final Logger LOG = LoggerFactory.getLogger(JsonSettings.class);
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private final Path file;
    private final UiLanguage systemLanguage;
    private @Nullable JsonObject values;
    private @Nullable Problem notice;

    /** @param systemLanguage the language when none was chosen */
    JsonSettings(Path file, UiLanguage systemLanguage) {
        this.file = file;
        this.systemLanguage = systemLanguage;
    }

    @Override
    public synchronized UiLanguage language() {
        return text("language").map(tag -> UiLanguage.best(List.of(tag))).orElse(systemLanguage);
    }

    @Override
    public void setLanguage(UiLanguage language) {
        set("language", language.tag());
    }

    @Override
    public synchronized Theme theme() {
        String wanted = text("theme").orElse("").toUpperCase(Locale.ROOT);
        for (Theme theme : Theme.values()) {
            if (theme.name().equals(wanted)) {
                return theme;
            }
        }
        return Theme.SYSTEM;
    }

    @Override
    public void setTheme(Theme theme) {
        set("theme", theme.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public synchronized @Nullable String model() {
        return text("model").orElse(null);
    }

    @Override
    public void setModel(@Nullable String model) {
        set("model", model);
    }

    @Override
    public synchronized @Nullable String device() {
        return text("device").orElse(null);
    }

    @Override
    public void setDevice(@Nullable String device) {
        set("device", device);
    }

    /** What happened to the settings that a person should know. */
    synchronized Optional<Problem> notice() {
        values();
        return Optional.ofNullable(notice);
    }

    private Optional<String> text(String key) {
        JsonElement value = values().get(key);
        return value instanceof JsonPrimitive primitive && primitive.isString()
                ? Optional.of(primitive.getAsString())
                : Optional.empty();
    }

    private synchronized void set(String key, @Nullable String value) {
        values = null;
        JsonObject changed = values();
        if (value == null) {
            changed.remove(key);
        } else {
            changed.addProperty(key, value);
        }
        try {
            write(GSON.toJson(changed));
        } catch (IOException e) {
            // The choice holds until the program ends; the next change tries again.
            LOG.warn("the settings could not be written", e);
            notice = new Problem("KOINE-A114", Map.of("file", file.toString()), e);
        }
    }

    private JsonObject values() {
        JsonObject known = values;
        if (known == null) {
            known = read();
            values = known;
        }
        return known;
    }

    private JsonObject read() {
        try {
            JsonElement read = JsonParser.parseString(Files.readString(file));
            if (read instanceof JsonObject object) {
                return object;
            }
            setAside();
        } catch (NoSuchFileException e) {
            return new JsonObject();
        } catch (JsonParseException | java.nio.charset.CharacterCodingException e) {
            setAside();
        } catch (IOException e) {
            LOG.warn("the settings could not be read", e);
            notice = new Problem("KOINE-A114", Map.of("file", file.toString()), e);
        }
        return new JsonObject();
    }

    private void setAside() {
        Path aside = file.resolveSibling("settings.damaged-" + UUID.randomUUID() + ".json");
        try {
            Files.move(file, aside);
            notice = new Problem("KOINE-A113", Map.of("file", String.valueOf(aside.getFileName())));
        } catch (IOException e) {
            LOG.warn(
                    "the damaged settings could not be set aside: {}",
                    e.getClass().getSimpleName());
            notice = new Problem("KOINE-A114", Map.of("file", file.toString()), e);
        }
    }

    /** Under a temporary name, synced, then moved: a cut of power leaves the old settings or the new ones. */
    private void write(String json) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            PrivateFiles.createFolders(folder);
        }
        PrivateFiles.write(file, json + "\n");
        if (folder != null) {
            PrivateFiles.syncFolder(folder);
        }
    }
}
