package koine.app.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The memory of processes, as Linux counts it. */
final class ProcessMemory {
    private static final String PEAK = "VmHWM:";

    private ProcessMemory() {}

    /**
     * The most that a process and those it started have held at once since they began, each at its own peak, in bytes.
     * The model file, which the system maps into the process, counts as far as it was read.
     *
     * @return empty where the system does not tell
     */
    static OptionalLong peakOfTree(long pid) {
        List<ProcessHandle> tree = ProcessHandle.of(pid)
                .map(root -> Stream.concat(Stream.of(root), root.descendants()).toList())
                .orElse(List.of());
        long sum = 0;
        for (ProcessHandle process : tree) {
            OptionalLong peak = peak(process.pid());
            if (peak.isEmpty()) {
                return OptionalLong.empty();
            }
            sum += peak.getAsLong();
        }
        return tree.isEmpty() ? OptionalLong.empty() : OptionalLong.of(sum);
    }

    private static OptionalLong peak(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith(PEAK))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty(); // not Linux, or it has just ended
        }
    }
}
