package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.Locale;
import koine.engine.session.Ability;
import koine.engine.session.Generator;
import koine.engine.session.Generator.ModelInfo;

/** What the engine tells of its model, and of itself. Any thread. */
final class ModelFacts {
    private final String name;
    private final GeneratorThread generator;
    private final long created = Instant.now().getEpochSecond();

    ModelFacts(String name, GeneratorThread generator) {
        this.name = name;
        this.generator = generator;
    }

    /** {@code GET /v1/models}. */
    JsonObject list() throws ApiException {
        JsonArray data = new JsonArray();
        data.add(model());
        JsonObject json = new JsonObject();
        json.addProperty("object", "list");
        json.add("data", data);
        return json;
    }

    /** {@code GET /v1/models/ID}. */
    JsonObject one(String id) throws ApiException {
        if (!id.equals(name)) {
            throw ApiException.noSuchModel(id);
        }
        return model();
    }

    private JsonObject model() throws ApiException {
        ModelInfo info = generator.ready().prompts().model();
        JsonObject meta = new JsonObject();
        meta.addProperty("description", info.description());
        meta.addProperty("architecture", info.architecture());
        meta.addProperty("n_params", info.parameters());
        meta.addProperty("size", info.bytes());
        meta.addProperty("n_ctx", info.contextTokens());
        meta.addProperty("n_ctx_train", info.trainedContextTokens());
        meta.addProperty("n_embd", info.embeddingSize());
        JsonObject model = new JsonObject();
        model.addProperty("id", name);
        model.addProperty("object", "model");
        model.addProperty("created", created);
        model.addProperty("owned_by", "koine");
        model.add("meta", meta);
        return model;
    }

    private static JsonArray abilities(ModelInfo info) {
        JsonArray names = new JsonArray();
        info.abilities().stream().sorted().map(Ability::id).forEach(names::add);
        return names;
    }

    /**
     * {@code GET /props}; where the model lies is nobody's business.
     *
     * @param name what the model is called where it was asked for
     */
    JsonObject props(String name) throws ApiException {
        PromptRenderer prompts = generator.ready().prompts();
        ModelInfo info = prompts.model();
        JsonObject settings = new JsonObject();
        settings.addProperty("n_ctx", info.contextTokens());
        JsonObject json = new JsonObject();
        json.add("default_generation_settings", settings);
        json.addProperty("total_slots", info.slots());
        json.addProperty("model_alias", name);
        json.addProperty("model_path", name);
        json.addProperty("koine_thinking", prompts.thinkingKind());
        json.addProperty("koine_pack", info.pack());
        json.add("koine_abilities", abilities(info));
        Generator.Offloaded offloaded = info.offloaded();
        if (offloaded != null) {
            JsonObject device = new JsonObject();
            device.addProperty("device", offloaded.device());
            device.addProperty("layers", offloaded.layers());
            device.addProperty("of", offloaded.all());
            device.addProperty("needBytes", offloaded.needBytes());
            device.addProperty("freeBytes", offloaded.freeBytes());
            json.add("koine_offload", device);
        }
        Generator.Drafting drafting = info.drafting();
        if (drafting != null) {
            JsonObject draft = new JsonObject();
            draft.addProperty("file", drafting.file());
            if (drafting.hindrance() != null) {
                draft.addProperty("hindrance", drafting.hindrance().name().toLowerCase(Locale.ROOT));
            }
            json.add("koine_draft", draft);
        }
        json.addProperty("chat_template", info.chatTemplate() == null ? "" : info.chatTemplate());
        json.addProperty("bos_token", info.bosToken());
        json.addProperty("eos_token", info.eosToken());
        json.addProperty("build_info", "koine");
        return json;
    }
}
