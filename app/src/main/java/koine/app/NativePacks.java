package koine.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/** The native packs that came with the program: folders {@code packs/PLATFORM-VERSION} of the bundle. */
public final class NativePacks {
    private final @Nullable Path bundle;
    private final String platform;

    public NativePacks(@Nullable Path bundle, Properties system) {
        this.bundle = bundle;
        this.platform = platform(system);
    }

    /** For example {@code linux-x64} or {@code mac-arm64-metal}; for others the system's own words. */
    static String platform(Properties system) {
        String os = system.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String arch = system.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String name = os.startsWith("windows") ? "win" : os.startsWith("mac") ? "mac" : os.replace(' ', '-');
        String processor = switch (arch) {
            case "amd64", "x86_64" -> "x64";
            case "aarch64", "arm64" -> "arm64";
            default -> arch;
        };
        String platform = name + "-" + processor;
        return platform.equals("mac-arm64") ? "mac-arm64-metal" : platform;
    }

    /**
     * The newest pack for this computer.
     *
     * @throws Problem {@code KOINE-A110} there is none
     */
    public Path newest() throws Problem {
        return find().orElseThrow(() -> new Problem("KOINE-A110", Map.of("platform", platform)));
    }

    private Optional<Path> find() {
        if (bundle == null) {
            return Optional.empty();
        }
        Pattern pack = Pattern.compile(Pattern.quote(platform) + "-(\\d+(?:\\.\\d+)*)");
        try (Stream<Path> folders = Files.list(bundle.resolve("packs"))) {
            return folders.filter(Files::isDirectory)
                    .filter(f -> pack.matcher(String.valueOf(f.getFileName())).matches())
                    .max(Comparator.comparing(
                            f -> numbers(String.valueOf(f.getFileName()).substring(platform.length() + 1)),
                            NativePacks::compare));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static List<Integer> numbers(String version) {
        return Arrays.stream(version.split("\\.")).map(Integer::valueOf).toList();
    }

    private static int compare(List<Integer> a, List<Integer> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = a.get(i).compareTo(b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }
}
