package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import koine.engine.session.Ability;
import koine.engine.session.Generator.Embedding;
import koine.engine.session.Generator.ModelInfo;
import koine.engine.session.MissingAbilityException;
import koine.engine.session.Tokenizer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/embeddings}. Any thread; each call answers one client. */
final class Embeddings {
    private static final int MAX_TEXTS = 256;
    private static final long BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final Set<String> KNOWN = Set.of("input", "encoding_format", "dimensions");

    private final GeneratorThread generator;

    Embeddings(GeneratorThread generator) {
        this.generator = generator;
    }

    void answer(Asked asked, byte[] body, Response response) throws ApiException, IOException, InterruptedException {
        ModelState.Ready ready = generator.ready();
        ModelInfo model = ready.prompts().model();
        Fields fields = Fields.parse(body);
        fields.requireOnly(KNOWN, CommonFields.IGNORED, Set.of());
        MissingAbilityException.require(model.abilities(), Ability.EMBEDDINGS);
        if (model.embeddingSize() == 0) {
            throw ApiException.of(501, "not_supported_error", "this model has no embeddings");
        }
        boolean base64 = isBase64(fields);
        if (fields.integer("dimensions", model.embeddingSize(), 1, Integer.MAX_VALUE) != model.embeddingSize()) {
            throw ApiException.unsupported("\"dimensions\" other than " + model.embeddingSize());
        }
        EmbeddingJob job = new EmbeddingJob(asked.id(), texts(fields, ready.tokenizer()));
        generator.submit(job);
        try {
            List<Embedding> embeddings = await(job, response);
            if (embeddings.isEmpty()) {
                throw ApiException.of(499, "cancelled_error", "the request was cancelled");
            }
            ApiHandler.write(response, 200, json(embeddings, base64, asked.model()));
        } finally {
            job.cancel();
        }
    }

    /** Sends blanks meanwhile, which mean nothing before a JSON text: a client that has gone is noticed by them. */
    private static List<Embedding> await(EmbeddingJob job, Response response)
            throws ApiException, IOException, InterruptedException {
        while (true) {
            List<Embedding> embeddings = job.await(BEAT_NANOS);
            if (embeddings != null) {
                return embeddings;
            }
            if (job.underWay()) {
                if (!response.isCommitted()) {
                    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
                }
                Content.Sink.write(response, false, StandardCharsets.UTF_8.encode(" "));
            }
        }
    }

    private static boolean isBase64(Fields fields) throws ApiException {
        return switch (fields.optionalText("encoding_format").orElse("float")) {
            case "float" -> false;
            case "base64" -> true;
            default -> throw ApiException.invalid("\"encoding_format\" must be float or base64");
        };
    }

    private static List<int[]> texts(Fields fields, Tokenizer tokenizer) throws ApiException {
        JsonElement input = fields.get("input");
        List<int[]> texts = new ArrayList<>();
        if (!(input instanceof JsonArray list)) {
            texts.add(text(input, tokenizer));
        } else if (!list.isEmpty() && list.get(0) instanceof JsonPrimitive first && first.isNumber()) {
            texts.add(tokens(list, tokenizer));
        } else {
            for (JsonElement element : fields.list("input", MAX_TEXTS)) {
                texts.add(element instanceof JsonArray one ? tokens(one, tokenizer) : text(element, tokenizer));
            }
        }
        if (texts.isEmpty() || texts.stream().anyMatch(text -> text.length == 0)) {
            throw ApiException.invalid("\"input\" must not be empty");
        }
        return texts;
    }

    private static int[] text(@Nullable JsonElement text, Tokenizer tokenizer) throws ApiException {
        return tokenizer.tokens(Fields.text(text, "input"), true, true);
    }

    private static int[] tokens(JsonArray list, Tokenizer tokenizer) throws ApiException {
        return Fields.tokens(list.asList(), "input", tokenizer.size()).stream()
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private JsonObject json(List<Embedding> embeddings, boolean base64, String model) {
        JsonArray data = new JsonArray();
        int tokens = 0;
        for (Embedding embedding : embeddings) {
            JsonObject one = new JsonObject();
            one.addProperty("object", "embedding");
            one.addProperty("index", data.size());
            one.add("embedding", base64 ? packed(embedding.vector()) : numbers(embedding.vector()));
            data.add(one);
            tokens += embedding.tokens();
        }
        JsonObject usage = new JsonObject();
        usage.addProperty("prompt_tokens", tokens);
        usage.addProperty("total_tokens", tokens);
        JsonObject json = new JsonObject();
        json.addProperty("object", "list");
        json.addProperty("model", model);
        json.add("data", data);
        json.add("usage", usage);
        return json;
    }

    private static JsonArray numbers(float[] vector) {
        JsonArray numbers = new JsonArray(vector.length);
        for (float number : vector) {
            numbers.add(number);
        }
        return numbers;
    }

    /** Four bytes a number, the lowest first. */
    private static JsonPrimitive packed(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return new JsonPrimitive(Base64.getEncoder().encodeToString(bytes.array()));
    }
}
