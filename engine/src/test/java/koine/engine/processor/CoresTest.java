package koine.engine.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CoresTest {
    @TempDir
    Path root;

    private void file(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, content + "\n");
    }

    private void allowed(String list) throws IOException {
        file("proc/self/status", "Name:\tjava\nCpus_allowed:\tff\nCpus_allowed_list:\t" + list + "\nMems_allowed:\t1");
    }

    /** @param twins threads of a core, numbered as Linux does: all first ones, then all second ones */
    private void cores(int first, int count, int twins, int stride) throws IOException {
        for (int core = first; core < first + count; core++) {
            StringBuilder list = new StringBuilder(Integer.toString(core));
            for (int twin = 1; twin < twins; twin++) {
                list.append(',').append(core + twin * stride);
            }
            for (int twin = 0; twin < twins; twin++) {
                file(
                        "sys/devices/system/cpu/cpu" + (core + twin * stride) + "/topology/core_cpus_list",
                        list.toString());
            }
        }
    }

    private int threads(int available) {
        return new Cores(root, available).threads();
    }

    @ParameterizedTest
    @CsvSource({"1,1", "2,2", "4,4", "6,3", "16,8"})
    void areGuessedWhereNothingIsTold(int logical, int expected) {
        assertEquals(expected, threads(logical));
    }

    @Test
    void twinsCountOnce() throws Exception {
        allowed("0-15");
        cores(0, 8, 2, 8);
        assertEquals(8, threads(16));
    }

    @Test
    void ofASingleCoreBothCount() throws Exception {
        allowed("0-1");
        cores(0, 1, 2, 1);
        assertEquals(2, threads(2));
    }

    @Test
    void ofASmallLaptopTooCountOnce() throws Exception {
        allowed("0-3");
        cores(0, 2, 2, 2);
        assertEquals(2, threads(4));
    }

    @Test
    void withoutTwinsLeaveOneToTheInterfaceIfThereAreEnough() throws Exception {
        allowed("0-7");
        cores(0, 8, 1, 0);
        assertEquals(7, threads(8));
        allowed("0-3");
        assertEquals(4, threads(4));
    }

    @Test
    void ofIntelThatSavePowerDoNotCount() throws Exception {
        allowed("0-11");
        cores(0, 2, 2, 2);
        cores(4, 8, 1, 0);
        cores(0, 6, 2, 6);
        cores(12, 4, 1, 0);
        allowed("0-15");
        file("sys/devices/cpu_core/cpus", "0-11");
        assertEquals(6, threads(16));
        allowed("0-11");
        cores(0, 2, 2, 2);
        cores(4, 8, 1, 0);
        file("sys/devices/cpu_core/cpus", "0-3");
        file("sys/devices/cpu_atom/cpus", "4-11");
        assertEquals(4, threads(12), "but two fast ones are few");
        allowed("4-11");
        assertEquals(7, threads(8), "unless there are no others");
    }

    @Test
    void ofArmThatSavePowerDoNotCount() throws Exception {
        allowed("0-7");
        cores(0, 8, 1, 0);
        for (int core = 0; core < 8; core++) {
            file("sys/devices/system/cpu/cpu" + core + "/cpu_capacity", core < 4 ? "446" : core < 6 ? "871" : "1024");
        }
        assertEquals(4, threads(8));
    }

    @Test
    void ofOneKindAtTwoClocksAllCount() throws Exception {
        allowed("0-3");
        cores(0, 4, 1, 0);
        for (int core = 0; core < 4; core++) {
            file("sys/devices/system/cpu/cpu" + core + "/cpu_capacity", core == 0 ? "1024" : "940");
        }
        assertEquals(4, threads(4));
    }

    @Test
    void thatThisProcessMayNotUseDoNotCount() throws Exception {
        allowed("0-5,8-13");
        cores(0, 8, 2, 8);
        assertEquals(6, threads(12));
        allowed("0-15");
        assertEquals(3, threads(3), "a control group gives the time of three");
    }

    @Test
    void ofAnOldLinuxAreToldUnderAnotherName() throws Exception {
        allowed("0-3");
        for (int one = 0; one < 4; one++) {
            file("sys/devices/system/cpu/cpu" + one + "/topology/thread_siblings_list", one < 2 ? "0-1" : "2-3");
        }
        assertEquals(2, threads(4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "3-1", "-1", "0-", "0-99999999", "9999999999"})
    void areGuessedWhereNonsenseIsTold(String list) throws Exception {
        cores(0, 8, 2, 8);
        allowed(list);
        assertEquals(6, threads(12), "half, not the eight that could be counted");
    }

    @Test
    void ofThisComputerAreAtLeastOneAndNotMoreThanItHas() {
        int threads = new Cores().threads();
        assertTrue(threads >= 1 && threads <= Runtime.getRuntime().availableProcessors(), "threads " + threads);
    }
}
