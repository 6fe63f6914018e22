package koine.engine.client;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import koine.engine.memory.MemoryProbe;
import koine.engine.memory.SystemMemory;
import koine.engine.process.BrokerFile;
import koine.i18n.Problem;
import koine.net.LoopbackAddress;
import koine.net.LoopbackClient;
import koine.net.LoopbackResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds or starts engine processes. Everyone who wants the same engine (windows, command lines) gets the same process,
 * found through a file in the runtime folder; who comes first starts it, under a file lock. Any thread; blocks.
 */
public final class EngineBroker {
    private static final Logger LOG = LoggerFactory.getLogger(EngineBroker.class);
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    /** An engine writes to a chat's stream twice a second; silence for so long is no answer any more. */
    private static final Duration STREAM_SILENCE = Duration.ofMinutes(1);

    private static final int ATTEMPTS = 3;

    /** Of starts that fail; those of loads are all the same to this. */
    private static final Set<String> MAY_BE_THE_HASTE = Set.of("KOINE-E104", "KOINE-E105", "KOINE-E110", "KOINE-E111");

    private final Path runtimeFolder;
    private final EngineLauncher launcher;
    private final MemoryBudget budget;

    /**
     * @param runtimeFolder where broker files and sockets go; made readable by the user alone
     * @param logFolder where the engines' logs go
     * @param javaOptions of the engine's Java, after our own; usually none
     */
    public EngineBroker(Path runtimeFolder, Path logFolder, List<String> javaOptions) {
        this(runtimeFolder, logFolder, javaOptions, "koine.engine.process.EngineMain", new SystemMemory());
    }

    EngineBroker(Path runtimeFolder, Path logFolder, List<String> javaOptions, String mainClass, MemoryProbe memory) {
        this.runtimeFolder = runtimeFolder.toAbsolutePath();
        this.budget = new MemoryBudget(this.runtimeFolder, memory);
        this.launcher = new EngineLauncher(logFolder.toAbsolutePath(), javaOptions, mainClass);
    }

    /**
     * A share in the engine of this specification, its model loaded. Where memory is short, idle engines of other models
     * are ended, and if that is not enough the context is made smaller than usual, which the listener is told.
     *
     * @param listener hears the load, on this thread
     * @throws Problem {@code KOINE-E1xx}: why there is no engine. An interrupt of this thread is one of the reasons; an
     *     engine for which nobody waits then ends within seconds
     */
    public EngineLease acquire(EngineSpec spec, LoadListener listener) throws Problem {
        EngineKey key = EngineKey.of(spec);
        PrivateFolder.ensure(runtimeFolder);
        boolean plain = false;
        for (int attempt = 1; ; attempt++) {
            Found found;
            try {
                found = findOrStart(key, plain);
            } catch (Problem e) {
                if (!plain && MAY_BE_THE_HASTE.contains(e.code()) && budget.isHastened(key)) {
                    plain = true;
                    continue;
                }
                throw e;
            }
            LoadWait load = new LoadWait(found.client, found.lease, key.modelName(), found.started);
            try {
                load.await(listener);
                if (plain && found.started != null) {
                    budget.slowDown(key); // not before: what failed may have had another reason
                    listener.onNotice(new Problem("KOINE-G110", Map.of()));
                }
                tellIfShort(key, found.broker, listener);
                return found.lease;
            } catch (EngineGoneException e) {
                found.lease.close();
                if (found.mayBeTheHaste(key) && !plain) {
                    plain = true;
                    continue;
                }
                if (found.started != null || attempt == ATTEMPTS) {
                    throw e.asProblem();
                }
                LOG.info("the engine found ended before it was ready; starting another");
            } catch (Problem | RuntimeException | Error e) {
                found.lease.close();
                if (load.failed()) {
                    forget(found.broker, found.file);
                    if (found.mayBeTheHaste(key) && !plain) {
                        plain = true;
                        continue;
                    }
                    if (load.failedBefore() && found.started == null && attempt < ATTEMPTS) {
                        LOG.info("the engine found had failed; starting another");
                        continue;
                    }
                }
                throw e;
            }
        }
    }

    /** Who asks next gets a new try, not the failure of this one. */
    private static void forget(BrokerFile broker, Path file) {
        try {
            broker.deleteIfOwn(file);
        } catch (IOException e) {
            LOG.warn("a broker file stays behind: {}", e.getClass().getSimpleName());
        }
    }

