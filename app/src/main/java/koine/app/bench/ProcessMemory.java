package koine.app.bench;

import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import koine.engine.memory.SystemMemory;

/** The memory of processes, as Linux counts it. */
final class ProcessMemory {
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
        SystemMemory system = new SystemMemory();
        long sum = 0;
        for (ProcessHandle process : tree) {
            OptionalLong peak = system.peakBytes(process.pid());
            if (peak.isEmpty()) {
                return OptionalLong.empty();
            }
            sum += peak.getAsLong();
        }
        return tree.isEmpty() ? OptionalLong.empty() : OptionalLong.of(sum);
    }
}
