package koine.engine.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemMemoryTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path root;

    private void file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private long available() throws IOException {
        return new SystemMemory(root).availableBytes();
    }

    @Test
    void isWhatTheKernelSaysWhereNoGroupLimitsIt() throws Exception {
        file("proc/meminfo", "MemTotal:  8192000 kB\nMemFree: 100 kB\nMemAvailable:    2048000 kB\n");
        assertEquals(2_000 * MIB, available());
        file("proc/self/cgroup", "0::/user.slice\n");
        file("sys/fs/cgroup/user.slice/memory.max", "max\n");
        file("sys/fs/cgroup/user.slice/memory.current", "123\n");
        assertEquals(2_000 * MIB, available());
    }

    @Test
    void isWhatTheTightestGroupHasLeftWithItsFileCacheGivenBack() throws Exception {
        file("proc/meminfo", "MemAvailable: 8192000 kB\n");
        file("proc/self/cgroup", "0::/a/b\n");
        file("sys/fs/cgroup/a/memory.max", Long.toString(2_000 * MIB));
        file("sys/fs/cgroup/a/memory.current", Long.toString(1_500 * MIB));
        file("sys/fs/cgroup/a/memory.stat", "anon 1\ninactive_file " + 200 * MIB + "\n");
        file("sys/fs/cgroup/a/b/memory.max", Long.toString(4_000 * MIB));
        file("sys/fs/cgroup/a/b/memory.current", Long.toString(1_500 * MIB));
        assertEquals(700 * MIB, available());
    }

    @Test
    void readsTheFirstVersionOfGroupsToo() throws Exception {
        file("proc/meminfo", "MemAvailable: 8192000 kB\n");
        file("proc/self/cgroup", "9:cpu,cpuacct:/x\n4:memory:/docker/abc\n0::/\n");
        // in a container the group's folder is the root of what is seen
        file("sys/fs/cgroup/memory/memory.limit_in_bytes", Long.toString(1_000 * MIB));
        file("sys/fs/cgroup/memory/memory.usage_in_bytes", Long.toString(400 * MIB));
        file("sys/fs/cgroup/memory/memory.stat", "total_inactive_file " + 100 * MIB);
        assertEquals(700 * MIB, available());
    }

    @Test
    void isNeverLessThanNothingAndNeverReadFromOutsideOfTheGroups() throws Exception {
        file("proc/meminfo", "MemAvailable: 1000 kB\n");
        file("proc/self/cgroup", "0::/../../..\n");
        file("sys/fs/cgroup/memory.max", "100");
        file("sys/fs/cgroup/memory.current", "5000");
        assertEquals(0, available());
    }

    @Test
    void isSomethingOnThisComputer() {
        assertTrue(new SystemMemory().availableBytes() > 0);
    }

    @Test
    void ofAProcessIsWhatIsNoCopyOfAFile() throws Exception {
        file("proc/7/status", "Name: x\nVmRSS: 900 kB\nRssAnon:   512 kB\nRssFile: 388 kB\nRssShmem:  512 kB\n");
        assertEquals(OptionalLong.of(MIB), new SystemMemory(root).ownBytes(7));
        assertEquals(OptionalLong.empty(), new SystemMemory(root).ownBytes(8));
    }
}
