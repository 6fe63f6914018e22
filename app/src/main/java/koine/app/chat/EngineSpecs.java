package koine.app.chat;

import java.util.Map;
import koine.app.Settings;
import koine.app.conversations.SqliteConversationStore;
import koine.engine.client.EngineSpec;
import koine.engine.process.EngineOptions;
import koine.i18n.Problem;
import koine.models.InstalledModel;
import koine.models.ModelStore;
import org.jspecify.annotations.Nullable;

/** Which model answers, and what its engine is like. Any thread. */
final class EngineSpecs {
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
        return spec(model(options), options.contextTokens(), options);
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
        return spec(model, trained > 0 ? (int) Math.min(context, trained) : context, options);
    }

    private EngineSpec spec(InstalledModel model, int contextTokens, ChatOptions options) throws Problem {
        return new EngineSpec(
                model.path(),
                packs.pack(),
                EngineOptions.DEFAULT.withContext(contextTokens).withBrief(options.brief()));
    }

    static void checkContext(InstalledModel model, int contextTokens) throws Problem {
        if (model.contextTokens() > 0 && contextTokens > model.contextTokens()) {
            throw new Problem("KOINE-C113", Map.of("contextTokens", model.contextTokens()));
        }
    }

    InstalledModel model(ChatOptions options) throws Problem {
        return ModelNames.find(models, settings, options.model());
    }
}
