package koine.engine.packs;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.StringTokenizer;
import koine.engine.packs.Pack.Backend;

/** The packs this Koine was made for, {@code packs.properties}. Others are not let in: native code may do anything. */
public final class PackManifest {
    private static final String FILE = "/koine/engine/packs.properties";
    private static final String PACKAGE = ".package";

    private final List<Pack> packs;
    private final Properties pins;

    private PackManifest(List<Pack> packs, Properties pins) {
        this.packs = packs;
        this.pins = pins;
    }

    public static PackManifest builtIn() {
        Properties pins = new Properties();
        try (InputStream in = PackManifest.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException("the program has no " + FILE);
            }
            pins.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return of(pins);
    }

    /** @throws IllegalStateException when a value is missing or is no such value */
    static PackManifest of(Properties pins) {
        List<Pack> packs = new ArrayList<>();
        for (String key : pins.stringPropertyNames()) {
            if (key.endsWith(PACKAGE)) {
                packs.add(pack(pins, key.substring(0, key.length() - PACKAGE.length())));
            }
        }
        packs.sort(Comparator.comparing(Pack::id));
        return new PackManifest(List.copyOf(packs), pins);
    }

    /** Sorted by id. */
    public List<Pack> packs() {
        return packs;
    }

    public Optional<Pack> find(String id) {
        return packs.stream().filter(pack -> pack.id().equals(id)).findFirst();
    }

    /**
     * The architectures of models that a pack knows, as {@code general.architecture} names them. Read when asked for: the
     * packs are read at every start of the program.
     */
    public Set<String> architectures(Pack pack) {
        return Set.copyOf(words(pins, pack.release() + ".architectures"));
    }

    private static Pack pack(Properties pins, String id) {
        return new Pack(
                id,
                value(pins, id + ".platform"),
                Backend.valueOf(value(pins, id + ".backend").toUpperCase(Locale.ROOT)),
                value(pins, id + PACKAGE),
                value(pins, id + ".version"),
                value(pins, id + ".release"),
                Long.parseLong(value(pins, id + ".bytes")),
                value(pins, id + ".sha512"),
                value(pins, id + ".filesSha256"),
                words(pins, id + ".libraries"),
                words(pins, id + ".needs"),
                pins.getProperty(id + ".extends"));
    }

    private static String value(Properties pins, String key) {
        String value = pins.getProperty(key, "").strip();
        if (value.isEmpty()) {
            throw new IllegalStateException("nothing is pinned for " + key);
        }
        return value;
    }

    private static List<String> words(Properties pins, String key) {
        String words = pins.getProperty(key);
        if (words == null) {
            throw new IllegalStateException("nothing is pinned for " + key);
        }
        List<String> all = new ArrayList<>();
        for (StringTokenizer each = new StringTokenizer(words); each.hasMoreTokens(); ) {
            all.add(each.nextToken());
        }
        return all;
    }
}
