package koine.engine.processor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many threads compute a model best. They wait for each other at each step, so whole fast cores count: twin threads of a
 * core share its arithmetic units, and cores made to save power hold the others up. Of fewer than four fast ones, others fill
 * up to four. What is left over, the interface has; where nothing is, and there are more than four, it gets one. Not measured
 * on processors of two kinds; llama.cpp's own programs take the fast cores alone.
 *
 * <p>Linux tells which cores are which. Elsewhere, and where it does not tell, half of the logical processors count, or all of
 * up to four: small machines have few twins, or are virtual. Any thread; a few small files are read.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cputopology.html">CPU topology</a>
 * @see <a href="https://docs.kernel.org/scheduler/sched-capacity.html">CPU capacity</a>
 */
public final class Cores {
    private static final String ALLOWED = "Cpus_allowed_list:";

    /** So many cores are all needed; of more, one can be missed. */
    private static final int FEW = 4;

    /** Of the fastest one's capacity: less is a core of another kind, not the same at another clock. */
    private static final double FAST = 0.7;

    private static final int MOST_PROCESSORS = 8192;

    private final Path root;
    private final int available;

    public Cores() {
        this(Path.of("/"), Runtime.getRuntime().availableProcessors());
    }

    /**
     * @param root in whose {@code proc} and {@code sys} to look
     * @param available logical processors that this process may use at a time, as far as Java knows
     */
    Cores(Path root, int available) {
        this.root = root;
        this.available = available;
    }

    /** At least 1. */
    public int threads() {
        BitSet allowed = allowed();
        int all = wholeCores(allowed);
        if (all == 0) {
            return available <= FEW ? available : available / 2;
        }
        int fast = Math.max(wholeCores(fast(allowed)), Math.min(all, FEW));
        boolean nothingElse = fast == allowed.cardinality();
        int threads = nothingElse && fast > FEW ? fast - 1 : fast;
        return Math.min(available, Math.max(threads, 2));
    }

    /** Logical processors that this process may run on; empty when that is not told. */
    private BitSet allowed() {
        try {
            return Files.readAllLines(root.resolve("proc/self/status")).stream()
                    .filter(line -> line.startsWith(ALLOWED))
                    .findFirst()
                    .map(line -> list(line.substring(ALLOWED.length())))
                    .orElseGet(BitSet::new);
        } catch (IOException e) {
            return new BitSet();
        }
    }

    private BitSet fast(BitSet allowed) {
        String intel = read(root.resolve("sys/devices/cpu_core/cpus")); // only where there are other cores too
        BitSet fast = intel == null ? ofCapacity(allowed) : list(intel);
        fast.and(allowed);
        return fast.isEmpty() ? allowed : fast;
    }

    /** Arm's big ones, and their like. */
    private BitSet ofCapacity(BitSet allowed) {
        long most = allowed.stream().mapToLong(this::capacity).max().orElse(0);
        BitSet fast = new BitSet();
        allowed.stream().filter(one -> capacity(one) >= most * FAST).forEach(fast::set);
        return fast;
    }

    private long capacity(int processor) {
        String said = read(processor(processor).resolve("cpu_capacity"));
        try {
            return said == null ? 0 : Long.parseLong(said);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** @return 0 when one of them has no core that is told */
    private int wholeCores(BitSet processors) {
        Set<String> cores = new HashSet<>();
        for (int one : processors.stream().toArray()) {
            Path topology = processor(one).resolve("topology");
            String core = read(topology.resolve("core_cpus_list"));
            if (core == null) {
                core = read(topology.resolve("thread_siblings_list")); // its name before Linux 5.3
            }
            if (core == null) {
                return 0;
            }
            cores.add(core);
        }
        return cores.size();
    }

    private Path processor(int number) {
        return root.resolve("sys/devices/system/cpu/cpu" + number);
    }

    private static @Nullable String read(Path file) {
        try {
            String said = Files.readString(file).strip();
            return said.isEmpty() ? null : said;
        } catch (IOException e) {
            return null;
        }
    }

    /** Such as {@code 0-3,8}. */
    private static BitSet list(String said) {
        BitSet numbers = new BitSet();
        try {
            for (String range : said.strip().split(",", -1)) {
                String[] ends = range.split("-", 2);
                int first = Integer.parseInt(ends[0]);
                int last = Integer.parseInt(ends[ends.length - 1]);
                if (first < 0 || first > last || last >= MOST_PROCESSORS) {
                    return new BitSet();
                }
                numbers.set(first, last + 1);
            }
        } catch (NumberFormatException e) {
            return new BitSet();
        }
        return numbers;
    }
}