    /** @param started the process if it was started just now */
    private record Found(
            BrokerFile broker,
            Path file,
            HttpEngineLease lease,
            LoopbackClient client,
            @Nullable Process started) {
        /** Whether that was started just now as it was measured to be quicker. */
        boolean mayBeTheHaste(EngineKey key) {
            return started != null && broker.hastened() && key.options().speedup() == null;
        }
    }

    /** Where the engine stands; a chosen context is not served by one that was made smaller, but has its own. */
    private Path file(EngineKey key) throws IOException {
        Path usual = runtimeFolder.resolve("engine-" + key.hash() + ".json");
        BrokerFile broker = key.chosen() ? BrokerFile.read(usual) : null;
        return broker != null && broker.plausible() && smaller(key, broker)
                ? runtimeFolder.resolve("engine-" + key.hash() + "-chosen.json")
                : usual;
    }

    private static boolean smaller(EngineKey key, BrokerFile broker) {
        return broker.contextTokens() < key.options().contextTokens()
                || !broker.kvType().equals(key.options().kvType());
    }

    private static void tellIfShort(EngineKey key, BrokerFile broker, LoadListener listener) {
        int usual = key.options().idleSeconds();
        boolean leavesSooner = broker.idleSeconds() > 0 && broker.idleSeconds() < usual;
        int minutes = minutes(leavesSooner ? broker.idleSeconds() : usual);
        if (smaller(key, broker)) {
            boolean rough = !broker.kvType().equals(key.options().kvType());
            listener.onNotice(new Problem(
                    "KOINE-E112",
                    Map.of(
                            "contextTokens",
                            broker.contextTokens(),
                            "usualTokens",
                            key.options().contextTokens(),
                            "precision",
                            rough ? "less" : "same",
                            "idle",
                            leavesSooner ? "sooner" : "usual",
                            "idleMinutes",
                            minutes)));
        } else if (leavesSooner) {
            listener.onNotice(
                    new Problem("KOINE-E114", Map.of("idleMinutes", minutes, "usualMinutes", minutes(usual))));
        }
    }

    private static int minutes(int seconds) {
        return Math.max(1, Math.round(seconds / 60f));
    }

    /** @param plain whether a new one starts as it comes, whatever was measured */
    private Found findOrStart(EngineKey key, boolean plain) throws Problem {
        try {
            Path file = file(key);
            Found running = join(file, null);
            if (running != null) {
                return running;
            }
            try (StartLock lock = StartLock.take(runtimeFolder.resolve("engines.lock"))) {
                file = file(key);
                running = join(file, null); // somebody may have started it while we waited
                if (running != null) {
                    return running;
                }
                assert lock.isHeld();
                deleteLeftovers(file);
                Process process = launcher.launch(key, budget.makeRoom(key, plain), file);
                Found started = join(file, process);
                if (started == null) {
                    throw EngineGoneException.of(process).asProblem();
                }
                return started;
            }
        } catch (IOException e) {
            throw new Problem("KOINE-E107", Map.of(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem("KOINE-E108", Map.of(), e);
        }
    }

    /** @return null when no engine is behind the file: none, a dead one, one that is not ours to use */
    private static @Nullable Found join(Path file, @Nullable Process started) throws IOException, InterruptedException {
        BrokerFile broker = BrokerFile.read(file);
        if (broker == null || !broker.plausible()) {
            return null;
        }
        LoopbackClient client = new LoopbackClient(broker.address(), CONNECT, ANSWER);
        Map<String, String> headers = Map.of("Authorization", "Bearer " + broker.token());
        LoopbackResponse response;
        try {
            response = client.send("GET", "/koine/lease", headers, null);
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                InterruptedException interrupted = new InterruptedException();
                interrupted.initCause(e);
                throw interrupted;
            }
            LOG.info(
                    "the engine of the broker file is not usable: {}",
                    e instanceof SocketTimeoutException
                            ? "silent"
                            : e.getClass().getSimpleName());
            return null;
        }
        if (response.status() != 200) {
            LOG.info("the engine of the broker file gave no lease: status {}", response.status());
            response.close();
            return null;
        }
        LoopbackClient patient = client.withIdleTimeout(STREAM_SILENCE);
        HttpEngineLease lease = new HttpEngineLease(patient, broker, response);
        return new Found(broker, file, lease, client, started);
    }

    /** What a killed engine could not take away. */
    private void deleteLeftovers(Path file) throws IOException {
        BrokerFile stale = BrokerFile.read(file);
        if (stale != null
                && stale.address() instanceof LoopbackAddress.Unix socket
                && !stale.plausible()
                && runtimeFolder.equals(socket.path().getParent())) {
            Files.deleteIfExists(socket.path());
        }
        Files.deleteIfExists(file);
    }
}
