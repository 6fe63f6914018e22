package koine.engine.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import koine.engine.llama.KvType;
import koine.engine.memory.MeasuredMemory;
import koine.engine.memory.SystemMemory;
import koine.engine.server.EngineServer;
import koine.engine.server.GeneratorFactory;
import koine.engine.server.GeneratorThread;
import koine.engine.server.Leases;
import koine.engine.session.GeneratorOptions;
import koine.engine.speed.Speedup;
import koine.net.LoopbackAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of an engine process: read the start line, load, bind, tell the broker file, serve, end with the last lease.
 * What it logs goes to where its starter points standard error; no conversation text, no paths.
 */
final class EngineProcess {
    static final int DONE = 0;
    static final int BROKEN = 1;
    static final int BAD_START = 2;
    static final int NOT_SERVING = 3;
    static final int NOT_LOADED = 4;
    static final int DEVICE_LOST = 5;

    private static final Logger LOG = LoggerFactory.getLogger(EngineProcess.class);
    private static final Duration FOR_FIRST_LEASE = Duration.ofSeconds(10);
    private static final Duration AFTER_LAST_LEASE = Duration.ofSeconds(3);
    /** Long enough for everyone who waits for the model to read why it was not loaded. */
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

    private static final Duration FOR_GENERATOR = Duration.ofSeconds(3);
    private static final String SNAPSHOTS = "snapshots";
    private static final long SNAPSHOT_BYTES = 2L << 30;
    private static final int MAX_START_LINE = 64 * 1024;

    private EngineProcess() {}

    /** @return the exit code */
    static int run(InputStream standardInput, GeneratorFactory factory) {
        Signals.ignore("INT", "HUP");
        EngineStart start;
        try {
            start = readStart(standardInput);
        } catch (IOException | IllegalArgumentException e) {
            LOG.error("no start: {}", e.getMessage());
            return BAD_START;
        }
        Leases leases = new Leases(
                FOR_FIRST_LEASE,
                AFTER_LAST_LEASE,
                Duration.ofSeconds(start.options().idleSeconds()));
        CountDownLatch failed = new CountDownLatch(1);
        Path folder = start.brokerFile().resolveSibling(".").normalize();
        GeneratorThread generator = new GeneratorThread(
                loading(factory, leases), generatorOptions(start, folder), failed::countDown, EngineProcess::endAtOnce);
        String modelName = fileName(start.model()).replaceFirst("(?i)\\.gguf$", "");
        // a driver that hangs while it is loaded holds what the server's start may need
        boolean beside = start.options().offload() == null;
        if (beside) {
            generator.start(); // together they take half of the time
        }
        try (EngineServer server = new EngineServer(start.token(), modelName, folder, generator, leases)) {
            LoopbackAddress address = server.start();
            BrokerFile file = BrokerFile.ofThisProcess(address, start);
            file.write(start.brokerFile());
            endOnTermination(leases, Thread.currentThread());
            if (!beside) {
                generator.start();
            }
            Thread watcher = Thread.ofPlatform()
                    .name("koine-load-watch")
                    .daemon(true)
                    .start(() -> {
                        if (await(failed)) {
                            // The file stays until then: whoever started this process may not have looked yet.
                            pause(AFTER_FAILURE);
                            leases.end();
                        }
                    });
            leases.awaitEnd();
            delete(file, start.brokerFile());
            if (start.estimatedBytes() > 0 && generator.isRepresentative()) {
                measure(start, folder);
            }
            watcher.interrupt();
            return failed.getCount() == 0 ? NOT_LOADED : DONE;
        } catch (IOException e) {
            LOG.error("cannot serve: {}", e.getClass().getSimpleName()); // its message names paths
            return NOT_SERVING;
        } catch (InterruptedException e) {
            return DONE;
        } catch (RuntimeException | Error e) {
            LOG.error("the engine process broke", e);
            return BROKEN;
        } finally {
            generator.close();
            if (!generator.awaitEnd(FOR_GENERATOR)) {
                LOG.warn("the generator did not end in time");
            }
        }
    }

    private static void measure(EngineStart start, Path folder) {
        new SystemMemory()
                .peakBytes(ProcessHandle.current().pid())
                .ifPresent(peak -> new MeasuredMemory(folder)
                        .remember(
                                start.model(), start.pack(), start.options().ofMemory(), start.estimatedBytes(), peak));
    }

    /** Those whose answers break off go on with another engine. */
    private static void endAtOnce() {
        Runtime.getRuntime().halt(DEVICE_LOST);
    }

    private static GeneratorOptions generatorOptions(EngineStart start, Path folder) {
        EngineOptions wanted = start.options();
        Path snapshots = wanted.snapshotFolder() == null ? folder.resolve(SNAPSHOTS) : wanted.snapshotFolder();
        GeneratorOptions options = new GeneratorOptions(start.pack(), start.model(), wanted.contextTokens())
                .withThreads(wanted.threads())
                .withKvType(wanted.kvType().equals(EngineOptions.Q8_0) ? KvType.Q8_0 : KvType.F16)
                .withOffload(wanted.offload())
                .withSpeedup(Objects.requireNonNullElse(wanted.speedup(), Speedup.NONE))
                .withSnapshots(snapshots, SNAPSHOT_BYTES);
        return wanted.slots() == 0 ? options : options.withSlots(wanted.slots());
    }

    /** An engine that loads its model is not idle. */
    private static GeneratorFactory loading(GeneratorFactory factory, Leases leases) {
        leases.begin();
        return (options, progress, cancelled) -> {
            try {
                return factory.load(options, progress, cancelled);
            } finally {
                leases.done();
            }
        };
    }

    /** A polite request to end takes the same way as the last lease's end. */
    private static void endOnTermination(Leases leases, Thread main) {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            leases.end();
            try {
                main.join(FOR_GENERATOR.plusSeconds(2));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    private static EngineStart readStart(InputStream in) throws IOException {
        byte[] line = new byte[MAX_START_LINE];
        int length = 0;
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (length == line.length) {
                throw new IOException("the start line is too long");
            }
            line[length++] = (byte) next;
        }
        return EngineStart.parse(new String(line, 0, length, StandardCharsets.UTF_8));
    }

    private static String fileName(Path path) {
        Path name = path.getFileName();
        return name == null ? "model" : name.toString();
    }

    private static void delete(BrokerFile file, Path path) {
        try {
            file.deleteIfOwn(path);
        } catch (IOException e) {
            LOG.warn("the broker file stays behind: {}", e.getClass().getSimpleName());
        }
    }

    private static boolean await(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static void pause(Duration duration) {
        try {
            TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
