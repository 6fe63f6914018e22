package koine.engine.client;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import koine.engine.process.BrokerFile;
import koine.engine.process.EngineStart;
import koine.engine.server.AccessToken;
import koine.i18n.Problem;

/** Starts an engine process and waits until it can be reached. */
final class EngineLauncher {
    private static final Duration UNTIL_REACHABLE = Duration.ofMinutes(1);
    private static final long POLL_MILLIS = 10;
    private static final long MAX_LOG_BYTES = 1024 * 1024;
    /**
     * Little compiler and one collector thread: they compete with the model's own threads. A crash in native code
     * leaves neither a report nor, as far as Java decides it, a core dump: they would hold pieces of conversations.
     */
    private static final List<String> OPTIONS = List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xms24m", // else the JVM begins with a heap so large that it hardly ever collects
            "-Xmn4m", // what a request leaves behind is small
            "-Xmx256m",
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=20",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+SuppressFatalErrorMessage",
            "-XX:-CreateCoredumpOnCrash", // else the line above ends in abort()
            "-XX:-UsePerfData",
            // what runs for each token is compiled after twenty, not after two hundred
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=CompileThresholdScaling,koine.engine.llama.*::*,0.1",
            "-XX:CompileCommand=CompileThresholdScaling,koine.engine.session.*::*,0.1",
            "-XX:CompileCommand=CompileThresholdScaling,jdk.internal.foreign.*::*,0.1",
            "-Djava.awt.headless=true",
            "--enable-native-access=ALL-UNNAMED");

    private static final Set<String> CODE_FROM_ELSEWHERE =
            Set.of("LD_PRELOAD", "LD_AUDIT", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH");

    private final Path logFolder;
    private final List<String> javaOptions;
    private final String mainClass;

    EngineLauncher(Path logFolder, List<String> javaOptions, String mainClass) {
        this.logFolder = logFolder;
        this.javaOptions = List.copyOf(javaOptions);
        this.mainClass = mainClass;
    }

    /**
     * @return the running process; its broker file is there
     * @throws Problem KOINE-E104 when it ended at once, KOINE-E105 when it did not come up in time
     * @throws InterruptedException with the process ended
     */
    Process launch(EngineKey key, MemoryBudget.Plan plan, Path brokerFile)
            throws IOException, InterruptedException, Problem {
        String token = AccessToken.random();
        ProcessBuilder builder = new ProcessBuilder(command());
        builder.environment().keySet().removeIf(EngineLauncher::changesNativeCode);
        builder.environment().put("GGML_NO_BACKTRACE", "1"); // else llama.cpp starts a debugger when it aborts
        // else each thread that ever computes keeps memory of its own that others could use
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        builder.directory(brokerFile.resolveSibling(".").normalize().toFile()); // not a folder somebody may want gone
        File log = log(key).toFile();
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log));
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log));
        Process process = builder.start();
        try {
            EngineStart start =
                    new EngineStart(token, key.model(), key.pack(), plan.options(), plan.needBytes(), brokerFile);
            try (OutputStream in = process.getOutputStream()) {
                in.write((start.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                process.waitFor(5, TimeUnit.SECONDS); // it ended before it read; the code below says so
            }
            awaitBrokerFile(process, brokerFile, token);
            return process;
        } catch (IOException | InterruptedException | Problem | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /**
     * Variables that make the engine load other libraries or code than ours, or compute otherwise than asked. Which device
     * is used may be said.
     */
    static boolean changesNativeCode(String variable) {
        String name = variable.toUpperCase(Locale.ROOT);
        return (name.startsWith("GGML_") && !name.endsWith("_VISIBLE_DEVICES"))
                || name.startsWith("LLAMA_")
                || name.startsWith("DYLD_")
                || CODE_FROM_ELSEWHERE.contains(name);
    }

    private static void awaitBrokerFile(Process process, Path file, String token)
            throws IOException, InterruptedException, Problem {
        long deadline = System.nanoTime() + UNTIL_REACHABLE.toNanos();
        while (true) {
            BrokerFile broker = BrokerFile.read(file);
            if (broker != null && broker.token().equals(token)) {
                return;
            }
            if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new Problem("KOINE-E104", Map.of("exitCode", process.exitValue()));
            }
            if (System.nanoTime() > deadline) {
                throw new Problem("KOINE-E105", Map.of("seconds", UNTIL_REACHABLE.toSeconds()));
            }
        }
    }

    private List<String> command() {
        String java = System.getProperty("os.name").startsWith("Windows") ? "java.exe" : "java";
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", java).toString());
        command.addAll(OPTIONS);
        command.addAll(startCache());
        command.addAll(javaOptions);
        command.add("-cp");
        command.add(absoluteClassPath());
        command.add(mainClass);
        return command;
    }

    /**
     * What the JVM has kept of an earlier start, if this installation brings it: a quarter of a second less. Java goes on
     * without when the file does not fit; its remark on that would be in nobody's interest.
     */
    private static List<String> startCache() {
        String record = System.getProperty("koine.engine.cache.record");
        if (record != null) {
            return List.of("-XX:AOTCacheOutput=" + record, "-Xlog:disable");
        }
        String cache = System.getProperty("koine.engine.cache");
        return cache != null && Files.isReadable(Path.of(cache))
                ? List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off", "-Xlog:cds=off")
                : List.of();
    }

    /** The process begins in another folder, where relative entries would lead nowhere. */
    private static String absoluteClassPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private Path log(EngineKey key) throws IOException {
        PrivateFolder.create(logFolder);
        Path log = logFolder.resolve("engine-" + key.hash() + ".log");
        if (Files.exists(log) && Files.size(log) > MAX_LOG_BYTES) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".old"), StandardCopyOption.REPLACE_EXISTING);
        }
        try {
            Files.createFile(log, PrivateFolder.rightsOfFile(log));
        } catch (FileAlreadyExistsException e) {
            return log; // the engine appends
        }
        return log;
    }
}
