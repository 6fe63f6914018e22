package koine.app.chat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import koine.app.Settings;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoadListener;
import koine.engine.door.ServedModels;
import koine.i18n.Problem;
import koine.models.InstalledModel;
import koine.models.ModelStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store's models, for other programs. Holds a lease for each that was asked for; that keeps no memory from others, for
 * an engine that is not used ends by itself, or when another needs its room. Any thread.
 */
public final class StoreModels implements ServedModels, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreModels.class);

    private final ModelStore models;
    private final Settings settings;
    private final StoringChatService.PackFinder packs;
    private final Engines engines;
    private final Map<EngineSpec, Slot> slots = new ConcurrentHashMap<>();
    private final Consumer<Problem> person;
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** @param person hears what there is to know of the engines */
    public StoreModels(
            ModelStore models,
            Settings settings,
            StoringChatService.PackFinder packs,
            Engines engines,
            Consumer<Problem> person) {
        this.models = models;
        this.settings = settings;
        this.packs = packs;
        this.engines = engines;
        this.person = person;
    }

    private static final class Slot {
        private @Nullable EngineLease lease; // guarded by this
    }

    @Override
    public List<Model> models() {
        return models.installed().stream().map(StoreModels::served).toList();
    }

    @Override
    public Model model(@Nullable String id) throws Problem {
        return served(id == null ? ModelNames.usual(models, settings) : find(models.installed(), id));
    }

    @Override
    public EngineLease engine(Model model) throws Problem {
        return engine(find(models.installed(), model.id()));
    }

    @Override
    public ServedModels withUsual(String nameOrPath) throws Problem {
        return new WithUsual(ModelNames.resolve(models, nameOrPath));
    }

    /** By id alone: who asks from outside does not open files by their paths. */
    private static InstalledModel find(List<InstalledModel> among, String id) throws Problem {
        return among.stream()
                .filter(model -> model.id().equals(id))
                .findFirst()
                .orElseThrow(() -> ModelStore.noSuchModel(id, among, null));
    }

    private static Model served(InstalledModel model) {
        Instant created = Instant.EPOCH;
        try {
            created = Files.getLastModifiedTime(model.path()).toInstant();
        } catch (IOException e) {
            LOG.info("a model's file has no time: {}", e.getClass().getSimpleName());
        }
        return new Model(model.id(), created);
    }

    private EngineLease engine(InstalledModel model) throws Problem {
        EngineSpec spec = new EngineSpec(model.path(), packs.pack(), 0);
        Slot slot = slots.computeIfAbsent(spec, _ -> new Slot());
        List<Problem> notices = new ArrayList<>();
        EngineLease lease;
        synchronized (slot) {
            lease = slot.lease;
            if (lease == null || !lease.alive()) {
                release(slot);
                lease = engines.acquire(spec, new LoadListener() {
                    @Override
                    public void onLoadProgress(double fraction) {}

                    @Override
                    public void onNotice(Problem notice) {
                        notices.add(notice);
                    }
                });
                slot.lease = lease;
                if (closed) {
                    release(slot);
                }
            }
        }
        tell(notices); // a terminal that does not take it must not hold up other requests
        return lease;
    }

    /** Once each: an engine that is loaded again has the same to say. */
    private void tell(List<Problem> notices) {
        for (Problem notice : notices) {
            if (told.add(notice.code() + notice.arguments())) {
                person.accept(notice);
            }
        }
    }

    @Override
    public void brokeOff(EngineLease engine) {
        if (!engine.endsSoon()) {
            return; // it is there: only the request failed
        }
        if (engines.lost(engine)) {
            LOG.info("an engine was lost with its device");
        }
    }

    private static void release(Slot slot) {
        EngineLease lease = slot.lease;
        slot.lease = null;
        if (lease != null) {
            lease.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        slots.values().forEach(slot -> {
            synchronized (slot) {
                release(slot);
            }
        });
    }

    /** The store's models and one that a person has named, whose id is its own whatever the store has. */
    private final class WithUsual implements ServedModels {
        private final InstalledModel usual;

        WithUsual(InstalledModel usual) {
            this.usual = usual;
        }

        private List<InstalledModel> all() {
            return Stream.concat(
                            Stream.of(usual),
                            models.installed().stream()
                                    .filter(model -> !model.id().equals(usual.id())))
                    .toList();
        }

        @Override
        public List<Model> models() {
            return all().stream().map(StoreModels::served).toList();
        }

        @Override
        public Model model(@Nullable String id) throws Problem {
            return served(id == null ? usual : find(all(), id));
        }

        @Override
        public EngineLease engine(Model model) throws Problem {
            return StoreModels.this.engine(find(all(), model.id()));
        }

        @Override
        public void brokeOff(EngineLease engine) {
            StoreModels.this.brokeOff(engine);
        }

        @Override
        public ServedModels withUsual(String nameOrPath) throws Problem {
            return StoreModels.this.withUsual(nameOrPath);
        }
    }
}
