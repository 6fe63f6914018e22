package koine.app.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import koine.engine.processor.Processor;

/** The computer this runs on, as far as it matters to models. */
final class Computer {
    private Computer() {}

    /** @param type {@code cpu} */
    record Device(String type, String name, int threads) {}

    /** @param availableBytes what programs could still use without swapping */
    record Memory(long totalBytes, long availableBytes) {}

    static List<Device> devices() {
        String name = Processor.name();
        return List.of(new Device("cpu", name, Runtime.getRuntime().availableProcessors()));
    }

    static Memory memory() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long available = field("/proc/meminfo", "MemAvailable")
                .map(kilobytes -> Long.parseLong(kilobytes.replaceAll("\\D", "")) * 1024)
                .orElseGet(system::getFreeMemorySize);
        return new Memory(system.getTotalMemorySize(), Math.min(available, system.getTotalMemorySize()));
    }

    private static Optional<String> field(String file, String name) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty(); // not Linux
        }
    }
}
