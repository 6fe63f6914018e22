package koine.engine.speed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import koine.engine.llama.Weights;

/**
 * Which ways of holding a model's weights the system has. Only Linux says so beforehand; elsewhere nothing but mapping is
 * tried.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/mm/transhuge.html">transparent huge pages</a>
 * @see <a href="https://sourceware.org/glibc/manual/latest/html_node/Memory-Allocation-Tunables.html">tunables of malloc</a>
 */
public final class WeightsHere {
    private static final String TUNABLES = "GLIBC_TUNABLES";

    /** malloc asks for large pages where the kernel gives them to who asks. */
    private static final String LARGE_PAGES = "glibc.malloc.hugetlb=1";

    private static final String LOCKABLE = "Max locked memory";

    private final Path root;

    public WeightsHere() {
        this(Path.of("/"));
    }

    /** @param root in whose {@code proc} and {@code sys} to look */
    WeightsHere(Path root) {
        this.root = root;
    }

    /** @param bytes of the model's file */
    public boolean allow(Weights way, long bytes) {
        return switch (way) {
            case MAPPED -> true;
            case LARGE_PAGES -> givesLargePages();
            case LOCKED -> lockableBytes() >= bytes;
        };
    }

    /** Adds to a process's environment what the way asks for. */
    public static void prepare(Map<String, String> environment, Weights way) {
        if (way == Weights.LARGE_PAGES) {
            environment.merge(TUNABLES, LARGE_PAGES, (there, ours) -> there + ":" + ours);
        }
    }

    private boolean givesLargePages() {
        try {
            String modes = Files.readString(root.resolve("sys/kernel/mm/transparent_hugepage/enabled"));
            return modes.contains("[madvise]") || modes.contains("[always]");
        } catch (IOException e) {
            return false;
        }
    }

    /** {@code RLIMIT_MEMLOCK}; for those who may lock anything, such as root, it is too small a number. */
    private long lockableBytes() {
        try {
            return Files.readAllLines(root.resolve("proc/self/limits")).stream()
                    .filter(line -> line.startsWith(LOCKABLE))
                    .map(line -> line.substring(LOCKABLE.length()).strip().split("\\s+", -1)[0])
                    .mapToLong(soft -> soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft))
                    .findFirst()
                    .orElse(0);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }
}
