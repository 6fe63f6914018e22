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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import koine.engine.files.PrivateFiles;
import koine.engine.process.BrokerFile;
import koine.engine.process.EngineStart;
import koine.engine.server.AccessToken;
import koine.engine.speed.Speedup;
import koine.engine.speed.WeightsHere;
import koine.i18n.Problem;

/** Starts an engine process and waits until it can be reached. */
final class EngineLauncher {
    private static final Duration UNTIL_REACHABLE = Duration.ofMinutes(1);
    private static final long POLL_MILLIS = 10;
    private static final long MAX_LOG_BYTES = 1024 * 1024;
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
        ProcessBuilder builder = ChildJava.program(mainClass, javaOptions);
        WeightsHere.prepare(
                builder.environment(),
                Objects.requireNonNullElse(plan.options().speedup(), Speedup.NONE)
                        .weights());
        builder.directory(brokerFile.resolveSibling(".").normalize().toFile()); // not a folder somebody may want gone
        File log = log(key).toFile();
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log));
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log));
        Process process = builder.start();
        try {
            EngineStart start = new EngineStart(
                    token,
                    key.model(),
                    key.pack(),
                    plan.options(),
                    plan.needBytes(),
                    plan.estimatedBytes(),
                    key.deviceBytes(),
                    brokerFile);
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

    private Path log(EngineKey key) throws IOException {
        PrivateFiles.createFolders(logFolder);
        Path log = logFolder.resolve("engine-" + key.hash() + ".log");
        if (Files.exists(log) && Files.size(log) > MAX_LOG_BYTES) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".old"), StandardCopyOption.REPLACE_EXISTING);
        }
        try {
            Files.createFile(log, PrivateFiles.ofFile(log));
        } catch (FileAlreadyExistsException e) {
            return log; // the engine appends
        }
        return log;
    }
}
