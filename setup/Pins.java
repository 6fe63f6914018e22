package koine.setup;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/** What exactly is fetched: versions, sizes and hashes from our own files. */
record Pins(Properties properties) {
    static Pins read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return new Pins(properties);
    }

    static Pins ofPacks(Path root) throws IOException {
        return read(root.resolve("engine/src/main/resources/koine/engine/packs.properties"));
    }

    static Pins ofSetup(Path root) throws IOException {
        return read(root.resolve("setup/pins.properties"));
    }

    String get(String key) {
        String value = properties.getProperty(key);
        if (value == null || value.isBlank()) {
            throw new IllegalStateException("nothing is pinned for " + key);
        }
        return value.strip();
    }

    long bytes(String key) {
        return Long.parseLong(get(key));
    }

    /** What stands before {@code .KEY}, sorted. */
    List<String> idsOf(String key) {
        return properties.stringPropertyNames().stream()
                .filter(name -> name.endsWith("." + key))
                .map(name -> name.substring(0, name.length() - key.length() - 1))
                .sorted()
                .toList();
    }

    /** This computer's platform, as packs.properties names it. */
    String platform() throws Trouble {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch");
        String cpu = arch.equals("aarch64") ? "arm64" : arch.equals("amd64") || arch.equals("x86_64") ? "x64" : arch;
        String platform = os.startsWith("windows")
                ? "win-" + cpu
                : os.startsWith("mac") ? (cpu.equals("arm64") ? "mac-arm64-metal" : "mac-" + cpu) : "linux-" + cpu;
        if (!properties.containsKey(platform + ".package")) {
            throw new Trouble("There is no native engine for this computer (" + platform + ").");
        }
        return platform;
    }
}
