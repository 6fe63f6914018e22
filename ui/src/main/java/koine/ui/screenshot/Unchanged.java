package koine.ui.screenshot;

import java.util.List;
import java.util.function.Consumer;
import koine.app.Assistant;
import koine.app.Folders;
import koine.app.Settings;
import koine.app.bench.SpeedSearch;
import koine.app.bench.SpeedTest;
import koine.app.chat.ChatService;
import koine.app.conversations.ConversationStore;
import koine.app.layers.Layers;
import koine.engine.door.ServedModels;
import koine.engine.hardware.Placements;
import koine.engine.packs.PackStore;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import koine.models.ModelStore;
import org.jspecify.annotations.Nullable;

/** An assistant whose settings a picture does not change. */
record Unchanged(Assistant assistant) implements Assistant {
    @Override
    public ChatService chat() {
        return assistant.chat();
    }

    @Override
    public ConversationStore conversations() {
        return assistant.conversations();
    }

    @Override
    public ModelStore models() {
        return assistant.models();
    }

    @Override
    public Layers layers() {
        return assistant.layers();
    }

    @Override
    public PackStore packs() {
        return assistant.packs();
    }

    @Override
    public Placements placements() {
        return assistant.placements();
    }

    @Override
    public SpeedTest speedTest() {
        return assistant.speedTest();
    }

    @Override
    public SpeedSearch speedSearch() {
        return assistant.speedSearch();
    }

    @Override
    public Folders folders() {
        return assistant.folders();
    }

    @Override
    public ServedModels served(Consumer<Problem> person) {
        return assistant.served(person);
    }

    @Override
    public List<Problem> notices() {
        return assistant.notices();
    }

    @Override
    public Settings settings() {
        Settings kept = assistant.settings();
        return new Settings() {
            @Override
            public UiLanguage language() {
                return kept.language();
            }

            @Override
            public void setLanguage(UiLanguage language) {}

            @Override
            public Theme theme() {
                return kept.theme();
            }

            @Override
            public void setTheme(Theme theme) {}

            @Override
            public @Nullable String model() {
                return kept.model();
            }

            @Override
            public void setModel(@Nullable String model) {}

            @Override
            public @Nullable String device() {
                return kept.device();
            }

            @Override
            public void setDevice(@Nullable String device) {}
        };
    }

    @Override
    public void close() {
        assistant.close();
    }
}
