package koine.app;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import koine.app.bench.EngineSpeedSearch;
import koine.app.bench.SpeedSearch;
import koine.app.bench.SpeedTest;
import koine.app.chat.ChatService;
import koine.app.chat.Engines;
import koine.app.chat.ForgettingStore;
import koine.app.chat.PlacingEngines;
import koine.app.chat.StoreModels;
import koine.app.chat.StoringChatService;
import koine.app.conversations.ConversationStore;
import koine.app.conversations.SqliteConversationStore;
import koine.app.layers.Layers;
import koine.engine.client.ConversationForgetter;
import koine.engine.client.EngineBroker;
import koine.engine.client.PackProbe;
import koine.engine.door.ServedModels;
import koine.engine.hardware.Drivers;
import koine.engine.hardware.Placements;
import koine.engine.hardware.Wish;
import koine.engine.memory.MemoryNeed;
import koine.engine.memory.ModelShape;
import koine.engine.memory.SystemMemory;
import koine.engine.packs.PackManifest;
import koine.engine.packs.PackStore;
import koine.engine.packs.Platform;
import koine.engine.process.EngineOptions;
import koine.engine.speed.MeasuredSpeed;
import koine.engine.speed.WeightsHere;
import koine.i18n.Problem;
import koine.models.Catalogue;
import koine.models.FileModelStore;
import koine.models.ModelStore;
import org.jspecify.annotations.Nullable;

/**
 * The composition root: every part of the assistant is made here, by hand. Making it touches no file and starts
 * nothing; each part opens what it needs when it is first used. Any thread.
 */
public final class Koine implements Assistant {
    private final Folders folders;
    private final ModelStore models;
    private final Layers layers;
    private final JsonSettings settings;
    private final SqliteConversationStore conversations;
    private final StoringChatService chat;
    private final ConversationForgetter engineMemories;
    private final SpeedTest speedTest;
    private final SpeedSearch speedSearch;
    private final Engines engines;
    private final List<StoreModels> served = new CopyOnWriteArrayList<>();
    private final PackStore packs;
    private final Placements placements;
    private @Nullable SqliteConversationStore unsaved;

    /** The assistant of this user on this computer. */
    public static Koine of(Folders folders, Map<String, String> environment, Properties properties) {
        Path bundle = folders.bundle();
        ModelStore models = new FileModelStore(
                Catalogue.builtIn(), bundle == null ? null : bundle.resolve("models"), folders.models());
        return new Koine(
                folders,
                models,
                new EngineBroker(folders.runtime(), folders.logs(), List.of())::acquire,
                environment,
                properties);
    }

    /** @param engines where running engines come from */
    public Koine(
            Folders folders,
            ModelStore models,
            Engines engines,
            Map<String, String> environment,
            Properties properties) {
        this.folders = folders;
        this.models = models;
        this.layers = new Layers(models);
        this.settings =
                new JsonSettings(folders.data().resolve("settings.json"), SystemLanguage.of(environment, properties));
        this.conversations = new SqliteConversationStore(folders.data().resolve("koine.db"));
        Path bundle = folders.bundle();
        this.packs = new PackStore(
                PackManifest.builtIn(),
                Platform.of(properties),
                bundle == null ? null : bundle.resolve("packs"),
                folders.packs());
        this.placements = new Placements(
                packs,
                new PackProbe()::probe,
                folders.data().resolve("devices.json"),
                new Drivers(environment, properties),
                () -> new Wish(settings.device()));
        MeasuredSpeed speeds = new MeasuredSpeed(folders.runtime());
        this.engines = new PlacingEngines(engines, placements, speeds);
        this.chat = new StoringChatService(
                models,
                settings,
                packs::usual,
                this.engines,
                layers,
                () -> conversations,
                this::unsavedConversations,
                (model, tokens) -> new MemoryNeed(ModelShape.read(model))
                        .contextBytes(tokens, EngineOptions.DEFAULT.kvType(), EngineOptions.DEFAULT.slots()));
        this.engineMemories = new ConversationForgetter(folders.runtime());
        this.speedSearch = new EngineSpeedSearch(
                models,
                settings,
                engines,
                placements,
                speeds,
                new WeightsHere()::allow,
                new SystemMemory(),
                InstantSource.system(),
                System::nanoTime);
        this.speedTest = new SpeedTest(models, settings, packs::usual, this.engines);
    }

    /** Deletes, in the background, what an engine or a killed program left on disk of deleted conversations. */
    public Thread sweep() {
        ForgettingStore store = new ForgettingStore(conversations, engineMemories);
        return Thread.ofPlatform().name("koine-sweep").daemon().start(store::sweep);
    }

    @Override
    public ChatService chat() {
        return chat;
    }

    @Override
    public ConversationStore conversations() {
        return new ForgettingStore(conversations, engineMemories);
    }

    @Override
    public ModelStore models() {
        return models;
    }

    @Override
    public Layers layers() {
        return layers;
    }

    @Override
    public PackStore packs() {
        return packs;
    }

    @Override
    public Placements placements() {
        return placements;
    }

    @Override
    public SpeedTest speedTest() {
        return speedTest;
    }

    @Override
    public SpeedSearch speedSearch() {
        return speedSearch;
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public ServedModels served(Consumer<Problem> person) {
        StoreModels opened = new StoreModels(models, settings, packs::usual, engines, person);
        served.add(opened);
        return opened;
    }

    @Override
    public Folders folders() {
        return folders;
    }

    @Override
    public List<Problem> notices() {
        return settings.notice().stream().toList();
    }

    @Override
    public void close() {
        served.forEach(StoreModels::close);
        chat.close();
        synchronized (this) {
            if (unsaved != null) {
                unsaved.list().forEach(conversation -> engineMemories.forget(conversation.id()));
                unsaved.close();
                unsaved = null;
            }
        }
        conversations.close();
    }

    private synchronized SqliteConversationStore unsavedConversations() {
        SqliteConversationStore store = unsaved;
        if (store == null) {
            store = SqliteConversationStore.inMemory();
            unsaved = store;
        }
        return store;
    }
}
