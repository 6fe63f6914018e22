package koine.engine.client;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import koine.engine.door.ServedModels;
import koine.engine.memory.MemoryProbe;
import koine.engine.process.ScriptedEngineMain;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/** Models of a test behind a door: real engine processes, whose generators are scripted. */
public final class ScriptedModels implements ServedModels, AutoCloseable {
    /** Of every file. */
    public static final Instant CREATED = Instant.parse("2026-01-02T03:04:05Z");

    private static final MemoryProbe PLENTY = new MemoryProbe() {
        @Override
        public long availableBytes() {
            return Long.MAX_VALUE / 2;
        }

        @Override
        public OptionalLong ownBytes(long pid) {
            return OptionalLong.empty();
        }
    };

    private final EngineBroker broker;
    private final Path pack;
    private final Map<String, Path> files = new TreeMap<>();
    private final Map<String, EngineLease> leases = new TreeMap<>();

    /** @param ids the first is the usual one */
    public ScriptedModels(Path folder, String... ids) throws Exception {
        broker = new EngineBroker(
                folder.resolve("run"), folder.resolve("logs"), List.of(), ScriptedEngineMain.class.getName(), PLENTY);
        pack = Files.createDirectory(folder.resolve("pack"));
        for (String id : ids) {
            files.put(id, Files.writeString(folder.resolve("file-of-" + id + ".gguf"), "fine"));
        }
    }

    @Override
    public List<Model> models() {
        return files.keySet().stream().map(id -> new Model(id, CREATED)).toList();
    }

    @Override
    public Model model(@Nullable String id) throws Problem {
        return models().stream()
                .filter(model -> id == null || model.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new Problem("KOINE-M101", Map.of()));
    }

    /** Engines that broke off, as often as it was said. */
    public final List<EngineLease> brokenOff = new CopyOnWriteArrayList<>();

    @Override
    public void brokeOff(EngineLease engine) {
        brokenOff.add(engine);
    }

    @Override
    public ServedModels withUsual(String nameOrPath) {
        throw new UnsupportedOperationException();
    }

    /** The engine of one of the models. */
    public EngineLease engine(String id) throws Problem {
        return engine(model(id));
    }

    @Override
    public synchronized EngineLease engine(Model model) throws Problem {
        String name = model.id();
        Path file = Objects.requireNonNull(files.get(name));
        EngineLease lease = leases.get(name);
        if (lease == null || !lease.alive()) {
            lease = broker.acquire(new EngineSpec(file, pack, 0), fraction -> {});
            leases.put(name, lease);
        }
        return lease;
    }

    /** The model's file says something else from now on: how loading goes. */
    public void script(String id, String script) throws Exception {
        Files.writeString(files.getOrDefault(id, pack), script);
    }

    @Override
    public synchronized void close() {
        leases.values().forEach(EngineLease::close);
    }
}
