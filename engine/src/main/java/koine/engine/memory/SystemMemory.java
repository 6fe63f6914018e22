package koine.engine.memory;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * How much memory programs can still take without swapping. On Linux what the kernel estimates, and no more than the
 * control groups of this process (versions 1 and 2) have left; elsewhere what Java knows. Any thread.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#memory">control groups, memory</a>
 */
public final class SystemMemory implements MemoryProbe {
    /** A limit of version 1 that is none: as much as addresses allow. */
    private static final long UNLIMITED = 1L << 60;

    private final Path root;

    public SystemMemory() {
        this(Path.of("/"));
    }

    /** @param root in whose {@code proc} and {@code sys} to look */
    SystemMemory(Path root) {
        this.root = root;
    }

    @Override
    public long availableBytes() {
        OptionalLong kernel = field(root.resolve("proc/meminfo"), "MemAvailable:");
        if (kernel.isEmpty()) {
            OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
            // free memory leaves out what the system would give back from its file cache, most of it on macOS
            return Math.max(system.getFreeMemorySize(), system.getTotalMemorySize() / 4);
        }
        long available = kernel.getAsLong() * 1024;
        for (long left : groups()) {
            available = Math.min(available, left);
        }
        return Math.max(0, available);
    }

    @Override
    public OptionalLong ownBytes(long pid) {
        Path status = root.resolve("proc").resolve(Long.toString(pid)).resolve("status");
        OptionalLong own = field(status, "RssAnon:");
        if (own.isEmpty()) {
            return own;
        }
        return OptionalLong.of((own.getAsLong() + field(status, "RssShmem:").orElse(0)) * 1024);
    }

    /**
     * The most that a process held at once since it began, in bytes. A model's file, which is mapped into it, counts as far
     * as it was read.
     *
     * @return empty where the system does not tell
     */
    public OptionalLong peakBytes(long pid) {
        Path status = root.resolve("proc").resolve(Long.toString(pid)).resolve("status");
        OptionalLong kib = field(status, "VmHWM:");
        return kib.isEmpty() ? kib : OptionalLong.of(kib.getAsLong() * 1024);
    }

    /** What each limiting group has left, a file cache that can be given back counted as free. */
    private List<Long> groups() {
        List<Long> left = new ArrayList<>();
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            if (parts.length != 3) {
                continue;
            }
            if (parts[0].equals("0")) {
                climb(root.resolve("sys/fs/cgroup"), parts[2], "memory.max", "memory.current", "inactive_file", left);
            } else if (List.of(parts[1].split(",", -1)).contains("memory")) {
                climb(
                        root.resolve("sys/fs/cgroup/memory"),
                        parts[2],
                        "memory.limit_in_bytes",
                        "memory.usage_in_bytes",
                        "total_inactive_file",
                        left);
            }
        }
        return left;
    }

    /** A group is bound by the limits of those it is in, too. In a container its own folder is often the root. */
    private static void climb(
            Path mount, String group, String limitFile, String usedFile, String cacheField, List<Long> left) {
        Path top = mount.normalize();
        Path folder = mount.resolve(group.replaceFirst("^/+", "")).normalize();
        if (!folder.startsWith(top) || !Files.isDirectory(folder)) {
            folder = top;
        }
        for (Path at = folder; at != null && at.startsWith(top); at = at.getParent()) {
            OptionalLong limit = number(at.resolve(limitFile));
            OptionalLong used = number(at.resolve(usedFile));
            if (limit.isPresent() && used.isPresent() && limit.getAsLong() < UNLIMITED) {
                long cache = field(at.resolve("memory.stat"), cacheField).orElse(0);
                left.add(limit.getAsLong() - Math.max(0, used.getAsLong() - cache));
            }
        }
    }

    private static OptionalLong number(Path file) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? OptionalLong.empty() : parsed(lines.getFirst());
    }

    private static OptionalLong field(Path file, String name) {
        for (String line : lines(file)) {
            String[] words = line.strip().split("\\s+", -1);
            if (words.length >= 2 && words[0].equals(name)) {
                return parsed(words[1]);
            }
        }
        return OptionalLong.empty();
    }

    private static OptionalLong parsed(String text) {
        try {
            return OptionalLong.of(Long.parseLong(text.strip()));
        } catch (NumberFormatException e) {
            return OptionalLong.empty(); // "max": no limit
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of(); // another system, or another version of control groups
        }
    }
}
