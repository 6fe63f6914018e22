package koine.engine.packs;

import java.util.Locale;
import java.util.Properties;

/** What kind of computer this is, in the words of the packs. */
public final class Platform {
    private Platform() {}

    /** For example {@code linux-x64}; for others the system's own words. */
    public static String of(Properties system) {
        String os = system.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String arch = system.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String name = os.startsWith("windows") ? "win" : os.startsWith("mac") ? "mac" : os.replace(' ', '-');
        String processor = switch (arch) {
            case "amd64", "x86_64" -> "x64";
            case "aarch64", "arm64" -> "arm64";
            default -> arch;
        };
        return name + "-" + processor;
    }
}
