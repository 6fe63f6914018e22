package koine.app.chat;

import java.util.Locale;
import java.util.Map;
import koine.app.Settings;
import koine.app.conversations.SqliteConversationStore;
import koine.engine.client.EngineSpec;
import koine.i18n.Problem;
import koine.models.InstalledModel;
import koine.models.ModelStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which model answers, and what its engine is like. Any thread. */
final class EngineSpecs {
    private static final Logger LOG = LoggerFactory.getLogger(EngineSpecs.class);

    private final ModelStore models;
    private final Settings settings;
    private final StoringChatService.PackFinder packs;

    EngineSpecs(ModelStore models, Settings settings, StoringChatService.PackFinder packs) {
        this.models = models;
        this.settings = settings;
        this.packs = packs;
    }

    /** For a question that belongs to no conversation yet. */
    EngineSpec of(ChatOptions options) throws Problem {
        return new EngineSpec(model(options).path(), packs.pack(), options.contextTokens());
    }

    /** @param conversationId null for one that begins */
    EngineSpec of(
            SqliteConversationStore store, @Nullable String conversationId, InstalledModel model, ChatOptions options)
            throws Problem {
        int context = options.contextTokens();
        if (context > 0) {
            checkContext(model, context);
        } else if (conversationId != null) {
            context = store.contextTokens(conversationId);
        }
        // another model may have been made for less
        long trained = model.contextTokens();
        return new EngineSpec(model.path(), packs.pack(), trained > 0 ? (int) Math.min(context, trained) : context);
    }

    static void checkContext(InstalledModel model, int contextTokens) throws Problem {
        if (model.contextTokens() > 0 && contextTokens > model.contextTokens()) {
            throw new Problem("KOINE-C113", Map.of("contextTokens", model.contextTokens()));
        }
    }

    InstalledModel model(ChatOptions options) throws Problem {
        if (options.model() != null) {
            return resolve(options.model());
        }
        String chosen = settings.model();
        if (chosen != null) {
            try {
                return models.resolve(chosen);
            } catch (Problem gone) {
                LOG.info("the chosen model is not here any more: {}", gone.code());
            }
        }
        return models.preferred();
    }

    /** A path that leads nowhere is said to lead nowhere, not to be an unknown name. */
    private InstalledModel resolve(String nameOrPath) throws Problem {
        try {
            return models.resolve(nameOrPath);
        } catch (Problem e) {
            if (e.code().equals("KOINE-M101") && isPath(nameOrPath)) {
                throw new Problem("KOINE-A122", Map.of("file", nameOrPath), e);
            }
            throw e;
        }
    }

    private static boolean isPath(String name) {
        return name.contains("/")
                || name.contains("\\")
                || name.toLowerCase(Locale.ROOT).endsWith(".gguf");
    }
}
