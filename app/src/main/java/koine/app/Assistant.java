package koine.app;

import java.util.List;
import java.util.function.Consumer;
import koine.app.bench.SpeedSearch;
import koine.app.bench.SpeedTest;
import koine.app.chat.ChatService;
import koine.app.conversations.ConversationStore;
import koine.app.layers.Layers;
import koine.engine.door.ServedModels;
import koine.engine.hardware.Placements;
import koine.engine.packs.PackStore;
import koine.i18n.Problem;
import koine.models.ModelStore;

/**
 * The composition root's product: the assistant's parts, made by hand in one place ({@code Koine}) and closed with it.
 */
public interface Assistant extends AutoCloseable {
    ChatService chat();

    ConversationStore conversations();

    ModelStore models();

    /** What lies on a model to change how it answers, and which goes with which. */
    Layers layers();

    /** What runs models: the native packs of this computer. */
    PackStore packs();

    /** What computes the models, and why. */
    Placements placements();

    /** Measures how fast the models here answer. */
    SpeedTest speedTest();

    /** Finds out what makes a model write more quickly on this computer. */
    SpeedSearch speedSearch();

    /** Language, theme and the like, in a small file of the profile. */
    Settings settings();

    Folders folders();

    /**
     * The models of this computer, for other programs that ask through {@code koine serve}.
     *
     * @param person hears, on any thread, what there is to know of the engines
     */
    ServedModels served(Consumer<Problem> person);

    /** What a person should know about the profile: settings that could not be read, for example. */
    default List<Problem> notices() {
        return List.of();
    }

    @Override
    void close();
}
