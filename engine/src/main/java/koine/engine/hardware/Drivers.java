package koine.engine.hardware;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import koine.engine.files.Sha256;

/**
 * What the graphics drivers of this computer look like from outside, without loading one: a text that is another one when a
 * driver was installed, updated or removed, when the system was updated, or when a variable points drivers elsewhere.
 * Milliseconds.
 */
public final class Drivers {
    /** Where Vulkan's loader looks, and what says a version; folders count with the names, lengths and times in them. */
    private static final List<String> PLACES = List.of(
            "/etc/vulkan/icd.d",
            "/usr/share/vulkan/icd.d",
            "/usr/local/etc/vulkan/icd.d",
            "/usr/local/share/vulkan/icd.d",
            "/proc/driver/nvidia/version",
            "/sys/module/nvidia/version",
            "/sys/module/amdgpu/srcversion",
            "/sys/module/i915/srcversion",
            "/sys/module/xe/srcversion",
            "C:\\Windows\\System32\\DriverStore\\FileRepository",
            "C:\\Windows\\System32\\vulkan-1.dll",
            "C:\\Windows\\System32\\nvcuda.dll");

    /** The cards; what is plugged into them is of no matter. */
    private static final String CARDS = "renderD*";

    private static final List<String> LIBRARY_FOLDERS =
            List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/local/cuda/lib64");
    private static final String LIBRARIES = "lib{vulkan,cuda,cudart,cublas,nvidia-gpucomp,GLX_nvidia,LLVM}*";

    private static final Pattern VARIABLES = Pattern.compile(
            "(VK|MESA|NVIDIA|CUDA|LP|GALLIUM)_.*|GGML_.*_VISIBLE_DEVICES|LD_LIBRARY_PATH|XDG_DATA_(HOME|DIRS)|DRI_PRIME");

    private final Map<String, String> environment;
    private final Properties properties;

    public Drivers(Map<String, String> environment, Properties properties) {
        this.environment = environment;
        this.properties = properties;
    }

    /** 16 letters and digits. */
    public String fingerprint() {
        List<String> seen = new ArrayList<>();
        for (String name : List.of("os.name", "os.arch", "os.version")) {
            seen.add(properties.getProperty(name, ""));
        }
        PLACES.forEach(place -> look(Path.of(place), seen));
        look(Path.of(properties.getProperty("user.home", ""), ".local/share/vulkan/icd.d"), seen);
        list(Path.of("/sys/class/drm"), CARDS, seen);
        LIBRARY_FOLDERS.forEach(folder -> list(Path.of(folder), LIBRARIES, seen));
        new TreeMap<>(environment).forEach((name, value) -> {
            if (VARIABLES.matcher(name).matches()) {
                seen.add(name + "=" + value);
                if (name.startsWith("VK_")) {
                    lookAtEach(value, seen);
                }
            }
        });
        return Sha256.of(String.join("\n", seen), 16);
    }

    private void lookAtEach(String files, List<String> seen) {
        for (String file : files.split(Pattern.quote(properties.getProperty("path.separator", ":")), -1)) {
            try {
                look(Path.of(file), seen);
            } catch (InvalidPathException e) {
                seen.add("no path"); // the variable's text is in it already
            }
        }
    }

    private static void look(Path place, List<String> seen) {
        if (Files.isDirectory(place)) {
            list(place, "*", seen);
        } else {
            file(place, seen);
            if (place.startsWith("/proc") || place.startsWith("/sys")) {
                read(place, seen); // such files have no length and the time of now
            }
        }
    }

    private static void list(Path folder, String names, List<String> seen) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, names)) {
            found.forEach(files::add);
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            seen.add("unreadable");
        }
        files.sort(null);
        files.forEach(file -> file(file, seen));
    }

    private static void file(Path file, List<String> seen) {
        try {
            BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
            boolean virtual = file.startsWith("/proc") || file.startsWith("/sys");
            seen.add(file
                    + (virtual
                            ? ""
                            : " " + is.size() + " " + is.lastModifiedTime().toMillis()));
        } catch (IOException e) {
            // not there
        }
    }

    private static void read(Path file, List<String> seen) {
        try {
            seen.add(Files.readString(file));
        } catch (IOException e) {
            // not there
        }
    }
}
